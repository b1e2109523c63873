// No request makes the gateway work beyond its limits: it is answered, or refused with the limit and the place.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { DIALECTS, KEY, startStage } from '../dialects/stage.ts';
import type { Stage } from '../dialects/stage.ts';
import type { Answer } from '../dialects/spoken.ts';
import { json } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import type { Json } from '../kit/json.ts';

const SAYS: Answer = { items: [{ text: 'Hello.' }], finish: 'stop', usage: { input: 3, output: 2 } };
const MESSAGES = [{ role: 'user', content: 'Hi' }];
const [chat, responses, anthropic, gemini] = DIALECTS;
const MAX_VALUES = 200_000;

let stage: Stage;

beforeAll(async () => {
  stage = await startStage({
    server: { max_body_mb: 8, max_values: MAX_VALUES },
    proxy: { enable_system_prompt: true, system_prompt_dir: 'prompts' },
  });
});
/** How many requests had come to backends when the test began. */
let before = 0;
beforeEach(() => {
  before = stage.upstream.requests.length;
});
afterEach(async () => await settled(stage.upstream));
afterAll(async () => {
  expect(stage.gateway.stdout() + stage.gateway.stderr()).not.toContain('a bug in the gateway');
  await stage.stop();
});

interface Answered {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

async function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
): Promise<Answered> {
  const response = await fetch(stage.gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': type },
    body,
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
}

type Dialect = (typeof DIALECTS)[number];

async function ask(back: Dialect | undefined, fields: object): Promise<Answered> {
  if (back === undefined) throw new Error('there is such a dialect');
  stage.plays(back, SAYS);
  const body = { model: stage.aliasOf(back), messages: MESSAGES, ...fields };
  return await post('/v1/chat/completions', JSON.stringify(body));
}

/** What a refusal for too much work says, in whatever dialect. */
function refusal({ status, body }: Answered): readonly [number, string] {
  return [status, JSON.stringify(body)];
}

const tool = (parameters: object, name = 'f'): object => ({
  type: 'function',
  function: { name, strict: true, parameters },
});
const sent = (): Json => stage.upstream.requests.at(-1)?.json;

function definitions(n: number, make: (at: number) => object): object {
  return Object.fromEntries(Array.from({ length: n }, (_, at) => [`d${at}`, make(at)]));
}

/** Twelve definitions that refer ten times to the next: 10^12 nodes without references. */
const TREE = {
  type: 'object',
  additionalProperties: false,
  properties: { a: { $ref: '#/$defs/d0' } },
  $defs: definitions(12, (at) => ({
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      Array.from({ length: 10 }, (_, to) => [
        `p${to}`,
        at === 11 ? { type: 'string' } : { $ref: `#/$defs/d${at + 1}` },
      ]),
    ),
  })),
};

describe('a schema', () => {
  test.each(DIALECTS.map((back) => [back.title, back] as const))(
    'that is joined of itself is answered by a %s backend',
    async (_, back) => {
      const schema = { type: 'object', allOf: Array.from({ length: 10 }, () => ({ $ref: '#' })) };
      const { status } = await ask(back, {
        tools: [tool(schema)],
        response_format: { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } },
      });
      expect(status).toBe(200);
      expect(JSON.stringify(sent()).length).toBeLessThan(2000);
    },
  );

  test.each(DIALECTS.map((back) => [back.title, back] as const))(
    'that would be a million million nodes without references goes to a %s backend with them',
    async (_, back) => {
      const { status } = await ask(back, { tools: [tool(TREE)] });
      expect(status).toBe(200);
      expect(JSON.stringify(sent())).toContain('$ref');
      expect(JSON.stringify(sent()).length).toBeLessThan(20_000);
    },
  );

  test.each([
    [20, 200],
    [80, 400],
  ])('of which %d definitions all join each other is no work without end', async (n, status) => {
    const names = Array.from({ length: n }, (_, at) => `#/$defs/d${at}`);
    const $defs = definitions(n, () => ({ allOf: names.map(($ref) => ({ $ref })) }));
    expect((await ask(gemini, { tools: [tool({ allOf: names.map(($ref) => ({ $ref })), $defs })] })).status).toBe(
      status,
    );
  });

  test('that every tool has makes no more than the limit, and the place is named', async () => {
    const wide = {
      type: 'object',
      properties: definitions(50, () => ({ $ref: '#/$defs/wide' })),
      $defs: { wide: { type: 'object', properties: definitions(40, () => ({ type: 'string' })) } },
    };
    const tools = Array.from({ length: 120 }, (_, at) => tool(wide, `tool_${at}`));
    const [status, text] = refusal(await ask(gemini, { tools }));
    expect(status).toBe(400);
    expect(text).toContain('request_too_complex');
    expect(text).toMatch(/tools\[tool_\d+\]/);
    expect(text).toContain('server.max_values');
    expect(stage.upstream.requests.length).toBe(before);
  });

  test('whose text is repeated for every reference makes no more than a body may be', async () => {
    const words = 'x'.repeat(100_000);
    const properties = definitions(300, () => ({ allOf: [{ $ref: '#/$defs/long' }, { $ref: '#/$defs/self' }] }));
    const $defs = {
      long: { description: words },
      self: { type: 'object', properties: { a: { $ref: '#/$defs/self' } } },
    };
    const [status, text] = refusal(await ask(gemini, { tools: [tool({ type: 'object', properties, $defs })] }));
    expect([status, text]).toEqual([400, expect.stringContaining('server.max_body_mb')]);
  });
});

describe('what is nested too deep', () => {
  const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  test.each(DIALECTS.map((front) => [front.title, front] as const))(
    'is refused from a %s client, whoever it is for',
    async (_, front) => {
      for (const back of DIALECTS) {
        const { path, body } = front.request(
          { turns: [{ role: 'user', items: [{ text: 'Hi' }] }] },
          stage.aliasOf(back),
          false,
        );
        for (const depth of [3000, 100_000, 1_000_000]) {
          const [status, text] = refusal(await post(path, `${JSON.stringify(body).slice(0, -1)},"x":${deep(depth)}}`));
          expect([status, text]).toEqual([400, expect.stringContaining('max_nesting')]);
        }
      }
      expect(stage.upstream.requests.length).toBe(before);
    },
  );

  test('is refused in a small body where it is translated, and passes where it is not', async () => {
    for (const back of [anthropic, gemini, responses]) {
      const answered = await ask(back, { tools: [tool({ type: 'object', x: JSON.parse(deep(300)) })] });
      expect(refusal(answered)).toEqual([400, expect.stringContaining('max_nesting')]);
    }
    expect((await ask(chat, { x: JSON.parse(deep(300)) })).status).toBe(200);
  });

  test('is refused in the arguments of a call, which are a text to their client', async () => {
    const call = { id: 'c', type: 'function', function: { name: 'look_up', arguments: `{"a":${deep(50_000)}}` } };
    const messages = [
      ...MESSAGES,
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c', content: 'x' },
    ];
    for (const back of [anthropic, gemini]) {
      const [status, text] = refusal(await ask(back, { messages }));
      expect([status, text]).toEqual([400, expect.stringContaining('the arguments of look_up')]);
    }
    expect((await ask(responses, { messages })).status).toBe(200);
  });

  test('may be as deep as tools and documents are', async () => {
    for (const back of DIALECTS) expect((await ask(back, { metadata: { a: JSON.parse(deep(200)) } })).status).toBe(200);
  });
});

test('more values than are allowed are refused before they are parsed', async () => {
  const [status, text] = refusal(await ask(chat, { x: Array.from({ length: MAX_VALUES }, () => []) }));
  expect([status, text]).toEqual([400, expect.stringContaining('server.max_values')]);
  expect((await ask(chat, { x: Array.from({ length: MAX_VALUES }, (_, at) => at) })).status).toBe(200);
});

describe('what is put into a request', () => {
  beforeAll(async () => {
    stage.gateway.writeFile('prompts/all.md', `position: before\n---\n${'Be brief. '.repeat(2000)}`);
    await post('/admin/reload', '');
  });
  afterAll(async () => {
    stage.gateway.writeFile('prompts/all.md', 'enabled: false\n---\nx');
    await post('/admin/reload', '');
  });

  test.each([
    ['to-openai', '/v1/chat/completions', `"messages":[]`, `,"messages":[]`],
    ['to-openai-responses', '/v1/responses', `"input":"x"`, `,"instructions":""`],
    ['to-anthropic', '/v1/messages', `"messages":[]`, `,"system":""`],
  ])('as often as a key is repeated comes to no more than a body may be: %s', async (alias, path, body, repeated) => {
    const text = `{"model":"${alias}",${body}${repeated.repeat(10_000)}}`;
    expect(refusal(await post(path, text))).toEqual([400, expect.stringContaining('server.max_body_mb')]);
    expect(stage.upstream.requests.length).toBe(before);
  });

  test('likewise in Gemini’s own, where keys are nested', async () => {
    const instruction = `"systemInstruction":{"parts":[]${',"parts":[]'.repeat(100)}}`;
    const body = `{"contents":[],${Array.from({ length: 100 }, () => instruction).join(',')}}`;
    const path = '/v1beta/models/to-gemini:generateContent';
    expect(refusal(await post(path, body))).toEqual([400, expect.stringContaining('server.max_body_mb')]);
  });
});

test('references to a kept item come to no more than a body may be', async () => {
  if (chat === undefined) throw new Error('there is a chat dialect');
  stage.plays(chat, { ...SAYS, items: [{ text: 'x'.repeat(100_000) }] });
  const first = await post('/v1/responses', JSON.stringify({ model: 'to-openai', input: 'Hi' }));
  const { id } = first.body.output[0];
  const one = await post(
    '/v1/responses',
    JSON.stringify({
      model: 'to-openai',
      input: [
        { type: 'item_reference', id },
        { role: 'user', content: 'Go on' },
      ],
    }),
  );
  expect(one.status).toBe(200);
  const input = Array.from({ length: 1000 }, () => ({ type: 'item_reference', id }));
  const answered = await post('/v1/responses', JSON.stringify({ model: 'to-openai', input }));
  const [status, text] = refusal(answered);
  expect([400, 413]).toContain(status);
  expect(text).toContain('server.max_body_mb');
});

describe('a form', () => {
  const form = (boundary: string, parts: readonly string[]): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(`${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--\r\n`);
  const field = (name: string, value: string): string =>
    `content-disposition: form-data; name="${name}"\r\n\r\n${value}`;
  const send = (boundary: string, bytes: Uint8Array<ArrayBuffer>): Promise<Answered> =>
    post('/v1/audio/transcriptions', bytes, `multipart/form-data; boundary=${boundary}`);

  test('of any number of parts is refused', async () => {
    const parts = Array.from({ length: 50_000 }, (_, at) => field(`p${at}`, 'x'));
    expect(refusal(await send('b', form('b', parts)))).toEqual([400, expect.stringContaining('request_too_complex')]);
  });

  test('whose boundary nearly matches everywhere is read once', async () => {
    const boundary = 'a'.repeat(70);
    stage.upstream.script(json(200, { text: 'Hello.' }));
    const content = `\r\n--${'a'.repeat(69)}`.repeat(100_000);
    const answered = await send(boundary, form(boundary, [field('model', 'to-openai'), field('file', content)]));
    expect(answered.status).toBe(200);
    expect((await send('a'.repeat(5000), form('a'.repeat(5000), [field('model', 'x')]))).status).toBe(400);
  });

  test('whose head does not end is refused', async () => {
    const head = `content-disposition: form-data; ${'; name='.repeat(200_000)}`;
    expect((await send('b', form('b', [`${head}\r\n\r\nx`]))).status).toBe(400);
  });
});

test('what was left out is told in a header of bounded length', async () => {
  const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`${'x'.repeat(200)}${at}`, 1]));
  const { status, headers } = await ask(anthropic, fields);
  expect(status).toBe(200);
  const dropped = headers.get('x-llm-proxy-dropped') ?? '';
  expect(dropped.length).toBeLessThan(4000);
  expect(dropped).toEndWith(', 4968 more');
});

describe('a conversation', () => {
  const asked = (results: number): object => {
    const calls = Array.from({ length: results }, (_, at) => ({
      id: `c${at}`,
      type: 'function',
      function: { name: `f.${at}`, arguments: '{}' },
    }));
    const answers = calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'x' }));
    return { messages: [...MESSAGES, { role: 'assistant', tool_calls: calls }, ...answers] };
  };

  const isTold = process.platform === 'linux';
  if (!isTold) console.warn('skipped: what a conversation costs; only Linux tells the CPU of another process');

  test.skipIf(!isTold).each(DIALECTS.map((back) => [back.title, back] as const))(
    'of thousands of results costs what its bytes are worth before a %s backend',
    async (_, back) => {
      const cost = async (results: number): Promise<number> => {
        const from = cpuMs(stage.gateway.pid);
        expect((await ask(back, asked(results))).status).toBe(200);
        expect(JSON.stringify(sent())).toContain(`c${results - 1}`);
        return cpuMs(stage.gateway.pid) - from;
      };
      let ms = await cost(RESULTS);
      let largerMs = await cost(4 * RESULTS);
      const isLinear = (): boolean => largerMs < TOO_LITTLE_MS || largerMs <= MOST_TIMES * ms;
      for (let tries = 1; tries < 4 && !isLinear(); tries++) {
        ms = Math.min(ms, await cost(RESULTS));
        largerMs = Math.min(largerMs, await cost(4 * RESULTS));
      }
      expect([ms, largerMs, isLinear()]).toEqual([ms, largerMs, true]);
    },
  );

  const RESULTS = 2000;
  /** Twice the results may cost 2.5 times as much. */
  const MOST_TIMES = 2.5 ** 2;
  /** CPU of a process is told in steps of 10 ms. */
  const TICK_MS = 10;
  const TOO_LITTLE_MS = 20 * TICK_MS;

  /** The CPU that a process has taken. What runs in this process is measured by `growth.ts`. */
  function cpuMs(pid: number): number {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return TICK_MS * (Number(fields[11]) + Number(fields[12]));
  }
});

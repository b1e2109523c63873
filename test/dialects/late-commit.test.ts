// A stream that is cut before its late commit point: the other backend serves, whatever client and backends speak.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, cutAfter, pieces } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';
import type { Answer, Dialect } from './spoken.ts';
import { plainly } from './spoken.ts';
import { DIALECTS, KEY, MODELS } from './stage.ts';

/** What the last piece of each answer's text or arguments holds. */
const LAST = '§';
const USAGE = { input: 3, output: 9 };
const TEXT: Answer = { items: [{ text: `Words to be told in a few pieces.${LAST}` }], finish: 'stop', usage: USAGE };
const ARGS = { city: 'Berlin', unit: LAST };
const CALL: Answer = {
  items: [{ call: { id: 'call_1', name: 'get_weather', args: ARGS } }],
  finish: 'tool_calls',
  usage: USAGE,
};
const REMARK: Answer = { ...CALL, items: [{ text: 'Let me look that up.' }, ...CALL.items] };
const ASK = {
  turns: [{ role: 'user' as const, items: [{ text: 'Hi' }] }],
  tools: [{ name: 'get_weather', description: 'The weather.', parameters: { type: 'object', properties: {} } }],
};

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  gateway = await startGateway({
    config: {
      proxy_api_key: KEY,
      backends: DIALECTS.flatMap(({ protocol, base }) =>
        ['first', 'second'].map((which) => ({
          name: `${which}-${protocol}`,
          url: upstream.url.replace('/v1', base),
          protocol,
        })),
      ),
      models: Object.fromEntries(
        DIALECTS.flatMap((back) =>
          ['block', '10m'].map((commit) => [
            `${commit}-${back.protocol}`,
            {
              commit,
              routes: ['first', 'second'].map((which, priority) => ({
                backend: `${which}-${back.protocol}`,
                model: MODELS.get(back),
                priority,
              })),
            },
          ]),
        ),
      ),
      fallback: { cooldown_seconds: 0, max_retries: 0 },
    },
  });
});

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

/** The answer as it comes from the first backend: broken off after each event before its block is whole. */
function cuts(back: Dialect, answer: Answer): string[] {
  const events = back.events(answer);
  const last = events.findIndex((event) => event.includes(LAST));
  return Array.from({ length: last + 1 }, (_, count) => events.slice(0, count).join(''));
}

async function answered(front: Dialect, alias: string, path?: (path: string) => string): Promise<string> {
  const request = front.request(ASK, alias, true);
  const headers = { authorization: `Bearer ${KEY}` };
  const target = path?.(request.path) ?? request.path;
  const { text, ending } = await (await send(`${gateway.url}${target}`, { body: request.body, headers })).whole();
  expect(ending).toBe('complete');
  return text;
}

describe.each(DIALECTS.map((back) => [back.title, back] as const))('before %s', (_title, back) => {
  const answers = [
    ['text', TEXT],
    ['a tool call', CALL],
    ['text and a tool call', REMARK],
  ] as const;

  test.each(DIALECTS.flatMap((front) => answers.map(([what, answer]) => [front.title, what, front, answer] as const)))(
    'the client of %s has %s whole, wherever the first is cut',
    async (_front, _what, front, answer) => {
      for (const cut of cuts(back, answer)) {
        for (const commit of ['block', '10m']) {
          upstream.script([cutAfter(cut), pieces(back.events(answer))]);
          const before = upstream.requests.length;
          const got = front.readStream(await answered(front, `${commit}-${back.protocol}`));
          expect(plainly(got.items)).toEqual(plainly(answer.items));
          expect([got.finish, upstream.requests.length - before]).toEqual([answer.finish, 2]);
        }
      }
    },
  );

  test('a client of JSON arrays has it whole', async () => {
    const gemini = DIALECTS.find(({ protocol }) => protocol === 'gemini');
    if (gemini === undefined) throw new Error('no such dialect');
    for (const [, answer] of answers) {
      for (const cut of cuts(back, answer)) {
        upstream.script([cutAfter(cut), pieces(back.events(answer))]);
        const text = await answered(gemini, `block-${back.protocol}`, (path) => path.replace('?alt=sse', ''));
        const events = (JSON.parse(text) as object[]).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
        expect(plainly(gemini.readStream(events.join('')).items)).toEqual(plainly(answer.items));
      }
    }
  });
});

describe.each(DIALECTS.map((back) => [back.title, back] as const))('official clients before %s', (_title, back) => {
  const model = `block-${back.protocol}`;
  const tool = { name: 'get_weather', description: 'The weather.' };
  const schema = { type: 'object' as const, properties: {} };
  const content = 'Hi';

  const clients: Record<string, () => Promise<unknown[]>> = {
    async chat() {
      const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: KEY, maxRetries: 0 });
      const tools = [{ type: 'function' as const, function: { ...tool, parameters: schema } }];
      const messages = [{ role: 'user' as const, content }];
      const { choices } = await openai.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
      return (choices[0]?.message.tool_calls ?? []).map(
        (call) => 'function' in call && JSON.parse(call.function.arguments),
      );
    },
    async responses() {
      const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: KEY, maxRetries: 0 });
      const tools = [{ type: 'function' as const, ...tool, parameters: schema, strict: false }];
      const { output } = await openai.responses.stream({ model, input: content, tools }).finalResponse();
      return output.flatMap((item) => (item.type === 'function_call' ? [JSON.parse(item.arguments)] : []));
    },
    async messages() {
      const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: KEY, maxRetries: 0 });
      const messages = [{ role: 'user' as const, content }];
      const tools = [{ ...tool, input_schema: schema }];
      const message = await anthropic.messages.stream({ model, messages, tools, max_tokens: 99 }).finalMessage();
      return message.content.flatMap((block) => (block.type === 'tool_use' ? [block.input] : []));
    },
    async gemini() {
      const google = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: gateway.url } });
      const config = { tools: [{ functionDeclarations: [tool] }] };
      const calls: unknown[] = [];
      for await (const chunk of await google.models.generateContentStream({ model, contents: content, config }))
        calls.push(...(chunk.functionCalls ?? []).map(({ args }) => args));
      return calls;
    },
  };

  test.each(Object.entries(clients))('%s sees one whole call', async (_name, client) => {
    const [cut] = cuts(back, CALL).slice(-1);
    upstream.script([cutAfter(cut ?? ''), pieces(back.events(CALL))]);
    expect(await client()).toEqual([ARGS]);
  });
});

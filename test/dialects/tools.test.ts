// Tools, their schemas and the form of answers, from clients of every dialect to backends of every other: what the backend
// gets is what its vendor takes, and what had to be left out is named.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { json } from '../kit/replies.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Answer, Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';
import { checkMessages } from './valid/anthropic-messages.ts';
import { checkGemini } from './valid/gemini.ts';
import { checkChat } from './valid/openai-chat.ts';
import { checkResponses } from './valid/openai-responses.ts';

const PAIRS = DIALECTS.flatMap((front) =>
  DIALECTS.filter((back) => back !== front).map((back) => [front.title, back.title, front, back] as const),
);
const CHECKS: ReadonlyMap<Dialect, (body: Json) => void> = new Map([
  [openaiChat, checkChat],
  [openaiResponses, checkResponses],
  [anthropicMessages, checkMessages],
  [gemini, checkGemini],
]);
const FINE: Answer = { items: [{ text: 'ok' }], finish: 'stop', usage: { input: 1, output: 1 } };

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.stop();
});

interface ToolSaid {
  readonly name: string;
  /** Absent: the client says nothing of it. */
  readonly parameters?: Json;
  readonly strict?: boolean;
}

/** A tool as a client of the dialect writes it. */
const TOOL: ReadonlyMap<Dialect, (tool: ToolSaid) => Json> = new Map([
  [openaiChat, (tool: ToolSaid): Json => ({ type: 'function', function: tool })],
  [openaiResponses, (tool: ToolSaid): Json => ({ type: 'function', ...tool })],
  [
    anthropicMessages,
    ({ name, parameters, strict }: ToolSaid): Json => ({
      name,
      input_schema: parameters,
      ...(strict === undefined ? {} : { strict }),
    }),
  ],
  [gemini, ({ name, parameters }: ToolSaid): Json => ({ name, parametersJsonSchema: parameters })],
]);

function withTools(front: Dialect, tools: readonly Json[]): Json {
  return { tools: front === gemini ? [{ functionDeclarations: tools }] : tools };
}

/** The form of the answer as a client of the dialect asks for it. */
function withFormat(front: Dialect, schema: Json, strict?: boolean): Json {
  const format = { type: 'json_schema', name: 'form', schema, ...(strict === undefined ? {} : { strict }) };
  if (front === openaiChat) {
    const { type: _, ...inner } = format;
    return { response_format: { type: 'json_schema', json_schema: inner } };
  }
  if (front === openaiResponses) return { text: { format } };
  if (front === anthropicMessages) return { output_config: { format: { type: 'json_schema', schema } } };
  return { generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema } };
}

interface Sent {
  readonly status: number;
  /** What the backend got; checked. */
  readonly up: Json;
  readonly dropped: string;
  readonly down: Json;
}

async function sendTo(front: Dialect, back: Dialect, more: Json, answer = FINE): Promise<Sent> {
  const question = { turns: [{ role: 'user' as const, items: [{ text: 'Hello' }] }] };
  const { path, body } = front.request({ ...question, maxTokens: 5000 }, stage.aliasOf(back), false);
  const seen = stage.upstream.requests.length;
  stage.upstream.script(json(200, back.answer(answer)));
  const reply = await send(stage.gateway.url + path, {
    headers: { authorization: `Bearer ${KEY}` },
    body: { ...body, ...more },
  });
  const down = await reply.json();
  const up = stage.upstream.requests.length > seen ? stage.upstream.requests.at(-1)?.json : undefined;
  if (up !== undefined) CHECKS.get(back)?.(up);
  return { status: reply.status, up, dropped: reply.headers['x-llm-proxy-dropped'] ?? '', down };
}

interface ToolSeen {
  readonly name: string;
  readonly parameters: Json;
  readonly strict: boolean | undefined;
}

function toolsSeen(back: Dialect, up: Json): ToolSeen[] {
  const given: Json[] = up.tools ?? [];
  const tools = back === gemini ? given.flatMap((one) => one.functionDeclarations as Json[]) : given;
  return tools.map((tool) => {
    const { name, parameters, parametersJsonSchema, input_schema: input, strict } = tool.function ?? tool;
    return { name, parameters: parameters ?? parametersJsonSchema ?? input, strict };
  });
}

function formatSeen(back: Dialect, up: Json): Json {
  if (back === openaiChat) return up.response_format?.json_schema;
  if (back === openaiResponses) return up.text?.format;
  if (back === anthropicMessages) return up.output_config?.format;
  return up.generationConfig && { schema: up.generationConfig.responseJsonSchema };
}

const isOpenai = (dialect: Dialect): boolean => dialect === openaiChat || dialect === openaiResponses;

const NO_ARGUMENTS: readonly (readonly [string, Json])[] = [
  ['nothing', undefined],
  ['null', null],
  ['{}', {}],
  ['true', true],
  ['an object', { type: 'object' }],
  ['an object without properties', { type: 'object', properties: {} }],
  ['an object or null', { type: ['object', 'null'] }],
];

const ODD: readonly (readonly [string, Json, readonly string[]])[] = [
  ['no type', { properties: { a: { type: 'string' } }, required: ['a'] }, ['a']],
  ['an object or null', { type: ['object', 'null'], properties: { a: { type: 'string' } } }, ['a']],
  ['a property that is true', { type: 'object', properties: { a: true, b: { type: 'array' } } }, ['a', 'b']],
  ['a list of anything', { type: 'object', properties: { a: { type: 'array', items: true } } }, ['a']],
  ['a root that refers', { $ref: '#/$defs/A', $defs: { A: { type: 'object', properties: { a: {} } } } }, ['a']],
  [
    'alternatives at the root',
    {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      anyOf: [{ required: ['a'] }, { required: ['b'] }],
    },
    ['a', 'b'],
  ],
  [
    'alternatives alone',
    {
      oneOf: [
        { type: 'object', properties: { kind: { const: 'x' }, a: { type: 'string' } }, required: ['kind'] },
        { type: 'object', properties: { kind: { const: 'y' }, b: { type: 'string' } }, required: ['kind'] },
      ],
    },
    ['a', 'b', 'kind'],
  ],
  [
    'several that hold at once',
    {
      allOf: [{ $ref: '#/$defs/A' }, { properties: { b: { type: 'number' } }, required: ['b'] }],
      $defs: { A: { type: 'object', properties: { a: { type: 'string' } } } },
    },
    ['a', 'b'],
  ],
];

describe.each(PAIRS)('%s client, %s backend', (_front, _back, front, back) => {
  const toolOf = (tool: ToolSaid): Json => TOOL.get(front)?.(tool);

  test.each(NO_ARGUMENTS)('a tool whose parameters are %s takes no arguments', async (_what, parameters) => {
    const { status, up } = await sendTo(front, back, withTools(front, [toolOf({ name: 'f', parameters })]));
    expect(status).toBe(200);
    const [tool] = toolsSeen(back, up);
    expect(tool?.name).toBe('f');
    // Of no schema at all Google makes none.
    if (back !== gemini || tool?.parameters !== undefined) expect(tool?.parameters.type).toBe('object');
    if (back === openaiResponses) expect(tool?.strict).toBe(false);
  });

  test.each(ODD)('a schema with %s keeps its properties', async (_what, parameters, names) => {
    const { status, up } = await sendTo(front, back, withTools(front, [toolOf({ name: 'f', parameters })]));
    expect(status).toBe(200);
    const [tool] = toolsSeen(back, up);
    const inAlternatives = back === gemini ? (tool?.parameters.anyOf ?? tool?.parameters.oneOf ?? []) : [];
    const given = [tool?.parameters, ...inAlternatives].flatMap(({ properties }) => Object.keys(properties ?? {}));
    expect([...new Set(given)].toSorted()).toEqual([...names]);
  });

  test.each(['text', 7, ['a']])('a schema %j is refused with its place', async (parameters) => {
    const { status, up, down } = await sendTo(front, back, withTools(front, [toolOf({ name: 'f', parameters })]));
    expect([status, up]).toEqual([400, undefined]);
    expect(JSON.stringify(down)).toMatch(/tools\[0\]/);
  });

  test('alternatives of the root are named, and what all demand is demanded', async () => {
    const alternatives = ODD.find(([what]) => what === 'alternatives alone')?.[1];
    const { up, dropped } = await sendTo(
      front,
      back,
      withTools(front, [toolOf({ name: 'f', parameters: alternatives })]),
    );
    if (back === gemini) return;
    expect(dropped).toContain('tools[f].oneOf');
    const { parameters } = toolsSeen(back, up)[0] ?? { parameters: undefined };
    expect(parameters.required).toEqual(['kind']);
    expect(parameters.properties.kind).toEqual({ anyOf: [{ const: 'x' }, { const: 'y' }] });
  });

  test('what a result in error says is told to be one, once', async () => {
    const call = { id: 'c1', name: 'f', args: {} };
    const turns = [
      { role: 'user' as const, items: [{ text: 'q' }] },
      { role: 'assistant' as const, items: [{ call }] },
      { role: 'user' as const, items: [{ result: { id: 'c1', name: 'f', text: 'no such file' } }] },
    ];
    const tools = [{ name: 'f', description: 'd', parameters: { type: 'object', properties: {} } }];
    const { body } = front.request({ turns, tools, maxTokens: 500 }, stage.aliasOf(back), false);
    if (front === anthropicMessages) body.messages[2].content[0].is_error = true;
    else if (front === gemini) body.contents[2].parts[0].functionResponse.response = { error: 'no such file' };
    else return;
    const { up } = await sendTo(front, back, body);
    const text = JSON.stringify(up);
    if (back === openaiChat) expect(up.messages.at(-1).content).toBe('Error: no such file');
    if (back === openaiResponses) expect(up.input.at(-1).output).toBe('Error: no such file');
    if (back === anthropicMessages) expect(up.messages.at(-1).content[0].is_error).toBe(true);
    if (back === gemini)
      expect(up.contents.at(-1).parts[0].functionResponse.response).toEqual({ error: 'no such file' });
    expect(text.match(/no such file/g)).toHaveLength(1);
  });

  test('names that the backend does not take come from the name alone, and go back', async () => {
    const names = ['a.b/c d', 'a_b_c_d', 'x'.repeat(150), 'fine', 'Wetter für'];
    const offered = names.map((name) => toolOf({ name, parameters: { type: 'object', properties: {} } }));
    const first = await sendTo(front, back, withTools(front, offered));
    const second = await sendTo(front, back, withTools(front, offered.toReversed()));
    const seen = toolsSeen(back, first.up).map(({ name }) => name);
    expect(new Set(seen).size).toBe(names.length);
    expect(
      toolsSeen(back, second.up)
        .map(({ name }) => name)
        .toReversed(),
    ).toEqual(seen);
    const alone = await sendTo(front, back, withTools(front, offered.slice(0, 1)));
    expect(toolsSeen(back, alone.up)[0]?.name).toBe(seen[0] ?? '');
    const items = seen.map((name, at) => ({ call: { id: `c${at}`, name, args: {} } }));
    const calls: Answer = { items, finish: 'tool_calls', usage: { input: 1, output: 1 } };
    const { down } = await sendTo(front, back, withTools(front, offered), calls);
    expect(front.readAnswer(down).items.map((item) => 'call' in item && item.call.name)).toEqual(names);
  });
});

const CLOSED = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
const inside = (schema: Json): Json => ({ ...CLOSED, properties: { a: schema } });
const UNFIT: readonly (readonly [string, Json])[] = [
  ['an optional property', { ...CLOSED, properties: { a: { type: 'string' }, b: { type: 'string' } } }],
  ['an optional property within', inside({ ...CLOSED, required: [] })],
  ['an optional property of items', inside({ type: 'array', items: { ...CLOSED, required: [] } })],
  ['an optional property of an alternative', inside({ anyOf: [{ ...CLOSED, required: [] }, { type: 'null' }] })],
  [
    'an optional property of a definition',
    { ...inside({ $ref: '#/$defs/D' }), $defs: { D: { ...CLOSED, required: [] } } },
  ],
  ['no word of other properties', { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }],
  ['other properties', { ...CLOSED, additionalProperties: true }],
  ['one of several', inside({ oneOf: [{ type: 'string' }, { type: 'null' }] })],
  ['all of several', inside({ allOf: [{ type: 'string' }] })],
  ['what it is not', inside({ not: { type: 'string' } })],
  ['conditions', { ...CLOSED, if: { properties: { a: { const: 'x' } } }, else: {} }],
  ['dependencies', { ...CLOSED, dependentRequired: { a: ['a'] } }],
  ['patterns of names', { ...CLOSED, patternProperties: { '^x': { type: 'string' } } }],
  ['a reference to elsewhere', inside({ $ref: 'https://example.com/schema' })],
  ['a reference to nothing', inside({ $ref: '#/$defs/Nothing' })],
  ['words beside a reference', { ...inside({ $ref: '#/$defs/D', description: 'd' }), $defs: { D: CLOSED } }],
  ['a length', inside({ type: 'string', minLength: 1 })],
  ['a default', inside({ type: 'string', default: 'x' })],
  ['a format that it does not know', inside({ type: 'string', format: 'phone' })],
  ['no type', inside({ description: 'anything' })],
  ['anything', inside(true)],
  ['a tuple', inside({ type: 'array', prefixItems: [{ type: 'string' }] })],
  ['11 levels', Array.from({ length: 11 }).reduce<Json>((schema) => inside(schema), { type: 'string' })],
  ['5,001 properties', closedOf(5001)],
  ['1,001 values', inside({ type: 'string', enum: Array.from({ length: 1001 }, (_, at) => `v${at}`) })],
  ['long values', inside({ type: 'string', enum: Array.from({ length: 251 }, (_, at) => `${at}`.padEnd(60, 'x')) })],
];
const FIT: readonly (readonly [string, Json])[] = [
  ['one property', CLOSED],
  ['null for what is not there', inside({ type: ['string', 'null'], description: 'd', pattern: '^x' })],
  ['itself within', inside({ anyOf: [{ $ref: '#' }, { type: 'null' }] })],
  ['definitions', { ...inside({ $ref: '#/$defs/D' }), $defs: { D: { type: 'array', items: CLOSED, minItems: 1 } } }],
  ['10 levels', Array.from({ length: 10 }).reduce<Json>((schema) => inside(schema), { type: 'string' })],
];

function closedOf(count: number): Json {
  const names = Array.from({ length: count }, (_, at) => `p${at}`);
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  return { type: 'object', properties, required: names, additionalProperties: false };
}

const STRICT_PAIRS = PAIRS.filter(([, , front, back]) => front !== gemini && isOpenai(back));

describe.each(STRICT_PAIRS)('strict schemas of %s clients before an %s backend', (_front, _back, front, back) => {
  const strictTool = (parameters: Json): Json => TOOL.get(front)?.({ name: 'f', parameters, strict: true });

  test.each(UNFIT)('with %s are not strict there, and that is named', async (_what, schema) => {
    const { status, up, dropped } = await sendTo(front, back, withTools(front, [strictTool(schema)]));
    expect(status).toBe(200);
    const [tool] = toolsSeen(back, up);
    expect(tool?.strict ?? false).toBe(false);
    expect(dropped.split(', ')).toContain('strict');
  });

  test.each(UNFIT)('with %s of an answer likewise', async (_what, schema) => {
    const { status, up, dropped } = await sendTo(front, back, withFormat(front, schema, true));
    expect(status).toBe(200);
    expect(formatSeen(back, up).strict ?? false).toBe(false);
    expect(formatSeen(back, up).schema.properties).toBeDefined();
    const name = front === openaiChat ? 'response_format' : front === openaiResponses ? 'text' : 'output_config';
    expect(dropped).toMatch(new RegExp(`${name}.*strict`));
  });

  test.each(FIT)('with %s are strict', async (_what, schema) => {
    const tool = await sendTo(front, back, withTools(front, [strictTool(schema)]));
    const format = await sendTo(front, back, withFormat(front, schema, true));
    expect([toolsSeen(back, tool.up)[0]?.strict, tool.dropped]).toEqual([true, '']);
    expect([formatSeen(back, format.up).strict, format.dropped]).toEqual([true, '']);
  });

  test('a strict tool without parameters is strict', async () => {
    const { up, dropped } = await sendTo(front, back, withTools(front, [strictTool(undefined)]));
    expect([toolsSeen(back, up)[0]?.strict, dropped]).toEqual([true, '']);
  });
});

test.each(DIALECTS.filter((front) => front !== openaiResponses).map((front) => [front.title, front] as const))(
  'the form of an answer of a %s client that is no object goes to responses in words',
  async (_front, front) => {
    const { status, up, dropped } = await sendTo(
      front,
      openaiResponses,
      withFormat(front, { type: 'array', items: {} }),
    );
    expect([status, up.text]).toEqual([200, undefined]);
    expect(JSON.stringify(up.input)).toContain('has to match this JSON schema');
    expect(dropped).not.toBe('');
  },
);

describe.each([openaiChat, openaiResponses].map((front) => [front.title, front] as const))(
  'strict tools of %s clients before an Anthropic backend',
  (_front, front) => {
    const strictTools = (count: number, parameters: Json): Json =>
      withTools(
        front,
        Array.from({ length: count }, (_, at) => TOOL.get(front)?.({ name: `f${at}`, parameters, strict: true })),
      );
    const asked = async (more: Json) => {
      const { status, up, dropped } = await sendTo(front, anthropicMessages, more);
      expect(status).toBe(200);
      return { up, dropped, strict: toolsSeen(anthropicMessages, up).filter(({ strict }) => strict === true).length };
    };

    test('are strict up to 20', async () => {
      const [all, most] = [await asked(strictTools(20, CLOSED)), await asked(strictTools(21, CLOSED))];
      expect([all.strict, all.dropped]).toEqual([20, '']);
      expect([most.strict, most.dropped]).toEqual([20, 'strict']);
      expect(toolsSeen(anthropicMessages, most.up)).toHaveLength(21);
    });

    test('have 24 optional parameters together', async () => {
      const optional = {
        ...CLOSED,
        required: [],
        properties: { a: { type: 'string' }, b: inside({ type: 'string' }) },
      };
      const [all, most] = [await asked(strictTools(12, optional)), await asked(strictTools(13, optional))];
      expect([all.strict, all.dropped]).toEqual([12, '']);
      expect([most.strict, most.dropped]).toEqual([12, 'strict']);
    });

    test.each([{ type: ['string', 'null'] }, { anyOf: [{ type: 'string' }, { type: 'null' }] }])(
      'have 16 parameters like %j together, those of the answer included',
      async (union) => {
        const [all, most] = [await asked(strictTools(16, inside(union))), await asked(strictTools(17, inside(union)))];
        expect([all.strict, all.dropped]).toEqual([16, '']);
        expect([most.strict, most.dropped]).toEqual([16, 'strict']);
        const both = await asked({ ...strictTools(16, inside(union)), ...withFormat(front, inside(union), true) });
        expect([both.strict, both.dropped]).toEqual([15, 'strict']);
        expect(both.up.output_config.format.type).toBe('json_schema');
      },
    );

    test.each([
      ['a reference in allOf', { ...inside({ allOf: [{ $ref: '#/$defs/D' }] }), $defs: { D: CLOSED } }],
      ['itself', inside({ anyOf: [{ $ref: '#' }, { type: 'null' }] })],
      ['a reference to elsewhere', inside({ $ref: 'https://example.com/schema' })],
      ['other properties', { ...CLOSED, additionalProperties: true }],
      ['objects as values', inside({ enum: [{ a: 1 }] })],
    ])('with %s are not strict', async (_what, schema) => {
      const { strict, dropped } = await asked(strictTools(1, schema));
      expect([strict, dropped]).toEqual([0, 'strict']);
    });

    test('tell what is not enforced in words', async () => {
      const { up, strict } = await asked(strictTools(1, inside({ type: 'string', minLength: 2, pattern: '^a' })));
      expect(strict).toBe(1);
      expect(toolsSeen(anthropicMessages, up)[0]?.parameters.properties.a.description).toContain('minLength: 2');
    });
  },
);

describe('JSON of no schema', () => {
  const format = (front: Dialect): Json =>
    front === openaiChat
      ? { response_format: { type: 'json_object' } }
      : front === openaiResponses
        ? { text: { format: { type: 'json_object' } } }
        : { generationConfig: { responseMimeType: 'application/json' } };

  test.each(PAIRS.filter(([, , front]) => front !== anthropicMessages))(
    'is asked of %s clients for %s backends in words as well',
    async (_front, _back, front, back) => {
      const { status, up, dropped } = await sendTo(front, back, format(front));
      expect(status).toBe(200);
      if (back === openaiChat) expect(up.response_format).toEqual({ type: 'json_object' });
      if (back === openaiResponses) expect(up.text.format).toEqual({ type: 'json_object' });
      if (back === gemini) expect(up.generationConfig.responseMimeType).toBe('application/json');
      else expect(JSON.stringify(up)).toContain('Answer with one JSON object and nothing else.');
      if (back === anthropicMessages) expect(up.system).toContain('JSON');
      expect(dropped === '').toBe(back !== anthropicMessages);
    },
  );

  test('needs no more words in a conversation that speaks of JSON', async () => {
    const { up } = await sendTo(openaiChat, openaiResponses, {
      ...format(openaiChat),
      messages: [{ role: 'user', content: 'As json, please' }],
    });
    expect(up.input).toHaveLength(1);
  });

  test('a system that speaks of JSON is no input of responses', async () => {
    const { up } = await sendTo(openaiChat, openaiResponses, {
      ...format(openaiChat),
      messages: [
        { role: 'system', content: 'Answer in JSON.' },
        { role: 'user', content: 'Hello' },
      ],
    });
    expect(up.input[0]).toEqual({ role: 'developer', content: 'Answer with one JSON object and nothing else.' });
  });
});

describe('members of tools without a place elsewhere are named', () => {
  const plain = { name: 'f', parameters: { type: 'object', properties: {} } };
  const rows: readonly (readonly [Dialect, Json, string])[] = [
    [anthropicMessages, { input_examples: [{ a: 1 }] }, 'tools[].input_examples'],
    [anthropicMessages, { allowed_callers: ['code_execution_20260120'] }, 'tools[].allowed_callers'],
    [anthropicMessages, { defer_loading: true }, 'tools[].defer_loading'],
    [
      anthropicMessages,
      { allowed_callers: ['direct'], defer_loading: false, cache_control: { type: 'ephemeral' } },
      '',
    ],
    [openaiResponses, { defer_loading: true }, 'tools[].defer_loading'],
    [openaiResponses, { allowed_callers: ['programmatic'] }, 'tools[].allowed_callers'],
    [openaiResponses, { async: true }, 'tools[].async'],
    [openaiResponses, { output_schema: { type: 'object' } }, 'tools[].output_schema'],
    [openaiResponses, { defer_loading: false, async: false, output_schema: null }, ''],
    [openaiChat, { vendor: 'x' }, 'tools[].vendor'],
    [gemini, { response: { type: 'OBJECT' } }, 'tools[].functionDeclarations[].response'],
    [gemini, { responseJsonSchema: {} }, 'tools[].functionDeclarations[].responseJsonSchema'],
    [gemini, { behavior: 'NON_BLOCKING' }, 'tools[].functionDeclarations[].behavior'],
    [gemini, { behavior: 'BLOCKING' }, ''],
  ];

  test.each(
    rows.flatMap(([front, more, name]) =>
      DIALECTS.filter((back) => back !== front).map(
        (back) => [front.title, JSON.stringify(more), back.title, { front, back, more, name }] as const,
      ),
    ),
  )('%s %s before %s', async (_front, _more, _back, { front, back, more, name }) => {
    const tool: Json = { ...TOOL.get(front)?.(plain), ...more };
    const { status, dropped } = await sendTo(front, back, withTools(front, [tool]));
    expect([status, dropped]).toEqual([200, name]);
  });

  test("a function's own and a namespace's", async () => {
    const chat: Json = { type: 'function', function: { ...plain, vendor: 1 } };
    expect((await sendTo(openaiChat, gemini, { tools: [chat] })).dropped).toBe('tools[].function.vendor');
    const member = { type: 'function', ...plain, defer_loading: true };
    const namespace = { type: 'namespace', name: 'ns', description: 'What these are for.', tools: [member] };
    const { up, dropped } = await sendTo(openaiResponses, anthropicMessages, { tools: [namespace] });
    expect(dropped).toBe('tools[ns].description, tools[].tools[].defer_loading');
    expect(up.tools[0].name).toBe('ns__f');
  });
});

describe('tools of namespaces that come to one name', () => {
  const member = (name: string): Json => ({ type: 'function', name, parameters: { type: 'object', properties: {} } });
  const tools: readonly Json[] = [
    { type: 'namespace', name: 'a', description: '', tools: [member('b__c')] },
    { type: 'namespace', name: 'a__b', description: '', tools: [member('c')] },
    member('a__b__c'),
  ];

  test.each([openaiChat, anthropicMessages, gemini].map((back) => [back.title, back] as const))(
    'are three before %s, whatever their order, and go back',
    async (_back, back) => {
      const first = toolsSeen(back, (await sendTo(openaiResponses, back, { tools })).up).map(({ name }) => name);
      expect(new Set(first).size).toBe(3);
      expect(first[2]).toBe('a__b__c');
      const turned = await sendTo(openaiResponses, back, { tools: tools.toReversed() });
      expect(
        toolsSeen(back, turned.up)
          .map(({ name }) => name)
          .toReversed(),
      ).toEqual(first);
      const items = first.map((name, at) => ({ call: { id: `c${at}`, name, args: {} } }));
      const calls: Answer = { items, finish: 'tool_calls', usage: { input: 1, output: 1 } };
      const { down } = await sendTo(openaiResponses, back, { tools }, calls);
      expect(down.output.map(({ namespace, name }: Json) => [namespace, name])).toEqual([
        ['a', 'b__c'],
        ['a__b', 'c'],
        [undefined, 'a__b__c'],
      ]);
    },
  );
});

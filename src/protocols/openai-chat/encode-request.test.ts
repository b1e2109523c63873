import { describe, expect, test } from 'bun:test';
import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import type { Json } from '../../../test/kit/json.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { Part } from '../../core/part.ts';
import { BY_OBJECT, BY_TYPE } from '../../vendors/thinking-controls.ts';
import type { Quirks } from '../../core/route.ts';
import { encodeRequest } from './encode-request.ts';
import { namesOf } from '../contract/unsupported.fixture.ts';

const hi: Part = { type: 'text', text: 'Hi' };
const plain: Conversation = {
  system: [],
  turns: [{ role: 'user', parts: [hi] }],
  tools: [],
  settings: {},
  stream: false,
  wantsUsage: false,
  unsupported: [],
};

function encode(fields: Partial<Conversation>, quirks: Quirks = {}, model = 'm'): Json {
  const encoded = encodeRequest({ ...plain, ...fields }, { model, quirks });
  return { ...encoded, dropped: namesOf(encoded.unsupported) };
}

function messages(parts: readonly Part[], quirks: Quirks = {}, role: 'user' | 'assistant' = 'user'): Json {
  return encode({ turns: [{ role, parts }] }, quirks).body.messages;
}

const call = { type: 'tool_call', id: 'call_1234567890', name: 'f', arguments: '{"a":1}' } as const;
const png = { type: 'media', kind: 'image', source: { from: 'base64', mediaType: 'image/png', data: 'AAAA' } } as const;
const pdf = {
  type: 'media',
  kind: 'document',
  source: { from: 'base64', mediaType: 'application/pdf', data: 'AAAA' },
} as const;
const pdfUrl = { type: 'media', kind: 'document', source: { from: 'url', url: 'https://x/a.pdf' } } as const;

test('a request is what the official SDK would send', () => {
  const expected: ChatCompletionCreateParams = {
    model: 'm',
    messages: [
      { role: 'system', content: 'A\n\nB' },
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1234567890', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1234567890', content: 'one' },
      { role: 'system', content: 'C' },
    ],
    max_completion_tokens: 5,
    temperature: 0,
    reasoning_effort: 'low',
    response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } },
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }],
    tool_choice: 'auto',
    parallel_tool_calls: false,
    stream: true,
    stream_options: { include_usage: true },
  };
  const { body, dropped } = encode(
    {
      system: [
        { type: 'text', text: 'A' },
        { type: 'text', text: 'B' },
      ],
      turns: [
        ...plain.turns,
        { role: 'assistant', parts: [call] },
        { role: 'user', parts: [{ type: 'tool_result', callId: call.id, content: [{ type: 'text', text: 'one' }] }] },
        { role: 'system', parts: [{ type: 'text', text: 'C' }] },
      ],
      settings: { maxTokens: 5, temperature: 0, parallelToolCalls: false },
      reasoning: { budgetTokens: 1000 },
      output: { type: 'schema', schema: { type: 'object' } },
      tools: [{ type: 'function', name: 'f' }],
      toolChoice: { mode: 'auto' },
      stream: true,
    },
    { maxTokensField: 'max_completion_tokens' },
  );
  expect(body).toEqual(expected);
  expect(dropped).toEqual([]);
});

describe('messages', () => {
  test("results come first, their pictures in the user's words after them", () => {
    const result: Part = {
      type: 'tool_result',
      callId: 'a',
      content: [{ type: 'text', text: 'look' }, png],
      isError: true,
    };
    expect(messages([hi, result])).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'Error: look\n[image: see the next message of the user]' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What the tool call a gave back:' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'text', text: 'Hi' },
        ],
      },
    ]);
  });

  test('results follow their calls, whatever was said meanwhile', () => {
    const { body } = encode({
      turns: [
        { role: 'assistant', parts: [call] },
        { role: 'system', parts: [{ type: 'text', text: 'Be quick.' }] },
        { role: 'user', parts: [{ type: 'tool_result', callId: call.id, content: [] }] },
      ],
    });
    expect(body.messages.map(({ role }: Json) => role)).toEqual(['assistant', 'tool', 'system']);
  });

  test("the assistant's turns in a row are one message", () => {
    const turn = (part: Part) => ({ role: 'assistant' as const, parts: [part] });
    const { body } = encode({ turns: [turn({ type: 'text', text: 'a' }), turn(call), turn({ ...call, id: 'other' })] });
    expect(body.messages).toHaveLength(1);
    expect(body.messages[0]).toMatchObject({ content: 'a', tool_calls: [{ id: call.id }, { id: 'other' }] });
  });

  test('what is not taken is unsupported', () => {
    const media = (kind: 'audio' | 'image' | 'video', url = 'https://x'): Part => ({
      type: 'media',
      kind,
      source: { from: 'url', url },
    });
    const kept: Part = { type: 'media', kind: 'document', source: { from: 'file', id: 'x', protocol: 'gemini' } };
    for (const [part, field] of [
      [media('audio'), 'input_audio'],
      [media('video'), 'video'],
      [pdfUrl, 'file'],
      [kept, 'file'],
    ] as const)
      expect(() => messages([part])).toThrow(expect.objectContaining({ name: 'UnsupportedFeatureError', field }));
    expect(() => messages([media('image')], {}, 'assistant')).toThrow(
      expect.objectContaining({ name: 'UnsupportedFeatureError' }),
    );
  });

  test('documents as the backend takes them', () => {
    const url = 'data:application/pdf;base64,AAAA';
    const document = (part: Part, documents?: 'url' | 'document_url'): Json =>
      messages([part], { documents })[0].content[0] ?? undefined;
    expect(document(pdf)).toEqual({ type: 'file', file: { filename: 'document.pdf', file_data: url } });
    expect(document(pdfUrl, 'url')).toEqual({
      type: 'file',
      file: { filename: 'document.pdf', file_data: 'https://x/a.pdf' },
    });
    expect(document(pdf, 'document_url')).toEqual({ type: 'document_url', document_url: url });
    const text: Part = {
      type: 'media',
      kind: 'document',
      name: 'T',
      source: { from: 'text', text: 'words', mediaType: 'text/plain' },
    };
    expect(document(text)).toEqual({ type: 'text', text: 'T\n\nwords' });
  });

  test('sounds by their format', () => {
    const sound = (mediaType: string): Part => ({
      type: 'media',
      kind: 'audio',
      source: { from: 'base64', mediaType, data: 'AAAA' },
    });
    for (const [mediaType, format] of [
      ['audio/mpeg', 'mp3'],
      ['audio/x-wav', 'wav'],
      ['audio/flac', 'flac'],
    ] as const)
      expect(messages([sound(mediaType)])[0].content[0].input_audio.format).toBe(format);
  });

  test('native parts are left out by their kind', () => {
    const native: Part = { type: 'native', protocol: 'anthropic-messages', kind: 'server_tool_use', value: {} };
    expect(encode({ turns: [{ role: 'assistant', parts: [hi, native] }] }).dropped).toEqual(['server_tool_use']);
  });
});

describe('thoughts', () => {
  const thought = (signature?: { protocol: string; model?: string; value: string }): Part => ({
    type: 'reasoning',
    text: 'hm',
    signature,
  });
  const own = { type: 'reasoning.text', signature: 'S', format: 'f', index: 0 };

  test('of this very model go back as they came', () => {
    const signed = (model: string): Json =>
      messages([thought({ protocol: 'openai-chat', model, value: JSON.stringify(own) }), hi], {}, 'assistant')[0];
    expect(signed('m').reasoning_details).toEqual([{ ...own, text: 'hm' }]);
    expect(signed('other').reasoning_details).toBeUndefined();
  });

  test('of others are left out, but for plain text where the backend wants it', () => {
    const foreign = thought({ protocol: 'anthropic-messages', value: 'S' });
    expect(messages([foreign, hi], {}, 'assistant')).toEqual([{ role: 'assistant', content: 'Hi' }]);
    expect(messages([foreign, hi], { reasoningBack: 'reasoning_content' }, 'assistant')[0].reasoning_content).toBe(
      'hm',
    );
    expect(messages([foreign, hi], { reasoningBack: 'thinking' }, 'assistant')[0].content).toEqual([
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'Hi' },
    ]);
    expect(messages([call], { reasoningBack: 'reasoning_content' }, 'assistant')[0].reasoning_content).toBe('');
    expect(messages([foreign], {}, 'assistant')).toEqual([]);
  });

  test.each<[Json, Quirks, string, [Json, string[]]]>([
    [{ effort: 'high' }, {}, 'm', [{ reasoning_effort: 'high' }, []]],
    [{ enabled: true }, {}, 'm', [{ reasoning_effort: 'medium' }, []]],
    [{ adaptive: true, enabled: true }, {}, 'm', [{ reasoning_effort: 'medium' }, []]],
    [{ visible: true }, {}, 'm', [{ reasoning_effort: 'medium' }, []]],
    [{ visible: false }, {}, 'm', [{}, []]],
    [{ visible: false }, { thinking: BY_OBJECT }, 'm', [{ reasoning: { exclude: true } }, []]],
    [{ enabled: false }, {}, 'm', [{ reasoning_effort: 'none' }, []]],
    [{ effort: 'high' }, {}, 'gpt-4o', [{}, ['reasoning']]],
    [{ enabled: false }, {}, 'gpt-4o', [{}, []]],
    [{ effort: 'high' }, { fields: { reasoning_effort: false } }, 'm', [{}, ['reasoning']]],
    [{ effort: 'max' }, { fields: { 'reasoning_effort.max': false } }, 'm', [{ reasoning_effort: 'xhigh' }, []]],
    [{ effort: 'minimal' }, { fields: { 'reasoning_effort.minimal': false } }, 'm', [{ reasoning_effort: 'low' }, []]],
    [{ budgetTokens: 3000 }, { thinking: BY_OBJECT }, 'm', [{ reasoning: { max_tokens: 3000 } }, []]],
    [
      { effort: 'low', visible: false },
      { thinking: BY_OBJECT },
      'm',
      [{ reasoning: { effort: 'low', exclude: true } }, []],
    ],
    [{ budgetTokens: 3000 }, { thinking: BY_TYPE }, 'm', [{ thinking: { type: 'enabled' } }, []]],
    [{ effort: 'none' }, { thinking: BY_TYPE }, 'm', [{ thinking: { type: 'disabled' } }, []]],
  ])('are asked for: %j to %j of %s', (reasoning, quirks, model, [fields, names]) => {
    const { body, dropped } = encode({ reasoning }, quirks, model);
    const { reasoning_effort, reasoning: object, thinking } = body;
    expect(JSON.parse(JSON.stringify({ reasoning_effort, reasoning: object, thinking }))).toEqual(fields);
    expect(dropped).toEqual(names);
  });
});

describe('tools', () => {
  const freeform = {
    type: 'freeform',
    name: 'h',
    description: 'H',
    format: { type: 'grammar', syntax: 'lark', definition: 'x' },
  } as const;
  const tools = [
    { type: 'function', name: 'f' },
    freeform,
    { type: 'native', protocol: 'gemini', name: 'googleSearch', value: {} },
  ] as const;

  test('a freeform tool is a function where there is no such thing, and its calls come back as they are', () => {
    const { body, dropped, decodeAnswer } = encode({
      tools,
      toolChoice: { mode: 'tool', name: 'h' },
      turns: [
        ...plain.turns,
        { role: 'assistant', parts: [{ ...call, name: 'h', arguments: 'free', freeform: true }] },
      ],
    });
    expect(body.tools[1].function).toMatchObject({ name: 'h', parameters: { required: ['input'] } });
    expect(body.tools[1].function.description).toContain('lark grammar:\nx');
    expect(body.messages[1].tool_calls[0].function).toEqual({ name: 'h', arguments: '{"input":"free"}' });
    expect(body.tool_choice).toEqual({ type: 'function', function: { name: 'h' } });
    expect(dropped).toEqual(['tools[googleSearch]']);
    const message = { tool_calls: [{ id: 'a', function: { name: 'h', arguments: '{"input":"a\\nb"}' } }] };
    expect(decodeAnswer({ choices: [{ message }] }).parts[0]).toMatchObject({ arguments: 'a\nb', freeform: true });
  });

  test('and stays one where there is', () => {
    const { body } = encode(
      { tools, toolChoice: { mode: 'allowed', names: ['h'], required: true } },
      { fields: { 'tools.custom': true } },
    );
    expect(body.tools[1]).toEqual({
      type: 'custom',
      custom: {
        name: 'h',
        description: 'H',
        format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } },
      },
    });
    expect(body.tool_choice.allowed_tools).toEqual({
      mode: 'required',
      tools: [{ type: 'custom', custom: { name: 'h' } }],
    });
  });

  test('allowed tools are the only ones offered', () => {
    const { body } = encode({ tools, toolChoice: { mode: 'allowed', names: ['f'], required: false } });
    expect(body.tools.map((tool: Json) => tool.function.name)).toEqual(['f']);
    expect(body.tool_choice).toBe('auto');
  });

  test('a choice that cannot be made is unsupported', () => {
    const native = { mode: 'native', protocol: 'gemini', value: {} } as const;
    for (const fields of [{ tools, toolChoice: native }, { toolChoice: { mode: 'required' } as const }])
      expect(() => encode(fields)).toThrow(expect.objectContaining({ field: 'tool_choice' }));
    expect(encode({ toolChoice: { mode: 'auto' }, settings: { parallelToolCalls: true } }).body).not.toContainAnyKeys([
      'tool_choice',
      'parallel_tool_calls',
    ]);
  });

  test('ids of nine letters and digits where they have to be', () => {
    const turns: Conversation['turns'] = [
      { role: 'assistant', parts: [call] },
      { role: 'user', parts: [{ type: 'tool_result', callId: call.id, content: [] }, hi] },
    ];
    const { body } = encode({ turns }, { callIdLength: 9, noUserAfterTool: true });
    const [asked, answered, ...rest] = body.messages;
    expect(asked.tool_calls[0].id).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(answered.tool_call_id).toBe(asked.tool_calls[0].id);
    expect(rest.map(({ role }: Json) => role)).toEqual(['assistant', 'user']);
  });

  test('names and ids that are too long or strange are others on the wire', () => {
    const name = `mcp.server/${'x'.repeat(80)}`;
    const id = 'i'.repeat(50);
    const strange: Part = { ...call, id, name };
    const result: Part = { type: 'tool_result', callId: id, content: [] };
    const encoded = encode(
      {
        tools: [{ type: 'function', name }],
        toolChoice: { mode: 'tool', name },
        turns: [
          { role: 'assistant', parts: [strange] },
          { role: 'user', parts: [result] },
        ],
        settings: { user: 'u'.repeat(65) },
      },
      { callIdLength: 40 },
    );
    const { tools: offered, tool_choice: choice, messages: written, user } = encoded.body;
    const wire = offered[0].function.name;
    expect(wire).toMatch(/^[\w-]{1,64}$/);
    expect(choice.function.name).toBe(wire);
    expect(written[0].tool_calls[0].function.name).toBe(wire);
    expect(written[0].tool_calls[0].id).toHaveLength(29);
    expect(written[1].tool_call_id).toBe(written[0].tool_calls[0].id);
    expect(user).toMatch(/^[0-9a-f]{64}$/);
    const calls = [{ index: 0, id: 'a', function: { name: wire, arguments: '{}' } }];
    expect(encoded.decodeAnswer({ choices: [{ message: { tool_calls: calls } }] }).parts[0].name).toBe(name);
    const decoder = encoded.decodeStream();
    expect(decoder.push({ choices: [{ index: 0, delta: { tool_calls: calls } }] })[1].name).toBe(name);
  });

  test("only its own model gets a call's signature back", () => {
    const signed = (model: string): Json =>
      messages([{ ...call, signature: { protocol: 'openai-chat', model, value: 'S' } }], {}, 'assistant')[0]
        .tool_calls[0];
    expect(signed('m').extra_content).toEqual({ google: { thought_signature: 'S' } });
    expect(signed('other')).not.toHaveProperty('extra_content');
  });
});

describe('what a backend does not take', () => {
  test('is named by its neutral name', () => {
    const settings = { topK: 3, minP: 0.1, verbosity: 'low', seed: 7, temperature: 1 };
    expect(encode({ settings }, { fields: { seed: false } }).dropped.toSorted()).toEqual([
      'minP',
      'seed',
      'topK',
      'verbosity',
    ]);
    expect(encode({ settings }, { fields: { top_k: true, min_p: true, verbosity: true } }).body).toMatchObject({
      top_k: 3,
      min_p: 0.1,
      verbosity: 'low',
    });
    expect(encode({ stream: true }, { fields: { stream_options: false } }).body).not.toHaveProperty('stream_options');
  });

  test('a schema is told in words', () => {
    const { body, dropped } = encode(
      { output: { type: 'schema', schema: { type: 'object' } } },
      { fields: { 'response_format.json_schema': false } },
    );
    expect(body.response_format).toEqual({ type: 'json_object' });
    expect(body.messages[0]).toMatchObject({ role: 'system', content: expect.stringContaining('{"type":"object"}') });
    expect(dropped).toEqual(['output']);
  });

  test('JSON is spoken of where it is asked for', () => {
    const noted = (text: string): Json =>
      encode({ output: { type: 'json' }, turns: [{ role: 'user', parts: [{ type: 'text', text }] }] }).body.messages
        .length;
    expect([noted('Hi'), noted('As json, please')]).toEqual([2, 1]);
  });

  const turn = (role: 'user' | 'assistant' | 'system', ...texts: string[]): Conversation['turns'][number] => ({
    role,
    parts: texts.map((text) => ({ type: 'text', text })),
  });
  const said = (quirks: Quirks, ...turns: Conversation['turns']): Json =>
    encode({ turns }, quirks).body.messages.map(({ role, content }: Json) => `${role}: ${content}`);

  test.each([
    [
      [turn('assistant', 'A'), turn('user', 'B')],
      ['user: .', 'assistant: A', 'user: B'],
    ],
    [
      [turn('system', 'S'), turn('assistant', 'A')],
      ['system: S', 'user: .', 'assistant: A'],
    ],
    [[turn('system', 'S')], ['system: S', 'user: .']],
    [[], ['user: .']],
    [
      [turn('user', 'A'), turn('system', 'S'), turn('user', 'B')],
      ['system: S', 'user: A,B'],
    ],
    [
      [turn('user', 'A'), turn('assistant', 'B')],
      ['user: A', 'assistant: B'],
    ],
  ])('a template gets a user who begins, and turns that alternate: %j', (turns, expected) => {
    const parts = (text: string) => text.replace('[object Object],[object Object]', 'A,B');
    expect(said({ systemFirst: true, turnsAlternate: true }, ...turns).map(parts)).toEqual(expected);
  });

  test('anybody else gets the turns as they are', () => {
    const turns = [turn('assistant', 'A'), turn('user', 'B'), turn('user', 'C'), turn('assistant', 'D')];
    expect(said({}, ...turns)).toEqual(['assistant: A', 'user: B', 'user: C', 'assistant: D']);
  });

  test('the user has the last word where an answer is not gone on with', () => {
    expect(said({ userLast: true }, turn('user', 'A'), turn('assistant', 'B'))).toEqual([
      'user: A',
      'assistant: B',
      'user: Continue.',
    ]);
    expect(said({ userLast: true }, turn('user', 'A'))).toEqual(['user: A']);
  });

  test('what a turn of the system holds besides words is named, wherever they go', () => {
    const native: Part = { type: 'native', protocol: 'other', kind: 'thing', value: {} };
    const turns: Conversation['turns'] = [...plain.turns, { role: 'system', parts: [native] }];
    for (const quirks of [{}, { systemFirst: true }]) expect(encode({ turns }, quirks).dropped).toEqual(['thing']);
  });

  test("the system's later words go first", () => {
    const turns: Conversation['turns'] = [...plain.turns, { role: 'system', parts: [{ type: 'text', text: 'later' }] }];
    expect(encode({ turns, system: [{ type: 'text', text: 'first' }] }, { systemFirst: true }).body.messages).toEqual([
      { role: 'system', content: 'first\n\nlater' },
      { role: 'user', content: 'Hi' },
    ]);
  });
});

describe('settings that OpenAI’s models refuse while they think', () => {
  const settings = { temperature: 0.2, topP: 1, stop: ['END'], frequencyPenalty: 0, logprobs: true, maxTokens: 99 };

  test.each<[string, Conversation['reasoning'], boolean]>([
    ['gpt-5', undefined, true],
    ['openai/o3', undefined, true],
    ['gpt-5', { effort: 'none' }, true],
    ['gpt-5.2', { effort: 'none' }, false],
    ['gpt-5.2', { effort: 'high' }, true],
    ['gpt-5-chat-latest', undefined, false],
    ['gpt-5.2-chat-latest', undefined, false],
    ['gpt-4.1', undefined, false],
    ['gpt-oss-120b', { effort: 'high' }, false],
  ])('%s, asked to think %j', (model, reasoning, refuses) => {
    const { body, dropped } = encode({ settings, reasoning }, {}, model);
    expect(dropped.filter((name: string) => name !== 'reasoning')).toEqual(
      refuses ? ['temperature', 'stop', 'logprobs'] : [],
    );
    expect([body.temperature, body.stop]).toEqual(refuses ? [undefined, undefined] : [0.2, ['END']]);
    expect(body.max_tokens).toBe(99);
  });
});

describe('what some backends take otherwise', () => {
  test('numbers beyond their bounds become the nearest, and are named', () => {
    const quirks: Quirks = { ranges: { temperature: [0.1, 1.5], top_p: [0, 1] }, seedField: 'random_seed' };
    const bounded = (temperature: number) => encode({ settings: { temperature, topP: 1, seed: 3 } }, quirks);
    expect(bounded(0)).toMatchObject({
      body: { temperature: 0.1, top_p: 1, random_seed: 3 },
      dropped: ['temperature'],
    });
    expect(bounded(2)).toMatchObject({ body: { temperature: 1.5 }, dropped: ['temperature'] });
    expect(bounded(1)).toMatchObject({ body: { temperature: 1 }, dropped: [] });
  });

  test('no documents, but such as are text', () => {
    const kept: Part = { type: 'media', kind: 'document', source: { from: 'file', id: 'x', protocol: 'openai-chat' } };
    for (const part of [pdf, pdfUrl, kept])
      expect(() => messages([part], { documents: 'none' })).toThrow(expect.objectContaining({ field: 'file' }));
    const text: Part = {
      type: 'media',
      kind: 'document',
      source: { from: 'text', text: 'words', mediaType: 'text/plain' },
    };
    expect(messages([text], { documents: 'none' })[0].content).toEqual([{ type: 'text', text: 'words' }]);
  });

  test('no URLs of pictures, in results of tools neither', () => {
    const url: Part = { type: 'media', kind: 'image', source: { from: 'url', url: 'https://x/a.png' } };
    const result: Part = { type: 'tool_result', callId: 'a', content: [url] };
    for (const part of [url, result])
      expect(() => messages([part], { images: 'data' })).toThrow(expect.objectContaining({ field: 'image' }));
    expect(messages([png], { images: 'data' })[0].content[0].type).toBe('image_url');
  });

  test('thinking is not switched off where the model cannot be told', () => {
    const off = { reasoning: { enabled: false } };
    expect(encode(off, { thinking: BY_OBJECT }, 'gpt-oss-20b')).toMatchObject({
      body: { reasoning: { effort: 'low' } },
      dropped: ['reasoning'],
    });
    expect(encode(off, { thinking: BY_TYPE }, 'gpt-oss-20b')).toMatchObject({ dropped: ['reasoning'] });
    expect(encode(off, { thinking: BY_TYPE }, 'gpt-oss-20b').body.thinking).toBeUndefined();
    expect(encode(off, { thinking: BY_TYPE }, 'm').body.thinking).toEqual({ type: 'disabled' });
  });

  test("a backend's own words for a model count, where it documents them", () => {
    const high = { reasoning: { effort: 'xhigh' } } as const;
    const effortOf = (exact: boolean): Json => {
      const effort = { field: 'reasoning_effort', words: ['none', 'high', 'max'], exact } as const;
      return encode(high, { thinking: { effort } }, 'gpt-oss-20b').body.reasoning_effort;
    };
    expect([effortOf(true), effortOf(false)]).toEqual(['max', 'high']);
  });

  test('allowed tools where no choice is heeded', () => {
    const fields = { tool_choice: false };
    const tools = [
      { type: 'function', name: 'f' },
      { type: 'function', name: 'g' },
    ] as const;
    const some = encode({ tools, toolChoice: { mode: 'allowed', names: ['g'], required: true } }, { fields });
    expect(some.body.tools).toHaveLength(1);
    expect(some.body.tool_choice).toBeUndefined();
    expect(some.dropped).toEqual(['toolChoice']);
  });

  test('a demanded tool that is not among the tools is unsupported, however it would be said', () => {
    const asked = { tools: [{ type: 'function', name: 'f' }], toolChoice: { mode: 'tool', name: 'x' } } as const;
    for (const field of ['tool_choice', 'tool_choice.function'])
      expect(() => encode(asked, { fields: { [field]: false } })).toThrow(
        expect.objectContaining({ name: 'UnsupportedFeatureError' }),
      );
  });
});

describe('tools of models that take them in chat only while they do not think', () => {
  const tools = [{ type: 'function', name: 'f' }] as const;
  const quirks = { toolsUnthinking: true } as const;

  test.each<[string, Conversation['reasoning'], string | undefined, string[]]>([
    ['gpt-5.6', undefined, 'none', []],
    ['gpt-5.4', { effort: 'high' }, 'none', ['reasoning']],
    ['gpt-5', { effort: 'high' }, 'high', []],
    ['own-model', { effort: 'high' }, 'high', []],
  ])('%s, asked to think %j', (model, reasoning, effort, names) => {
    const { body, dropped } = encode({ tools, reasoning }, quirks, model);
    expect([body.reasoning_effort, dropped]).toEqual([effort, names]);
    expect(encode({ reasoning }, quirks, model).body.reasoning_effort).toBe(reasoning?.effort);
  });

  test('one that always thinks is not served there', () => {
    expect(() => encode({ tools }, quirks, 'gpt-6-astra')).toThrow('responses API');
    expect(encode({ tools }, {}, 'gpt-6-astra').body.tools).toHaveLength(1);
  });
});

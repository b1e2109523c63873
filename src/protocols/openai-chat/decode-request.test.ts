import { describe, expect, test } from 'bun:test';
import type { Json } from '../../../test/kit/json.ts';
import { decodeRequest } from './decode-request.ts';

const user = { role: 'user', content: 'Hi' };

function decode(fields: Json): Json {
  return decodeRequest({ model: 'm', messages: [user], ...fields }, { stream: false });
}

function turns(...messages: Json[]): Json {
  return decode({ messages }).turns;
}

describe('messages', () => {
  test("the system's words before the first turn stand apart, later ones where they stood", () => {
    const { system, turns } = decode({
      messages: [
        { role: 'system', content: 'A' },
        { role: 'developer', content: [{ type: 'text', text: 'B', cache_control: { type: 'ephemeral' } }] },
        user,
        { role: 'system', content: 'C' },
      ],
    });
    expect(system).toEqual([
      { type: 'text', text: 'A' },
      { type: 'text', text: 'B', cacheControl: { type: 'ephemeral' } },
    ]);
    expect(turns.map(({ role }: Json) => role)).toEqual(['user', 'system']);
  });

  test.each<[string, Json, Json]>([
    [
      'an image',
      { type: 'image_url', image_url: { url: 'https://x/a.png', detail: 'low' } },
      { kind: 'image', detail: 'low', source: { from: 'url', url: 'https://x/a.png' } },
    ],
    [
      'an image that is its URL',
      { type: 'image_url', image_url: 'data:image/png;base64,AAAA' },
      { kind: 'image', source: { from: 'base64', mediaType: 'image/png', data: 'AAAA' } },
    ],
    [
      'a sound',
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
      { kind: 'audio', source: { from: 'base64', mediaType: 'audio/mpeg', data: 'AAAA' } },
    ],
    [
      'a file',
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
      { kind: 'document', name: 'a.pdf', source: { from: 'base64', mediaType: 'application/pdf', data: 'AAAA' } },
    ],
    [
      'a file without a MIME type',
      { type: 'file', file: { filename: 'a.csv', file_data: 'AAAA' } },
      { kind: 'document', name: 'a.csv', source: { from: 'base64', mediaType: 'text/csv', data: 'AAAA' } },
    ],
    [
      'a file elsewhere',
      { type: 'file', file: { file_data: 'https://x/a.pdf' } },
      { kind: 'document', source: { from: 'url', url: 'https://x/a.pdf' } },
    ],
    [
      'a kept file',
      { type: 'file', file: { file_id: 'file-1' } },
      { kind: 'document', source: { from: 'file', id: 'file-1', protocol: 'openai-chat' } },
    ],
    [
      'a film',
      { type: 'video_url', video_url: { url: 'https://x/a.mp4' } },
      { kind: 'video', source: { from: 'url', url: 'https://x/a.mp4' } },
    ],
    [
      'a document',
      { type: 'document_url', document_url: 'https://x/a.pdf', document_name: 'A' },
      { kind: 'document', name: 'A', source: { from: 'url', url: 'https://x/a.pdf' } },
    ],
  ])('%s', (_what, part, expected) => {
    expect(turns({ role: 'user', content: [part], name: 'Ann' })).toEqual([
      { role: 'user', name: 'Ann', parts: [{ type: 'media', ...expected }] },
    ]);
  });

  test('calls and their results', () => {
    const [, assistant, results, after] = turns(
      user,
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
          { id: 'b', type: 'custom', custom: { name: 'g', input: 'free' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'two' }] },
      user,
    );
    expect(assistant.parts).toEqual([
      { type: 'tool_call', id: 'a', name: 'f', arguments: '{"x":1}' },
      { type: 'tool_call', id: 'b', name: 'g', arguments: 'free', freeform: true },
    ]);
    expect(results).toEqual({
      role: 'user',
      parts: [
        { type: 'tool_result', callId: 'a', content: [{ type: 'text', text: 'one' }] },
        { type: 'tool_result', callId: 'b', content: [{ type: 'text', text: 'two' }], freeform: true },
      ],
    });
    expect(after.role).toBe('user');
  });

  test('legacy calls get ids, the same ones each time, and their results find them', () => {
    const messages = [
      user,
      { role: 'assistant', function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'x' },
    ];
    const [
      ,
      {
        parts: [call],
      },
      {
        parts: [result],
      },
    ] = turns(...messages);
    expect(call.id).toMatch(/^call_[0-9a-f]{24}$/);
    expect(result).toMatchObject({ callId: call.id, name: 'f' });
    expect(turns(...messages)[1].parts[0].id).toBe(call.id);
  });

  test('thoughts come in order: entries first, else plain text', () => {
    const detail = { type: 'reasoning.text', text: 'hm', signature: 'S', format: 'anthropic-claude-v1', index: 0 };
    const marked = { ...detail, origin: { protocol: 'anthropic-messages', model: 'claude' } };
    const thoughts = (message: Json): Json => turns(user, { role: 'assistant', content: 'x', ...message })[1].parts[0];
    expect(thoughts({ reasoning_content: 'hm' })).toEqual({ type: 'reasoning', text: 'hm' });
    expect(thoughts({ reasoning: 'hm' })).toEqual({ type: 'reasoning', text: 'hm' });
    expect(thoughts({ reasoning_content: 'no', reasoning_details: [marked] })).toMatchObject({
      text: 'hm',
      signature: { protocol: 'anthropic-messages', model: 'claude', value: 'S' },
    });
    expect(thoughts({ reasoning_details: [detail] }).signature).toMatchObject({ protocol: 'openai-chat' });
    expect(thoughts({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] })).toEqual({
      type: 'reasoning',
      text: 'hm',
    });
  });

  test('a thought in fragments is one', () => {
    const origin = { protocol: 'anthropic-messages', model: 'claude' };
    const details = [
      { type: 'reasoning.text', text: 'a', index: 0, origin },
      { type: 'reasoning.text', text: 'b', index: 0 },
      { type: 'reasoning.text', signature: 'S', index: 0 },
      { type: 'reasoning.text', text: 'c', index: 1 },
    ];
    const [, { parts }] = turns(user, { role: 'assistant', content: null, reasoning_details: details });
    expect(parts).toMatchObject([
      { text: 'ab', signature: { ...origin, value: 'S' } },
      { text: 'c', signature: undefined },
    ]);
  });

  test("a call's signature, its own and another's", () => {
    const call = (extra: Json) => ({
      role: 'assistant',
      tool_calls: [{ id: 'a', function: { name: 'f', arguments: '{}' }, extra_content: extra }],
    });
    const google = { thought_signature: 'S' };
    const of = (extra: Json): Json => turns(user, call(extra))[1].parts[0].signature;
    expect(of({ google })).toEqual({ protocol: 'openai-chat', value: 'S' });
    expect(of({ google, llm_proxy: { protocol: 'gemini', model: 'g' } })).toEqual({
      protocol: 'gemini',
      model: 'g',
      value: 'S',
    });
  });
});

describe('what is none of the dialect is refused by its place', () => {
  test.each<[Json, string]>([
    [{ messages: undefined }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: ['x'] }, 'messages[0]'],
    [{ messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'hologram' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }, 'messages[0].content[0].image_url'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 'data:text/plain,%' }] }] },
      'messages[0].content[0].image_url',
    ],
    [
      { messages: [{ role: 'system', content: [{ type: 'image_url', image_url: 'https://x' }] }] },
      'messages[0].content',
    ],
    [{ messages: [user, { role: 'assistant', tool_calls: [{}] }] }, 'messages[1].tool_calls[0].function.name'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ tool_choice: 'some' }, 'tool_choice'],
    [{ temperature: '1' }, 'temperature'],
    [{ stop: [1] }, 'stop'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
  ])('%j', (fields, param) => {
    expect(() => decode(fields)).toThrow(expect.objectContaining({ code: 'invalid_request', details: { param } }));
  });
});

describe('settings', () => {
  test('by their neutral names', () => {
    const { settings } = decode({
      max_tokens: 5,
      max_completion_tokens: 6,
      top_p: 0.5,
      top_k: 3,
      stop: 'x',
      seed: null,
      parallel_tool_calls: false,
    });
    expect(settings).toEqual({ maxTokens: 6, topP: 0.5, topK: 3, stop: ['x'], parallelToolCalls: false });
  });

  test.each<[Json, Json]>([
    [{ reasoning_effort: 'high' }, { effort: 'high' }],
    [{ reasoning_effort: 'none' }, { effort: 'none', enabled: false }],
    [{ reasoning: { effort: 'low', exclude: true } }, { effort: 'low', visible: false }],
    [{ reasoning: { max_tokens: 2000 } }, { budgetTokens: 2000 }],
    [{ thinking: { type: 'disabled' } }, { enabled: false }],
    [{ thinking: { type: 'enabled', budget_tokens: 100 } }, { enabled: true, budgetTokens: 100 }],
    [{ reasoning_format: 'parsed' }, { visible: true }],
    [{ thinking: { clear_thinking: false } }, undefined],
    [{}, undefined],
  ])('reasoning: %j', (fields, expected) => expect(decode(fields).reasoning).toEqual(expected));

  test.each<[Json, Json]>([
    ['required', { mode: 'required' }],
    ['any', { mode: 'required' }],
    [
      { type: 'function', function: { name: 'f' } },
      { mode: 'tool', name: 'f' },
    ],
    [
      { type: 'custom', custom: { name: 'f' } },
      { mode: 'tool', name: 'f' },
    ],
    [
      {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'f' } }] },
      },
      { mode: 'allowed', names: ['f'], required: true },
    ],
    [{ type: 'web_search' }, { mode: 'native', protocol: 'openai-chat', value: { type: 'web_search' } }],
  ])('tool choice: %j', (tool_choice, expected) => expect(decode({ tool_choice }).toolChoice).toEqual(expected));

  test('tools of every kind', () => {
    const grammar = { syntax: 'lark', definition: 'start: "x"' };
    const tools = [
      { type: 'function', function: { name: 'f', parameters: { type: 'object' }, strict: true } },
      { function: { name: 'g', description: 'G' } },
      { type: 'custom', custom: { name: 'h', format: { type: 'grammar', grammar } } },
      { type: 'openrouter:web_search', parameters: {} },
    ];
    expect(decode({ tools, functions: [{ name: 'old' }] }).tools).toMatchObject([
      { type: 'function', name: 'f', parameters: { type: 'object' }, strict: true },
      { type: 'function', name: 'g', description: 'G' },
      { type: 'freeform', name: 'h', format: { type: 'grammar', ...grammar } },
      { type: 'native', protocol: 'openai-chat', name: 'openrouter:web_search' },
      { type: 'function', name: 'old' },
    ]);
  });
});

describe('what has no neutral form', () => {
  test.each<[Json, Json]>([
    [
      {
        n: 1,
        store: true,
        metadata: {},
        stream_options: { include_usage: true },
        modalities: ['text'],
        logit_bias: null,
      },
      [],
    ],
    [
      { logit_bias: { 1: 2 }, web_search_options: {} },
      [
        ['logit_bias', 'unsupported'],
        ['web_search_options', 'unsupported'],
      ],
    ],
    [{ n: 2 }, [['n', 'required']]],
    [{ modalities: ['text', 'audio'], audio: { voice: 'x' } }, [['modalities', 'required']]],
    [{ modalities: ['image', 'text'] }, [['modalities', 'unsupported']]],
  ])('%j', (fields, expected) => {
    expect(decode(fields).unsupported.map(({ type, feature }: Json) => [feature.path, type])).toEqual(expected);
  });
});

import type { MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages';
import { describe, expect, test } from 'bun:test';
import type { Conversation, FunctionTool, Turn } from '../../core/conversation.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import type { MediaPart, Part } from '../../core/part.ts';
import { hashedName } from '../shared/tools/names.ts';
import { encodeRequest } from './encode-request.ts';
import { namesOf } from '../contract/unsupported.fixture.ts';

const NAME = 'anthropic-messages';
const question: Turn = { role: 'user', parts: [{ type: 'text', text: 'q' }] };

function conversation(changes: Partial<Conversation> = {}): Conversation {
  return {
    system: [],
    turns: [question],
    tools: [],
    settings: {},
    stream: false,
    wantsUsage: true,
    unsupported: [],
    ...changes,
  };
}

function encoded(changes: Partial<Conversation> = {}, model = 'claude-sonnet-4-5') {
  const { body, unsupported } = encodeRequest(conversation(changes), { model, quirks: {} });
  const dropped = namesOf(unsupported);
  // The shapes are the SDK's as far as its types can tell; the tests look at the values.
  return { body: JSON.parse(JSON.stringify(body)) as MessageCreateParamsBase & Record<string, unknown>, dropped };
}

function turn(role: Turn['role'], ...parts: Part[]): Turn {
  return { role, parts };
}

function text(words: string): Part {
  return { type: 'text', text: words };
}

function call(id: string, args = '{}', name = 'n'): Part {
  return { type: 'tool_call', id, name, arguments: args };
}

function result(callId: string): Part {
  return { type: 'tool_result', callId, content: [{ type: 'text', text: 'r' }] };
}

function tool(name = 'n', changes: Partial<FunctionTool> = {}): FunctionTool {
  return { type: 'function', name, parameters: { type: 'object', properties: {} }, ...changes };
}

const thought: Part = { type: 'reasoning', text: 'hm', signature: { protocol: NAME, value: 's' } };

describe('the limit', () => {
  test.each([
    ['claude-3-haiku-20240307', undefined, 4096],
    ['claude-sonnet-4-5', undefined, 32_000],
    ['claude-opus-4-8', undefined, 64_000],
    ['claude-sonnet-4-5', 10, 10],
    ['claude-sonnet-4-5', 128_000, 64_000],
    ['glm-4.6', 128_000, 128_000],
  ])('%s, asked for %p', (model, maxTokens, expected) =>
    expect(encoded({ settings: { maxTokens } }, model).body.max_tokens).toBe(expected),
  );
});

describe('turns', () => {
  test.each([
    ['an assistant that begins', [turn('assistant', text('Hello.')), question]],
    ['a first question of nothing', [turn('user', text('')), turn('assistant', text('Hello.')), question]],
    ['one of blanks', [turn('user', text(' \n')), turn('assistant', text('Hello.')), question]],
    ['a call', [turn('assistant', call('1')), turn('user', result('1'))]],
  ])('the user speaks first: %s', (_name, turns) => {
    const { messages } = encoded({ turns }).body;
    expect(messages[0]).toEqual({ role: 'user', content: [{ type: 'text', text: '.' }] });
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  });

  test('a failure has words, and says itself that it is one where it has more', () => {
    const picture: MediaPart = {
      type: 'media',
      kind: 'image',
      source: { from: 'base64', mediaType: 'image/png', data: 'AAAA' },
    };
    const failed = (...content: (MediaPart | { type: 'text'; text: string })[]) => {
      const part: Part = { type: 'tool_result', callId: '1', content, isError: true };
      const { messages } = encoded({ turns: [question, turn('assistant', call('1')), turn('user', part)] }).body;
      return messages.at(-1)?.content[0];
    };
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
    const said = { type: 'tool_result', tool_use_id: '1' };
    expect(failed({ type: 'text', text: 'no' })).toEqual({ ...said, content: 'no', is_error: true } as never);
    expect(failed({ type: 'text', text: 'no' }, picture)).toEqual({
      ...said,
      content: [{ type: 'text', text: 'Error: no' }, image],
    } as never);
    const mute = 'Error: the tool has failed.';
    expect(failed(picture)).toEqual({ ...said, content: [{ type: 'text', text: mute }, image] } as never);
    expect(failed()).toEqual({ ...said, content: mute, is_error: true } as never);
    expect(failed({ type: 'text', text: '' })).toEqual({ ...said, content: mute, is_error: true } as never);
  });

  test('a result of blanks is an empty one', () => {
    const blank: Part = { type: 'tool_result', callId: '1', content: [{ type: 'text', text: ' \n' }] };
    const { messages } = encoded({ turns: [question, turn('assistant', call('1')), turn('user', blank)] }).body;
    expect(messages.at(-1)?.content).toEqual([{ type: 'tool_result', tool_use_id: '1' }]);
  });

  test('alternate', () =>
    expect(
      encoded({ turns: [question, question, turn('assistant', text('a')), turn('assistant', text('b'))] }).body
        .messages,
    ).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'q' },
          { type: 'text', text: 'q' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
    ]));

  test('results come first, right behind their calls', () =>
    expect(
      encoded({
        turns: [
          question,
          turn('assistant', call('1'), call('2')),
          turn('user', text('more'), result('1')),
          turn('user', result('2')),
        ],
      }).body.messages[2],
    ).toEqual({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: '1', content: 'r' },
        { type: 'tool_result', tool_use_id: '2', content: 'r' },
        { type: 'text', text: 'more' },
      ],
    }));

  test('blank texts are left out, and what is empty by it', () =>
    expect(encoded({ turns: [question, turn('assistant', text(' \n')), question] }).body.messages).toHaveLength(1));

  test('what another model has drawn is shown by the user', () => {
    const picture: Part = { type: 'media', kind: 'image', source: { from: 'url', url: 'u' } };
    const image = { type: 'image', source: { type: 'url', url: 'u' } };
    expect(
      encoded({ turns: [question, turn('assistant', text('a'), picture), question] }).body.messages[2]?.content,
    ).toEqual([image, { type: 'text', text: 'q' }] as never);
    expect(encoded({ turns: [question, turn('assistant', picture)] }).body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'q' }, image] },
    ] as never);
  });

  test('nothing said is a turn all the same', () =>
    expect(encoded({ system: [{ type: 'text', text: 's' }], turns: [] }).body).toMatchObject({
      system: 's',
      messages: [{ role: 'user' }],
    }));

  test('an answer to go on with does not end in blanks', () =>
    expect(encoded({ turns: [question, turn('assistant', text('a \n'))] }).body.messages[1]?.content).toEqual([
      { type: 'text', text: 'a' },
    ]));

  describe('an answer that was cut, and sent back as far as it came', () => {
    const last = (parts: Part[], model?: string, changes: Partial<Conversation> = {}) =>
      encoded({ turns: [question, turn('assistant', ...parts)], ...changes }, model).body.messages.at(-1);
    const reasoning = { effort: 'high' } as const;
    const asked = { role: 'user', content: [{ type: 'text', text: 'q' }] };
    const goOn = { role: 'user', content: [{ type: 'text', text: 'Continue.' }] };

    test('is gone on with where the model does that', () =>
      expect(last([text('a')], 'claude-sonnet-4-5')).toMatchObject({ role: 'assistant' }));

    test.each(['claude-opus-4-6', 'claude-sonnet-5', 'claude-opus-5-5'])('%s is asked to go on', (model) =>
      expect(last([text('a')], model)).toEqual(goOn as never),
    );

    test('a model that thinks is asked to go on', () =>
      expect(last([thought, text('a')], 'claude-sonnet-4-5', { reasoning })).toEqual(goOn as never));

    test.each(['claude-sonnet-4-5', 'claude-opus-4-8'])('%s does not get an end of thoughts', (model) => {
      expect(last([thought], model, { reasoning })).toEqual(asked as never);
      expect(encoded({ turns: [turn('assistant', thought)] }, model).body.messages).toEqual([goOn] as never);
      expect(last([text('a'), thought], 'claude-sonnet-4-5')).toMatchObject({ content: [{ type: 'text', text: 'a' }] });
    });
  });

  test("the system's words in between stay where the model takes them", () => {
    const turns = [
      turn('system', text('0')),
      question,
      turn('system', text('1')),
      question,
      turn('assistant', text('a')),
      turn('system', text('2')),
      question,
    ];
    const q = { type: 'text', text: 'q' };
    const placed = encoded({ turns }, 'claude-opus-4-8').body;
    expect(placed.system).toBe('0');
    expect(placed.messages as unknown).toEqual([
      { role: 'user', content: [q, q] },
      { role: 'system', content: [{ type: 'text', text: '1' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'a' }] },
      { role: 'user', content: [q] },
      { role: 'system', content: [{ type: 'text', text: '2' }] },
    ]);
    expect(encoded({ turns }).body.system).toEqual(['0', '1', '2'].map((words) => ({ type: 'text', text: words })));
  });

  test("ids and names in Anthropic's characters, the same everywhere", () => {
    const turns = [
      question,
      turn('assistant', call('a|b', '{}', 'x.y'), call('a:b', '{}', 'x_y')),
      turn('user', result('a:b'), result('a|b')),
    ];
    const { body } = encoded({ turns, tools: [tool('x.y'), tool('x_y')], toolChoice: { mode: 'tool', name: 'x_y' } });
    const calls = body.messages[1]?.content as { id: string; name: string }[];
    const wire = hashedName('x.y', /\W/g, 128);
    expect(calls.map(({ id, name }) => [id, name])).toEqual([
      ['a_b', wire],
      ['a_b_2', 'x_y'],
    ]);
    expect(body.messages[2]?.content).toMatchObject([{ tool_use_id: 'a_b_2' }, { tool_use_id: 'a_b' }]);
    expect(body.tools).toMatchObject([{ name: wire }, { name: 'x_y' }]);
    expect(body.tool_choice).toEqual({ type: 'tool', name: 'x_y' });
  });
});

describe('parts', () => {
  function block(part: Part, model?: string): unknown {
    const role = part.type === 'media' ? 'user' : 'assistant';
    const { messages } = encoded({ turns: [turn(role, text('.'), part), question] }, model).body;
    const said = messages.find((message) => message.role === role);
    return (said?.content as unknown[] | undefined)?.[1];
  }

  function media(kind: MediaPart['kind'], source: MediaPart['source']): MediaPart {
    return { type: 'media', kind, source };
  }

  test('numbers of arguments are as they were', () => {
    const turns = [question, turn('assistant', call('1', '{"a":12345678901234567890,"b":1.0}'))];
    const { body } = encodeRequest(conversation({ turns }), { model: 'claude-sonnet-4-5', quirks: {} });
    expect(JSON.stringify(body)).toContain('"input":{"a":12345678901234567890,"b":1.0}');
  });

  test.each([
    ['', {}],
    ['{"a":', { INVALID_JSON: '{"a":' }],
    ['[1]', { INVALID_JSON: '[1]' }],
  ])('arguments %p', (args, input) => expect(block(call('1', args))).toMatchObject({ input }));

  test('thoughts are sent to the model that had them', () => {
    const own: Part = {
      type: 'reasoning',
      text: 'hm',
      signature: { protocol: NAME, model: 'claude-sonnet-4-5', value: 's' },
    };
    expect(block(own)).toEqual({ type: 'thinking', thinking: 'hm', signature: 's' });
    expect(block(own, 'claude-opus-4-8')).toBeUndefined();
    expect(block({ type: 'reasoning', text: 'hm', signature: { protocol: 'gemini', value: 's' } })).toBeUndefined();
    expect(block({ type: 'reasoning', text: 'hm' })).toBeUndefined();
    expect(block({ ...own, text: '', redacted: true })).toEqual({ type: 'redacted_thinking', data: 's' });
  });

  test.each([
    [media('image', { from: 'url', url: 'u' }), { type: 'image', source: { type: 'url', url: 'u' } }],
    [
      media('image', { from: 'base64', mediaType: 'image/jpg', data: 'A' }),
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'A' } },
    ],
    [
      { ...media('document', { from: 'base64', mediaType: 'application/pdf', data: 'A' }), name: 'f.pdf' },
      {
        type: 'document',
        title: 'f.pdf',
        source: { type: 'base64', media_type: 'application/pdf', data: 'A' },
      },
    ],
    [
      media('document', { from: 'base64', mediaType: 'text/csv; charset=utf-8', data: btoa('a,b') }),
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a,b' } },
    ],
    [
      media('document', { from: 'file', id: 'f', protocol: NAME }),
      { type: 'document', source: { type: 'file', file_id: 'f' } },
    ],
  ])('%j', (part, expected) => expect(block(part)).toEqual(expected));

  test.each([
    ['audio', media('audio', { from: 'base64', mediaType: 'audio/wav', data: 'A' }), 'input_audio'],
    ['video', media('video', { from: 'url', url: 'u' }), 'video'],
    ['an image of another type', media('image', { from: 'base64', mediaType: 'image/heic', data: 'A' }), 'image'],
    [
      'a document of another type',
      media('document', { from: 'base64', mediaType: 'application/zip', data: 'A' }),
      'file',
    ],
    ["another provider's file", media('document', { from: 'file', id: 'f', protocol: 'openai-chat' }), 'file'],
  ] as const)('%s is unsupported', (_what, part, field) => {
    expect(() => block(part)).toThrow(UnsupportedFeatureError);
    expect(() => block(part)).toThrow(field);
  });

  test("another's native parts are left out and named", () => {
    const native: Part = { type: 'native', protocol: 'openai-responses', kind: 'web_search_call', value: {} };
    expect(encoded({ turns: [question, turn('assistant', native, native), question] }).dropped).toEqual([
      'web_search_call',
    ]);
  });
});

describe('tools', () => {
  test('a freeform one is a function of one string', () => {
    const { body } = encoded({
      tools: [
        { type: 'freeform', name: 'f', description: 'd', format: { type: 'grammar', syntax: 'lark', definition: 'g' } },
      ],
      turns: [
        question,
        turn('assistant', { type: 'tool_call', id: '1', name: 'f', arguments: 'plain', freeform: true }),
      ],
    });
    expect(body.tools).toMatchObject([{ name: 'f', input_schema: { required: ['input'] } }]);
    expect(JSON.stringify(body.tools)).toContain('lark grammar');
    expect(body.messages[1]?.content).toMatchObject([{ input: { input: 'plain' } }]);
  });

  test("another provider's are left out and named", () =>
    expect(encoded({ tools: [{ type: 'native', protocol: 'gemini', name: 'googleSearch', value: {} }] })).toMatchObject(
      {
        dropped: ['tools[googleSearch]'],
      },
    ));

  test('strict where the model and the schema allow', () => {
    const parameters = { type: 'object', properties: { n: { type: 'number', minimum: 1 } }, required: ['n'] };
    const strict = tool('n', { parameters, strict: true });
    expect(encoded({ tools: [strict] }).body.tools).toEqual([
      {
        name: 'n',
        strict: true,
        input_schema: {
          type: 'object',
          properties: { n: { type: 'number', description: '{minimum: 1}' } },
          required: ['n'],
          additionalProperties: false,
        },
      },
    ] as never);
    expect(encoded({ tools: [strict] }, 'claude-opus-4-1')).toMatchObject({
      dropped: ['strict'],
      body: { tools: [{ input_schema: parameters }] },
    });
  });

  test.each([
    [undefined, undefined, undefined],
    [undefined, false, { type: 'auto', disable_parallel_tool_use: true }],
    [{ mode: 'auto' }, true, { type: 'auto' }],
    [{ mode: 'none' }, false, { type: 'none' }],
    [{ mode: 'required' }, false, { type: 'any', disable_parallel_tool_use: true }],
    [{ mode: 'tool', name: 'n' }, undefined, { type: 'tool', name: 'n' }],
    [{ mode: 'allowed', names: ['n'], required: true }, undefined, { type: 'any' }],
  ] as const)('choice %j, parallel %p', (toolChoice, parallelToolCalls, expected) => {
    const { body } = encoded({ tools: [tool()], toolChoice, settings: { parallelToolCalls } });
    expect(body.tool_choice).toEqual(expected as never);
  });

  test('only those that are allowed', () =>
    expect(
      encoded({ tools: [tool('a'), tool('b')], toolChoice: { mode: 'allowed', names: ['b'], required: false } }).body
        .tools,
    ).toMatchObject([{ name: 'b' }]));

  test.each([
    ['of none that is there', { mode: 'tool', name: 'x' }, 'claude-sonnet-4-5'],
    ["of another provider's", { mode: 'native', protocol: 'gemini', value: {} }, 'claude-sonnet-4-5'],
    ['that the model does not take', { mode: 'required' }, 'claude-opus-5-5'],
  ] as const)('a forced choice %s is unsupported', (_what, toolChoice, model) =>
    expect(() => encoded({ tools: [tool()], toolChoice }, model)).toThrow(UnsupportedFeatureError),
  );
});

test('a call that is demanded of no tool is unsupported', () => {
  const native = { type: 'native', protocol: 'gemini', name: 'googleSearch', value: {} } as const;
  expect(() => encoded({ tools: [native], toolChoice: { mode: 'required' } })).toThrow(UnsupportedFeatureError);
});

describe('thinking', () => {
  test.each([
    ['claude-sonnet-4-5', { effort: 'low' }, { type: 'enabled', budget_tokens: 1024 }, undefined],
    ['claude-sonnet-4-5', { enabled: true, budgetTokens: 5000 }, { type: 'enabled', budget_tokens: 5000 }, undefined],
    ['claude-sonnet-4-5', { effort: 'none' }, undefined, undefined],
    ['claude-opus-4-6', { effort: 'xhigh' }, { type: 'adaptive' }, { effort: 'max' }],
    ['claude-opus-4-8', { effort: 'xhigh' }, { type: 'adaptive' }, { effort: 'xhigh' }],
    ['claude-opus-4-8', { effort: 'minimal' }, { type: 'adaptive' }, { effort: 'low' }],
    ['claude-opus-4-8', { enabled: true, adaptive: true }, { type: 'adaptive' }, undefined],
    [
      'claude-opus-4-8',
      { budgetTokens: 8000, visible: true },
      { type: 'adaptive', display: 'summarized' },
      { effort: 'medium' },
    ],
    [
      'claude-opus-4-6',
      { effort: 'high', visible: false },
      { type: 'adaptive', display: 'omitted' },
      { effort: 'high' },
    ],
    ['claude-sonnet-5', { enabled: false }, { type: 'disabled' }, undefined],
    ['claude-sonnet-5-5', { enabled: false }, { type: 'between_tools' }, undefined],
    ['claude-opus-4-8', { enabled: false }, undefined, undefined],
  ] as const)('%s, %j', (model, reasoning, thinking, config) => {
    const { body, dropped } = encoded({ reasoning }, model);
    expect(body.thinking).toEqual(thinking as never);
    expect(body.output_config).toEqual(config as never);
    expect(dropped).toEqual([]);
  });

  test.each([
    ['a model that cannot', 'claude-3-haiku-20240307', {}],
    ['a limit below the least budget', 'claude-sonnet-4-5', { settings: { maxTokens: 1024 } }],
    ['a forced call', 'claude-sonnet-4-5', { tools: [tool()], toolChoice: { mode: 'required' } }],
    [
      'a tool loop without thoughts',
      'claude-sonnet-4-5',
      { turns: [question, turn('assistant', call('1')), turn('user', result('1'))] },
    ],
  ] as const)('%s forbids it', (_what, model, changes) => {
    const { body, dropped } = encoded({ reasoning: { effort: 'high' }, ...changes }, model);
    expect(body.thinking).toBeUndefined();
    expect(dropped).toEqual(['reasoning']);
  });

  test.each([
    [
      'a tool loop with them',
      'claude-sonnet-4-5',
      { turns: [question, turn('assistant', thought, call('1')), turn('user', result('1'))] },
    ],
    [
      'a tool loop without them, adaptive',
      'claude-opus-4-6',
      { turns: [question, turn('assistant', call('1')), turn('user', result('1'))] },
    ],
    ['a new question', 'claude-sonnet-4-5', { turns: [question, turn('assistant', text('a')), question] }],
    ['a forced call, adaptive', 'claude-opus-4-6', { tools: [tool()], toolChoice: { mode: 'required' } }],
  ] as const)('%s does not', (_what, model, changes) => {
    const { body, dropped } = encoded({ reasoning: { effort: 'high' }, ...changes }, model);
    expect(body.thinking).toBeDefined();
    expect(dropped).toEqual([]);
  });

  test.each([
    [undefined, 24_576, 32_000],
    [4000, 2000, 4000],
    [1500, 1024, 1500],
    [64_000, 24_576, 64_000],
  ])('the budget is less than the limit of %p', (maxTokens, budget_tokens, limit) => {
    const { body } = encoded({ reasoning: { effort: 'high' }, settings: { maxTokens } });
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens });
    expect(body.max_tokens).toBe(limit);
  });

  test('a higher word is never worth less, and leaves room for the answer', () => {
    for (const maxTokens of [undefined, 2000, 9000, 25_000, 33_000, 64_000]) {
      const budgets = (['minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const).map((effort) => {
        const { body } = encoded({ reasoning: { effort }, settings: { maxTokens } });
        const budget = body.thinking?.type === 'enabled' ? body.thinking.budget_tokens : Number.NaN;
        expect(body.max_tokens - budget).toBeGreaterThanOrEqual(Math.min(4096, body.max_tokens - 1024));
        return budget;
      });
      expect(budgets).toEqual(budgets.toSorted((a, b) => a - b));
    }
  });

  test('a model that always thinks cannot be told not to', () =>
    expect(encoded({ reasoning: { enabled: false } }, 'claude-opus-5-5')).toMatchObject({
      dropped: ['reasoning'],
      body: { output_config: { effort: 'low' } },
    }));
});

describe('settings', () => {
  test.each([
    ['claude-sonnet-4-5', { temperature: 1.5 }, { temperature: 1 }, ['temperature']],
    ['claude-sonnet-4-5', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5 }, ['topP']],
    ['claude-sonnet-4-0', { temperature: 0.5, topP: 0.9, topK: 3 }, { temperature: 0.5, top_p: 0.9, top_k: 3 }, []],
    ['claude-opus-4-8', { temperature: 0.5, topP: 0.9, topK: 3 }, {}, ['temperature', 'topP', 'topK']],
    ['claude-opus-4-8', { temperature: 1, topP: 1 }, {}, []],
    ['claude-sonnet-4-5', { stop: ['a', '\n'] }, { stop_sequences: ['a'] }, ['stop']],
    ['claude-sonnet-4-5', { stop: ['\n'] }, {}, ['stop']],
    [
      'claude-sonnet-4-5',
      { seed: 1, frequencyPenalty: 0, logprobs: true, verbosity: 'low' },
      {},
      ['seed', 'logprobs', 'verbosity'],
    ],
    [
      'claude-sonnet-4-5',
      { frequencyPenalty: 0, presencePenalty: 0, logprobs: false, verbosity: 'medium', topLogprobs: 0 },
      {},
      [],
    ],
    ['claude-sonnet-4-5', { user: 'u' }, { metadata: { user_id: 'u' } }, []],
  ] as const)('%s, %j', (model, settings, fields, dropped) => {
    const encodedOnce = encoded({ settings }, model);
    const { model: _model, max_tokens: _max, messages: _messages, ...rest } = encodedOnce.body;
    expect(rest).toEqual(fields as never);
    expect(encodedOnce.dropped).toEqual([...dropped]);
  });

  test('with a budget of thoughts there is little choice', () =>
    expect(
      encoded({ reasoning: { effort: 'low' }, settings: { temperature: 0, topP: 0.5, topK: 3 } }, 'claude-sonnet-4-0')
        .dropped,
    ).toEqual(['temperature', 'topP', 'topK']));

  test('nor beside thinking that the model adapts', () => {
    const settings = { temperature: 0.4, topK: 3 };
    const { body, dropped } = encoded({ reasoning: { effort: 'low' }, settings }, 'claude-sonnet-4-6');
    expect(body.thinking).toEqual({ type: 'adaptive' });
    expect(body['temperature'] ?? body['top_k']).toBeUndefined();
    expect(dropped).toEqual(['temperature', 'topK']);
    expect(encoded({ settings }, 'claude-sonnet-4-6').dropped).toEqual([]);
  });
});

describe('a schema for the answer', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  };
  const output = { type: 'schema', schema, name: 'Answer' } as const;

  test('natively', () => {
    const { body } = encoded({ output });
    expect(body.output_config).toEqual({ format: { type: 'json_schema', schema } });
    expect(body.tools).toBeUndefined();
  });

  test.each([
    ['a model that has no other way', 'claude-opus-4-1', schema],
    ['an object of free keys', 'claude-sonnet-4-5', { type: 'object', additionalProperties: { type: 'string' } }],
    [
      'a schema within itself',
      'claude-sonnet-4-5',
      { $ref: '#/$defs/T', $defs: { T: { type: 'object', properties: { t: { $ref: '#/$defs/T' } } } } },
    ],
  ])('as a tool: %s', (_what, model, one) => {
    const { body } = encoded({ output: { ...output, schema: one } }, model);
    expect(body.output_config).toBeUndefined();
    expect(body.tools).toMatchObject([{ name: 'answer_Answer' }]);
    expect(body.tool_choice).toEqual({ type: 'tool', name: 'answer_Answer' });
  });

  test("beside the client's tools, any may be called", () =>
    expect(encoded({ output, tools: [tool()] }, 'claude-opus-4-1').body.tool_choice).toEqual({ type: 'any' }));

  test('where a call is demanded, there is no other answer', () =>
    expect(
      encoded({ output, tools: [tool()], toolChoice: { mode: 'required' } }, 'claude-opus-4-1').body.tools,
    ).toHaveLength(1));

  test('JSON of no schema is not to be had', () =>
    expect(encoded({ output: { type: 'json' } }).dropped).toEqual(['output']));
});

describe('the answer of an output tool is a text', () => {
  const output = { type: 'schema', schema: { type: 'object', properties: {} } } as const;
  const request = encodeRequest(conversation({ output, tools: [tool('x.y')] }), {
    model: 'claude-opus-4-1',
    quirks: {},
  });
  const block = { type: 'tool_use', id: '1', name: 'answer', input: { a: 1 } };
  const wire = hashedName('x.y', /\W/g, 128);

  test('plain', () =>
    expect(request.decodeAnswer({ content: [block], stop_reason: 'tool_use' })).toMatchObject({
      parts: [{ type: 'text', text: '{"a":1}' }],
      finish: { reason: 'stop' },
    }));

  test('beside calls', () =>
    expect(
      request.decodeAnswer({
        content: [{ type: 'tool_use', id: '2', name: wire, input: {} }, block],
        stop_reason: 'tool_use',
      }),
    ).toMatchObject({
      parts: [{ type: 'tool_call', id: '2', name: 'x.y', arguments: '{}' }, { type: 'text' }],
      finish: { reason: 'tool_calls' },
    }));

  test('streamed, piece by piece', () => {
    const decoder = request.decodeStream();
    decoder.push({ type: 'message_start', message: { id: 'm' } }, undefined);
    expect(
      decoder.push({ type: 'content_block_start', index: 0, content_block: { ...block, input: {} } }, undefined),
    ).toEqual([{ type: 'part_start', index: 0, part: 'text' }]);
    const delta = { type: 'input_json_delta', partial_json: '{"a"' };
    expect(decoder.push({ type: 'content_block_delta', index: 0, delta }, undefined)).toEqual([
      { type: 'delta', index: 0, text: '{"a"' },
    ]);
  });
});

test('a freeform call is its plain text again', () => {
  const request = encodeRequest(conversation({ tools: [{ type: 'freeform', name: 'f' }] }), { model: 'm', quirks: {} });
  expect(
    request.decodeAnswer({
      content: [{ type: 'tool_use', id: '1', name: 'f', input: { input: 'a\n"b"' } }],
      stop_reason: 'tool_use',
    }).parts,
  ).toEqual([{ type: 'tool_call', id: '1', name: 'f', arguments: 'a\n"b"', freeform: true, signature: undefined }]);
});

describe('ids of calls that a backend has used again', () => {
  function idsOf(...turns: Turn[]): unknown[] {
    const { body } = encoded({ turns: [question, ...turns] });
    const blocks = body.messages.flatMap(({ content }) => content as { id?: string; tool_use_id?: string }[]);
    return blocks.flatMap(({ id, tool_use_id: of }) => id ?? of ?? []);
  }

  test('in a later turn', () =>
    expect(
      idsOf(
        turn('assistant', call('1')),
        turn('user', result('1')),
        turn('assistant', call('1')),
        turn('user', result('1')),
      ),
    ).toEqual(['1', '1', '1_2', '1_2']));

  test('in the same turn', () =>
    expect(idsOf(turn('assistant', call('1'), call('1')), turn('user', result('1'), result('1')))).toEqual([
      '1',
      '1_2',
      '1',
      '1_2',
    ]));
});

import { describe, expect, test } from 'bun:test';
import type { CountTokensParameters, GenerateContentParameters } from '@google/genai';
import type { Conversation, Tool } from '../../core/conversation.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import type { MediaPart, Part } from '../../core/part.ts';
import { counting } from './counting.ts';
import { encodeRequest } from './encode-request.ts';
import { isForced } from '../../core/tool-choice.ts';
import { namesOf } from '../contract/unsupported.fixture.ts';

const EMPTY: Conversation = {
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  settings: {},
  stream: false,
  wantsUsage: true,
  unsupported: [],
};
const FUNCTION: Tool = { type: 'function', name: 'f', parameters: { type: 'object', properties: { a: { const: 1 } } } };
const PNG: MediaPart = {
  type: 'media',
  kind: 'image',
  source: { from: 'base64', mediaType: 'image/png', data: 'AAAA' },
};

function encoded(more: Partial<Conversation>, model = 'gemini-3-flash-preview') {
  const { body, unsupported } = encodeRequest({ ...EMPTY, ...more }, { model, quirks: {} });
  return { body: JSON.parse(JSON.stringify(body)), dropped: namesOf(unsupported) };
}

function partsFor(parts: readonly Part[], model?: string) {
  return encoded({ turns: [{ role: 'assistant', parts }] }, model).body.contents.at(-1)?.parts;
}

test('what is sent is of the SDK’s shape', () => {
  const { body } = encoded({
    system: [{ type: 'text', text: 'S' }],
    tools: [FUNCTION],
    toolChoice: { mode: 'required' },
    settings: {
      maxTokens: 5,
      temperature: 0.5,
      topK: 3,
      topP: 0.1,
      stop: ['x'],
      seed: 7,
      logprobs: true,
      topLogprobs: 2,
    },
    reasoning: { effort: 'low', visible: true },
    output: { type: 'schema', schema: { type: 'object' } },
  });
  const { contents, generationConfig, ...config } = body as {
    contents: GenerateContentParameters['contents'];
    generationConfig: GenerateContentParameters['config'];
  };
  const request: GenerateContentParameters = { model: 'm', contents, config: { ...config, ...generationConfig } };
  expect(request).toEqual({
    model: 'm',
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    config: {
      systemInstruction: { parts: [{ text: 'S' }] },
      tools: [
        {
          functionDeclarations: [
            { name: 'f', parametersJsonSchema: { type: 'object', properties: { a: { type: 'integer', enum: [1] } } } },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY' as never } },
      maxOutputTokens: 5,
      temperature: 0.5,
      topK: 3,
      topP: 0.1,
      stopSequences: ['x'],
      seed: 7,
      responseLogprobs: true,
      logprobs: 2,
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'object' },
      thinkingConfig: { thinkingLevel: 'LOW' as never, includeThoughts: true },
    },
  });
});

describe('turns', () => {
  test('of one side become one, those of the system go to its instruction', () => {
    const { body } = encoded({
      system: [{ type: 'text', text: 'S' }],
      turns: [
        { role: 'user', parts: [{ type: 'text', text: 'a' }] },
        { role: 'system', parts: [{ type: 'text', text: 'T' }] },
        { role: 'user', parts: [{ type: 'text', text: 'b' }] },
        { role: 'assistant', parts: [] },
      ],
    });
    expect(body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'a' }, { text: 'b' }] }],
      systemInstruction: { parts: [{ text: 'S' }, { text: 'T' }] },
    });
  });

  test('that say nothing say an empty text', () => {
    const silent: Part = { type: 'text', text: '' };
    expect(encoded({ turns: [{ role: 'user', parts: [silent, silent] }] }).body.contents).toEqual([
      { role: 'user', parts: [{ text: '' }] },
    ]);
    expect(encoded({ turns: [{ role: 'user', parts: [silent, { type: 'text', text: 'x' }] }] }).body.contents).toEqual([
      { role: 'user', parts: [{ text: 'x' }] },
    ]);
  });

  test('of the system alone are a question', () => {
    expect(encoded({ system: [{ type: 'text', text: 'S' }], turns: [] }).body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'S' }] }],
    });
  });
});

describe('signatures', () => {
  const own = { protocol: 'gemini', model: 'gemini-3-flash-preview', value: 'AAAA' };
  const call = (id: string, signature?: typeof own): Part => ({
    type: 'tool_call',
    id,
    name: 'f',
    arguments: '{}',
    signature,
  });

  test('go back to the model that made them', () => {
    expect(
      partsFor([
        { type: 'reasoning', text: 'Hm.', signature: own },
        { type: 'text', text: 'a', signature: own },
        call('1', own),
        call('2'),
      ]),
    ).toEqual([
      { text: 'Hm.', thought: true, thoughtSignature: 'AAAA' },
      { text: 'a', thoughtSignature: 'AAAA' },
      { functionCall: { id: '1', name: 'f', args: {} }, thoughtSignature: 'AAAA' },
      { functionCall: { id: '2', name: 'f', args: {} } },
    ]);
  });

  test('of others stay away, with the thoughts; the first call gets a placeholder', () => {
    const foreign = { ...own, model: 'gemini-2.5-pro' };
    const parts: Part[] = [
      { type: 'reasoning', text: 'Hm.', signature: foreign },
      { type: 'reasoning', text: 'unsigned' },
      { type: 'text', text: 'a', signature: foreign },
      call('1', foreign),
      call('2'),
    ];
    expect(partsFor(parts)).toEqual([
      { text: 'a' },
      { functionCall: { id: '1', name: 'f', args: {} }, thoughtSignature: 'skip_thought_signature_validator' },
      { functionCall: { id: '2', name: 'f', args: {} } },
    ]);
    expect(partsFor(parts, 'gemini-2.5-flash')).toEqual([
      { text: 'a' },
      { functionCall: { id: '1', name: 'f', args: {} } },
      { functionCall: { id: '2', name: 'f', args: {} } },
    ]);
  });
});

describe('calls and results', () => {
  const turns = (content: readonly (Part & { type: 'text' | 'media' })[], more: object = {}): Conversation['turns'] => [
    { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
    {
      role: 'assistant',
      parts: [{ type: 'tool_call', id: 'x', name: 'look', arguments: '{"n":12345678901234567890}' }],
    },
    {
      role: 'user',
      parts: [
        { type: 'text', text: 'now' },
        { type: 'tool_result', callId: 'x', content, ...more },
      ],
    },
  ];

  test('have the name of the function, and stand in a content of their own', () => {
    expect(encoded({ turns: turns([{ type: 'text', text: '{"a":1}' }]) }).body.contents.slice(2)).toEqual([
      { role: 'user', parts: [{ functionResponse: { id: 'x', name: 'look', response: { output: '{"a":1}' } } }] },
      { role: 'user', parts: [{ text: 'now' }] },
    ]);
  });

  test('keep numbers that no double holds', () => {
    const { body } = encodeRequest({ ...EMPTY, turns: turns([]) }, { model: 'm', quirks: {} });
    expect(JSON.stringify(body)).toContain('"args":{"n":12345678901234567890}');
  });

  test('say what went wrong', () => {
    expect(
      encoded({ turns: turns([{ type: 'text', text: 'no' }], { isError: true }) }).body.contents[2].parts[0]
        .functionResponse.response,
    ).toEqual({
      error: 'no',
    });
  });

  test('hold pictures where the model takes them there; else they follow', () => {
    const content = [{ type: 'text' as const, text: 'see' }, PNG];
    const third = encoded({ turns: turns(content) }).body.contents.slice(2);
    expect(third[0].parts[0].functionResponse).toEqual({
      id: 'x',
      name: 'look',
      response: { output: 'see' },
      parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }],
    });
    const older = encoded({ turns: turns(content) }, 'gemini-2.5-flash').body.contents.slice(2);
    expect(older[0].parts[0].functionResponse.response).toEqual({
      output: "see\n[image: in the user's words after this result]",
    });
    expect(older[1].parts).toEqual([{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }, { text: 'now' }]);
  });

  test('whose arguments are no object are still told', () => {
    const call = (text: string, freeform?: boolean): Part => ({
      type: 'tool_call',
      id: 'x',
      name: 'f',
      arguments: text,
      freeform,
    });
    expect(partsFor([call(''), call('[1]'), call('{"cut'), call('{"a":1}', true)], 'm')).toMatchObject([
      { functionCall: { args: {} } },
      { functionCall: { args: { input: '[1]' } } },
      { functionCall: { args: { input: '{"cut' } } },
      { functionCall: { args: { input: '{"a":1}' } } },
    ]);
  });
});

describe('media', () => {
  test('are inline, or where they are', () => {
    const media = (source: MediaPart['source'], kind: MediaPart['kind'] = 'image'): MediaPart => ({
      type: 'media',
      kind,
      source,
    });
    const parts = [
      PNG,
      media({ from: 'url', url: 'https://x.y/a.PNG?x=1.jpg' }),
      media({ from: 'url', url: 'https://x.y/a' }, 'document'),
      media({ from: 'url', url: 'https://youtu.be/a' }, 'video'),
      media({ from: 'text', text: 'é', mediaType: 'text/plain' }, 'document'),
      media({ from: 'file', id: 'files/a', protocol: 'gemini' }),
    ];
    expect(encoded({ turns: [{ role: 'user', parts }] }).body.contents[0].parts).toEqual([
      { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
      { fileData: { fileUri: 'https://x.y/a.PNG?x=1.jpg', mimeType: 'image/png' } },
      { fileData: { fileUri: 'https://x.y/a', mimeType: 'application/pdf' } },
      { fileData: { fileUri: 'https://youtu.be/a', mimeType: 'video/mp4' } },
      { inlineData: { mimeType: 'text/plain', data: 'w6k=' } },
      { fileData: { fileUri: 'files/a' } },
    ]);
  });

  test('that are kept elsewhere are unsupported', () => {
    const file: MediaPart = {
      type: 'media',
      kind: 'image',
      source: { from: 'file', id: 'file-1', protocol: 'openai-responses' },
    };
    expect(() => encoded({ turns: [{ role: 'user', parts: [file] }] })).toThrow(UnsupportedFeatureError);
  });
});

describe('tools', () => {
  const native: Tool = { type: 'native', protocol: 'anthropic-messages', name: 'web_search', value: {} };

  test('that run elsewhere are named, as are their traces', () => {
    const trace: Part = { type: 'native', protocol: 'anthropic-messages', kind: 'server_tool_use', value: {} };
    expect(encoded({ tools: [native], turns: [...EMPTY.turns, { role: 'assistant', parts: [trace] }] })).toEqual({
      body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
      dropped: ['server_tool_use', 'tools[web_search]'],
    });
    expect(() => encoded({ tools: [native], toolChoice: { mode: 'native', protocol: 'x', value: {} } })).toThrow(
      UnsupportedFeatureError,
    );
  });

  test('that take a text are functions of one', () => {
    expect(
      encoded({ tools: [{ type: 'freeform', name: 'sh', format: {} }] }).body.tools[0].functionDeclarations,
    ).toEqual([
      {
        name: 'sh',
        parametersJsonSchema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
      },
    ]);
  });

  test.each([
    [undefined, undefined],
    [{ mode: 'auto' }, { mode: 'AUTO' }],
    [{ mode: 'none' }, { mode: 'NONE' }],
    [{ mode: 'required' }, { mode: 'ANY' }],
    [
      { mode: 'tool', name: 'f' },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
    [
      { mode: 'allowed', names: ['f'], required: true },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
    [
      { mode: 'allowed', names: ['f'], required: false },
      { mode: 'VALIDATED', allowedFunctionNames: ['f'] },
    ],
  ] as const)('are to be called: %j', (toolChoice, expected) => {
    expect(encoded({ tools: [FUNCTION], toolChoice }).body.toolConfig?.functionCallingConfig).toEqual(expected);
    // Without tools a choice means nothing, or cannot be met.
    if (isForced(toolChoice)) expect(() => encoded({ toolChoice })).toThrow(UnsupportedFeatureError);
    else expect(encoded({ toolChoice }).body.toolConfig).toBeUndefined();
  });

  test('that are strict are kept to', () => {
    const strict: Tool = { type: 'function', name: 'g', parameters: {}, strict: true };
    expect(encoded({ tools: [strict] }).body.toolConfig.functionCallingConfig).toEqual({ mode: 'VALIDATED' });
  });
});

describe('an answer of a given form beside functions', () => {
  const output = { type: 'schema', schema: { type: 'object', properties: { n: { type: 'number' } } } } as const;
  const both = { tools: [FUNCTION], output };

  test('is asked for as such from the third generation on', () => {
    expect(encoded(both).body.generationConfig).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: output.schema,
    });
  });

  test('is the call of one more function before', () => {
    const request = encodeRequest({ ...EMPTY, ...both }, { model: 'gemini-2.5-flash', quirks: {} });
    expect(request.body['generationConfig']).toBeUndefined();
    expect(request.body['toolConfig']).toEqual({ functionCallingConfig: { mode: 'ANY' } });
    const parts = [{ functionCall: { name: 'final_answer', args: { n: 1 } } }];
    const answer = request.decodeAnswer({ candidates: [{ content: { parts }, finishReason: 'STOP' }] });
    expect(answer).toMatchObject({ parts: [{ type: 'text', text: '{"n":1}' }], finish: { reason: 'stop' } });
  });

  test('leaves the functions out if none may be called, and itself if one must', () => {
    expect(encoded({ ...both, toolChoice: { mode: 'none' } }, 'gemini-2.5-flash').body).toMatchObject({
      generationConfig: { responseMimeType: 'application/json' },
    });
    expect(encoded({ ...both, toolChoice: { mode: 'none' } }, 'gemini-2.5-flash').body.tools).toBeUndefined();
    expect(encoded({ ...both, toolChoice: { mode: 'required' } }, 'gemini-2.5-flash').body).toMatchObject({
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
    });
  });

  test('that is any object is named', () => {
    expect(encoded({ ...both, output: { type: 'json' } }, 'gemini-2.5-flash').dropped).toEqual(['output']);
    expect(encoded({ output: { type: 'json' } }, 'gemini-2.5-flash')).toMatchObject({
      body: { generationConfig: { responseMimeType: 'application/json' } },
      dropped: [],
    });
  });
});

test.each([
  ['gemini-2.0-flash', 8192],
  ['gemini-2.5-pro', 65_535],
  ['publishers/google/models/gemini-3.10-pro', 65_535],
  ['gemini-4-argon', 128_000],
  ['tunedModels/mine', 128_000],
])('%s is asked for no more than it can say: %p', (model, most) => {
  expect(encoded({ settings: { maxTokens: 128_000 } }, model).body.generationConfig.maxOutputTokens).toBe(most);
  expect(encoded({ settings: { maxTokens: 500 } }, model).body.generationConfig.maxOutputTokens).toBe(500);
});

describe('settings that the model lacks are named', () => {
  test.each([
    [{ minP: 0.1, verbosity: 'low' }, ['minP', 'verbosity']],
    [{ parallelToolCalls: false }, ['parallelToolCalls']],
    [{ parallelToolCalls: true, user: 'u', logprobs: false, topLogprobs: 0 }, []],
    [{ stop: ['1', '2', '3', '4', '5', '6'] }, ['stop']],
    [{ seed: 2 ** 40 }, ['seed']],
    [{ frequencyPenalty: 0.5, presencePenalty: 0 }, []],
  ])('%j', (settings, expected) => expect(encoded({ settings }).dropped).toEqual(expected));

  test('and penalties, which Gemini 2.5 refuses', () => {
    const settings = { frequencyPenalty: 0.5, presencePenalty: 0 };
    expect(encoded({ settings }, 'gemini-2.5-pro')).toMatchObject({ dropped: ['frequencyPenalty'] });
    expect(encoded({ settings }, 'gemini-2.5-pro').body.generationConfig).toBeUndefined();
  });
});

describe('thinking', () => {
  test.each([
    ['gemini-3-flash-preview', { effort: 'medium' }, { thinkingLevel: 'MEDIUM' }, []],
    ['gemini-3-flash-preview', { effort: 'none' }, { thinkingLevel: 'MINIMAL' }, []],
    ['gemini-3.8-flash', { effort: 'minimal' }, { thinkingLevel: 'LOW' }, []],
    ['gemini-3-pro-preview', { effort: 'medium' }, { thinkingLevel: 'HIGH' }, []],
    ['gemini-3.1-pro-preview', { effort: 'max' }, { thinkingLevel: 'HIGH' }, []],
    ['gemini-3.1-pro-preview', { enabled: false }, { thinkingLevel: 'LOW' }, ['reasoning']],
    ['gemini-4-hydrogen', { effort: 'xhigh' }, { thinkingLevel: 'XHIGH' }, []],
    ['gemini-flash-latest', { budgetTokens: 5000 }, { thinkingLevel: 'MEDIUM' }, []],
    ['gemini-3-flash-preview', { adaptive: true, visible: true }, { includeThoughts: true }, []],
    ['gemini-3-flash-preview', { enabled: true }, undefined, []],
    ['gemini-2.5-flash', { effort: 'low' }, { thinkingBudget: 1024 }, []],
    ['gemini-2.5-flash', { effort: 'max' }, { thinkingBudget: 24_576 }, []],
    ['gemini-2.5-flash', { effort: 'none', visible: true }, { thinkingBudget: 0 }, []],
    ['gemini-2.5-flash-lite', { budgetTokens: 100 }, { thinkingBudget: 512 }, []],
    ['publishers/google/models/gemini-2.5-pro', { enabled: false }, { thinkingBudget: 128 }, ['reasoning']],
    ['gemini-2.5-pro', { adaptive: true }, { thinkingBudget: -1 }, []],
    ['gemini-2.0-flash', { effort: 'high' }, undefined, ['reasoning']],
    ['gemini-2.0-flash', { effort: 'none' }, undefined, []],
    ['gemini-2.5-flash-image', { effort: 'high' }, undefined, ['reasoning']],
    ['gemma-3-27b-it', { budgetTokens: 5 }, undefined, ['reasoning']],
  ] as const)('%s %j', (model, reasoning, config, dropped) => {
    const request = encoded({ reasoning }, model);
    expect(request.body.generationConfig?.thinkingConfig).toEqual(config);
    expect(request.dropped).toEqual([...dropped]);
  });
});

test('tokens are counted of all that is sent', () => {
  const counted = counting.encodeCount(
    { ...EMPTY, system: [{ type: 'text', text: 'S' }] },
    { model: 'gemini-2.5-pro', quirks: {} },
  );
  const { generateContentRequest } = counted as { generateContentRequest: CountTokensParameters };
  expect(generateContentRequest).toEqual({
    model: 'models/gemini-2.5-pro',
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    systemInstruction: { parts: [{ text: 'S' }] },
  } as CountTokensParameters);
  expect([counting.decodeCount({ totalTokens: 4 }), counting.decodeCount({}), counting.decodeCount(null)]).toEqual([
    4,
    undefined,
    undefined,
  ]);
});

test('who has said nothing says an empty text: a request without contents is refused', () =>
  expect(encoded({ turns: [] }).body.contents).toEqual([{ role: 'user', parts: [{ text: '' }] }]));

import { describe, expect, test } from 'bun:test';
import { Refusal } from '../../core/refusal.ts';
import { markSignature } from '../../core/signature.ts';
import type { JsonObject } from '../../lib/json.ts';
import { decodeRequest } from './decode-request.ts';
import { UNSIGNED } from './signatures.ts';

const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];

function decoded(body: JsonObject, stream = false) {
  return decodeRequest({ contents, ...body }, { stream });
}

function partsOf(...parts: readonly unknown[]) {
  return decoded({ contents: [{ role: 'model', parts }] }).turns[0]?.parts;
}

describe('contents', () => {
  test('have sides; who does not say is the user', () => {
    const sides = decoded({
      contents: [
        { parts: [{ text: 'a' }] },
        { role: 'model', parts: [{ text: 'b' }] },
        { role: 'function', parts: [] },
      ],
    }).turns.map(({ role }) => role);
    expect(sides).toEqual(['user', 'assistant', 'user']);
  });

  test('may be a single one', () => {
    expect(decoded({ contents: { parts: { text: 'a' } } }).turns).toMatchObject([
      { role: 'user', parts: [{ text: 'a' }] },
    ]);
  });

  test('of a streamed answer are one turn, whose texts are one', () => {
    const model = (...parts: readonly unknown[]) => ({ role: 'model', parts });
    const { turns } = decoded({
      contents: [
        ...contents,
        model({ text: 'H', thought: true }),
        model({ text: 'm.', thought: true }, { text: '', thought: true, thoughtSignature: 'AAAA' }),
        model({ text: 'The' }),
        model({ text: ' end' }),
        model({ text: '', thoughtSignature: 'BBBB' }),
        model({ text: '.' }),
        model({ text: '' }),
      ],
    });
    expect(turns[1]?.parts).toEqual([
      {
        type: 'reasoning',
        text: 'Hm.',
        signature: { protocol: 'gemini', value: 'AAAA' },
        redacted: undefined,
        id: undefined,
      },
      { type: 'text', text: 'The end', signature: { protocol: 'gemini', value: 'BBBB' } },
      { type: 'text', text: '.', signature: undefined },
    ]);
  });

  test('that say nothing say an empty text', () => {
    expect(decoded({ contents: [{ parts: [{ text: '' }] }] }).turns).toMatchObject([
      { parts: [{ type: 'text', text: '' }] },
    ]);
  });

  test.each([
    [{ contents: null }, 'contents'],
    [{ contents: ['hi'] }, 'contents[0]'],
    [{ contents: [{ role: 'system', parts: [] }] }, 'contents[0].role'],
    [{ contents: [{ parts: ['hi'] }] }, 'contents[0].parts[0]'],
    [{ contents: [{ parts: [{ text: 'a' }, { song: 1 }] }] }, 'contents[0].parts[1].song'],
    [{ contents: [{ parts: [{ functionCall: {} }] }] }, 'contents[0].parts[0].functionCall.name'],
    [{ contents: [{ parts: [{ fileData: {} }] }] }, 'contents[0].parts[0]'],
    [{ systemInstruction: { parts: [{ inlineData: {} }] } }, 'systemInstruction.parts[0]'],
    [{ tools: [{ functionDeclarations: [{}] }] }, 'tools.functionDeclarations.name'],
  ])('of no known kind are refused: %j', (body, param) => {
    try {
      decoded(body);
      throw new Error('it was taken');
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      expect((error as Refusal).details.param).toBe(param);
    }
  });
});

describe('parts', () => {
  test('of files are media', () => {
    const data = Buffer.from('héllo').toString('base64');
    expect(
      partsOf(
        { inlineData: { mimeType: 'image/png', data: '-_8=' } },
        { inline_data: { mime_type: 'text/plain', data, display_name: 'n.txt' } },
        { inlineData: { mimeType: 'application/pdf', data: 'AAAA' } },
        { fileData: { fileUri: 'https://x.y/a.png?b' } },
        { fileData: { fileUri: 'https://youtu.be/x' } },
        { file_data: { file_uri: 'gs://b/c.wav', mime_type: 'audio/wav' } },
        { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc', mimeType: 'image/png' } },
        { inlineData: { mimeType: 'image/png', data: 'AAAA' }, thought: true },
      ),
    ).toMatchObject([
      { kind: 'image', source: { from: 'base64', mediaType: 'image/png', data: '+/8=' } },
      { kind: 'document', source: { from: 'text', mediaType: 'text/plain', text: 'héllo' }, name: 'n.txt' },
      { kind: 'document', source: { from: 'base64', mediaType: 'application/pdf', data: 'AAAA' } },
      { kind: 'image', source: { from: 'url', url: 'https://x.y/a.png?b' } },
      { kind: 'video', source: { from: 'url', url: 'https://youtu.be/x' } },
      { kind: 'audio', source: { from: 'file', id: 'gs://b/c.wav', protocol: 'gemini', mediaType: 'audio/wav' } },
      { kind: 'image', source: { from: 'file', id: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } },
    ]);
  });

  test('that only Google knows stay as they are', () => {
    const value = { executableCode: { code: '1', language: 'PYTHON' }, thoughtSignature: 'AAAA' };
    expect(partsOf(value)).toEqual([{ type: 'native', protocol: 'gemini', kind: 'executableCode', value }]);
  });

  test('get the origin of their signatures back', () => {
    const redacted = markSignature({ protocol: 'anthropic-messages', model: 'c', value: 'c2ln' }, undefined, {
      redacted: true,
    });
    expect(partsOf({ text: '', thought: true, thoughtSignature: redacted })).toEqual([
      {
        type: 'reasoning',
        text: '',
        signature: { protocol: 'anthropic-messages', model: 'c', value: 'c2ln' },
        redacted: true,
        id: undefined,
      },
    ]);
  });

  test.each(['skip_thought_signature_validator', 'c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=', UNSIGNED])(
    'with a placeholder are not signed: %s',
    (thoughtSignature) => {
      expect(partsOf({ functionCall: { name: 'f' }, thoughtSignature })).toMatchObject([{ signature: undefined }]);
    },
  );
});

describe('calls and results', () => {
  const turnsOf = (calls: readonly object[], results: readonly object[]) =>
    decoded({
      contents: [
        ...contents,
        { role: 'model', parts: calls.map((functionCall) => ({ functionCall })) },
        { parts: results.map((functionResponse) => ({ functionResponse })) },
      ],
    }).turns;

  test('go together by id, by name, by order', () => {
    const [, called, results] = turnsOf(
      [{ id: 'x', name: 'f' }, { name: 'g' }, { name: 'f' }, { name: 'f' }],
      [{ name: 'f', response: {} }, { name: 'g', response: {} }, { id: 'x', name: 'f', response: {} }, { name: 'f' }],
    );
    const [x, g, first, second] = (called?.parts ?? []).map((part) => (part.type === 'tool_call' ? part.id : ''));
    expect(x).toBe('x');
    expect(new Set([g, first, second]).size).toBe(3);
    expect(g).toMatch(/^call_[0-9a-f]{24}$/);
    // A result that names no call is of one that had no id.
    expect((results?.parts ?? []).map((part) => (part.type === 'tool_result' ? part.callId : ''))).toEqual<unknown[]>([
      first,
      g,
      'x',
      second,
    ]);
  });

  test('have the same made-up ids each time', () => {
    const call = [{ name: 'f', args: { a: 1 } }];
    expect(turnsOf(call, [])[1]).toEqual(turnsOf(call, [])[1]);
  });

  test('without a call have an id of their own', () => {
    expect(turnsOf([], [{ name: 'f', response: { output: 1 } }]).at(-1)?.parts).toMatchObject([
      { callId: expect.stringMatching(/^call_/) },
    ]);
  });

  test.each([
    [{ output: 'done' }, 'done', undefined],
    [{ result: { a: 1 } }, '{"a":1}', undefined],
    [{ error: 'no' }, 'no', true],
    [{ error: 'no', code: 3 }, '{"error":"no","code":3}', true],
    [{ error: null, x: 1 }, '{"error":null,"x":1}', undefined],
    [{ anything: 'x' }, '{"anything":"x"}', undefined],
    [{ output: null }, 'null', undefined],
    ['bare', 'bare', undefined],
    [{ name: 'f', content: 'x' }, 'x', undefined],
    [{ name: 'f', error: 'x' }, 'x', true],
    [{ name: 'g', content: 'x' }, '{"name":"g","content":"x"}', undefined],
    [[1], '[1]', undefined],
  ])('say what came of it: %j', (response, text, isError) => {
    expect(turnsOf([{ name: 'f' }], [{ name: 'f', response }])[2]?.parts).toMatchObject([
      { content: [{ type: 'text', text }], isError },
    ]);
  });

  test('may hold files', () => {
    const parts = [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }];
    expect(turnsOf([{ name: 'f' }], [{ name: 'f', response: {}, parts }])[2]?.parts).toMatchObject([
      { content: [{ type: 'media', kind: 'image' }] },
    ]);
  });
});

describe('tools', () => {
  test('declare functions in either kind of schema; all others run at Google', () => {
    const parameters = { type: 'OBJECT', properties: { n: { type: 'INTEGER' } } };
    const { tools } = decoded({
      tools: [
        { functionDeclarations: [{ name: 'f', description: 'd', parameters }] },
        { function_declarations: [{ name: 'g', parameters_json_schema: { type: 'object' } }, { name: 'h' }] },
        { googleSearch: {}, code_execution: {} },
      ],
    });
    expect(tools).toEqual([
      {
        type: 'function',
        name: 'f',
        description: 'd',
        parameters: { type: 'object', properties: { n: { type: 'integer' } } },
      },
      { type: 'function', name: 'g', description: undefined, parameters: { type: 'object' } },
      { type: 'function', name: 'h', description: undefined, parameters: undefined },
      { type: 'native', protocol: 'gemini', name: 'googleSearch', value: { googleSearch: {} } },
      { type: 'native', protocol: 'gemini', name: 'codeExecution', value: { codeExecution: {} } },
    ]);
  });

  test.each([
    [{ mode: 'AUTO' }, { mode: 'auto' }],
    [{ mode: 'VALIDATED' }, { mode: 'auto' }],
    [
      { mode: 'VALIDATED', allowedFunctionNames: ['f'] },
      { mode: 'allowed', names: ['f'], required: false },
    ],
    [{ mode: 'NONE' }, { mode: 'none' }],
    [{ mode: 'ANY' }, { mode: 'required' }],
    [
      { mode: 'ANY', allowed_function_names: ['f'] },
      { mode: 'tool', name: 'f' },
    ],
    [
      { mode: 'ANY', allowedFunctionNames: ['f', 'g'] },
      { mode: 'allowed', names: ['f', 'g'], required: true },
    ],
    [{ mode: 'MODE_UNSPECIFIED' }, undefined],
    [{}, undefined],
  ] as const)('are to be called: %j', (functionCallingConfig, expected) => {
    expect(decoded({ tool_config: { function_calling_config: functionCallingConfig } }).toolChoice).toEqual(
      expected as never,
    );
  });
});

describe('the configuration', () => {
  test('has its settings in either case', () => {
    const config = {
      max_output_tokens: 1,
      temperature: 0,
      top_p: 0.5,
      topK: 3,
      stopSequences: ['x'],
      seed: 4,
      presence_penalty: 0.1,
      frequencyPenalty: 0.2,
      responseLogprobs: true,
      logprobs: 5,
      candidateCount: 1,
      responseModalities: ['TEXT'],
    };
    expect(decoded({ generation_config: config })).toMatchObject({
      settings: {
        maxTokens: 1,
        temperature: 0,
        topP: 0.5,
        topK: 3,
        stop: ['x'],
        seed: 4,
        presencePenalty: 0.1,
        frequencyPenalty: 0.2,
        logprobs: true,
        topLogprobs: 5,
      },
      unsupported: [],
    });
  });

  test.each([
    [{ responseMimeType: 'application/json' }, { type: 'json' }],
    [{ responseMimeType: 'text/plain' }, undefined],
    [
      { responseMimeType: 'application/json', responseSchema: { type: 'STRING', nullable: true, title: 'A b' } },
      { type: 'schema', schema: { type: ['string', 'null'], title: 'A b' }, name: undefined },
    ],
    [
      { response_mime_type: 'application/json', response_json_schema: { title: 'T', type: 'object' } },
      { type: 'schema', schema: { title: 'T', type: 'object' }, name: 'T' },
    ],
    [
      { responseFormat: [{ text: { mimeType: 'APPLICATION_JSON', schema: { type: 'object' } } }] },
      { type: 'schema', schema: { type: 'object' }, name: undefined },
    ],
  ] as const)('tells the form of the answer: %j', (generationConfig, expected) => {
    expect(decoded({ generationConfig }).output).toEqual(expected as never);
  });

  test.each([
    [{ thinkingBudget: 0 }, { enabled: false }],
    [{ thinkingBudget: -1 }, { adaptive: true }],
    [
      { thinking_budget: 512, include_thoughts: true },
      { budgetTokens: 512, visible: true },
    ],
    [{ thinkingLevel: 'HIGH' }, { effort: 'high' }],
    [{ thinkingLevel: 'THINKING_LEVEL_UNSPECIFIED' }, undefined],
  ] as const)('tells how much to think: %j', (thinkingConfig, expected) => {
    expect(decoded({ generationConfig: { thinkingConfig } }).reasoning).toEqual(expected as never);
  });
});

describe('what has no neutral form', () => {
  test.each([
    [{ cachedContent: 'cachedContents/x' }, 'cachedContent', 'required'],
    [{ generationConfig: { candidateCount: 2 } }, 'generationConfig.candidateCount', 'required'],
    [
      { generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } },
      'generationConfig.responseModalities',
      'required',
    ],
    [{ generationConfig: { responseMimeType: 'text/x.enum' } }, 'generationConfig.responseMimeType', 'required'],
    [{ safety_settings: [] }, 'safetySettings', 'unsupported'],
    [{ generationConfig: { mediaResolution: 'X' } }, 'generationConfig.mediaResolution', 'unsupported'],
    [{ toolConfig: { retrievalConfig: {} } }, 'toolConfig.retrievalConfig', 'unsupported'],
    [{ novelty: 1 }, 'novelty', 'unsupported'],
  ] as const)('%j', (body, path, type) => {
    expect(decoded(body).unsupported).toMatchObject([{ type, feature: { kind: 'field', path } }]);
  });

  test('goes without a word if it is a hint', () => {
    expect(decoded({ labels: { a: 'b' }, serviceTier: 'flex', model: 'models/x', tools: null }).unsupported).toEqual(
      [],
    );
  });
});

test('the path says whether it is a stream, and usage is always told', () => {
  expect(decoded({}, true)).toMatchObject({ stream: true, wantsUsage: true });
});

test('a request whose tokens are to be counted is read as one', () => {
  const request = { contents, systemInstruction: 'S', model: 'models/x' };
  expect(decodeRequest({ generateContentRequest: request }, { stream: false })).toMatchObject({
    system: [{ type: 'text', text: 'S' }],
    turns: [{ role: 'user' }],
    unsupported: [],
  });
});

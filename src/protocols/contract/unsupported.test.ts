// What a dialect or a model does not support is told as a union; its names are what clients see in a header.
import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { Conversation, SettingName, Settings, Turn } from '../../core/conversation.ts';
import type { Quirks } from '../../core/route.ts';
import { distinct, featureName, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import { protocolOf } from '../registry.ts';
import { conversationOf, DIALECTS, HELLO, WEATHER } from './samples.fixture.ts';
import { fatesOf, namesOf } from './unsupported.fixture.ts';

const SPEAKER: Turn = {
  role: 'user',
  name: 'Ada',
  parts: [
    { type: 'text', text: 'Look.' },
    {
      type: 'media',
      kind: 'image',
      detail: 'ultra',
      source: { from: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
    },
    {
      type: 'media',
      kind: 'document',
      name: 'a.pdf',
      source: { from: 'url', url: 'https://example.com/a.pdf' },
    },
    { type: 'native', protocol: 'elsewhere', kind: 'server_tool_use', value: {} },
  ],
};

/** Asks for something of everything. */
const ASKS_FOR_ALL: Conversation = {
  system: [],
  turns: [SPEAKER, { role: 'assistant', parts: [{ type: 'native', protocol: 'elsewhere', kind: 'trace', value: {} }] }],
  tools: [
    {
      type: 'function',
      name: 'look up',
      strict: true,
      parameters: { type: 'object', oneOf: [{ properties: { a: {} } }, { properties: { b: {} } }] },
    },
    { type: 'native', protocol: 'elsewhere', name: 'web_search', value: {} },
    { type: 'native', protocol: 'elsewhere', name: 'web_search', value: {} },
  ],
  output: { type: 'schema', strict: true, schema: { type: 'object', properties: { a: { not: {} } } } },
  reasoning: { effort: 'high' },
  settings: {
    maxTokens: 1_000_000,
    temperature: 1.7,
    topP: 0.5,
    topK: 3,
    minP: 0.1,
    stop: ['a', 'b', 'c', 'd', 'e', 'f', ' '],
    seed: 2 ** 40,
    frequencyPenalty: 0.5,
    presencePenalty: 0.5,
    logprobs: true,
    topLogprobs: 2,
    parallelToolCalls: false,
    verbosity: 'low',
    user: 'u',
  },
  stream: false,
  wantsUsage: true,
  unsupported: [],
};

/** A chat backend that lacks a few things. */
const POOR: Quirks = {
  fields: { 'tools.strict': false },
  mostStops: 2,
  ranges: { temperature: [0, 1] },
  documents: 'url',
};

function unsupportedBy(dialect: string, model: string, quirks: Quirks = {}): readonly UnsupportedFeature[] {
  return protocolOf(dialect).codec.encodeRequest(ASKS_FOR_ALL, { model, quirks }).unsupported;
}

/** `~`: the request asks for it in a weaker form; all else is left out. */
const UNSUPPORTED = [
  [
    'anthropic-messages',
    'claude-sonnet-4-6',
    'server_tool_use, trace, speaker, mediaDetail, ~tools[look up].oneOf, ~strict, tools[web_search], ~maxTokens, ~stop, ' +
      'minP, seed, frequencyPenalty, presencePenalty, logprobs, topLogprobs, verbosity, temperature, topP, topK',
  ],
  [
    'anthropic-messages',
    'claude-3-5-haiku-20241022',
    'server_tool_use, trace, speaker, mediaDetail, ~output.strict, ~tools[look up].oneOf, ~strict, tools[web_search], ' +
      '~maxTokens, reasoning, ~stop, minP, seed, frequencyPenalty, presencePenalty, logprobs, topLogprobs, verbosity, ' +
      '~temperature',
  ],
  [
    'gemini',
    'gemini-3-pro',
    'server_tool_use, trace, speaker, mediaDetail, tools[web_search], ~maxTokens, ~stop, seed, minP, verbosity, ' +
      'parallelToolCalls',
  ],
  [
    'gemini',
    'gemini-2.0-flash',
    'server_tool_use, trace, speaker, mediaDetail, tools[web_search], ~reasoning, ~maxTokens, ~stop, seed, minP, ' +
      'verbosity, parallelToolCalls',
  ],
  [
    'openai-responses',
    'gpt-5.1',
    '~maxTokens, topK, minP, stop, seed, frequencyPenalty, presencePenalty, temperature, topP, logprobs, ' +
      'tools[web_search], ~tools[look up].oneOf, ~strict, ~output.strict, server_tool_use, trace, speaker, mediaDetail, ' +
      'mediaName',
  ],
  [
    'openai-responses',
    'gpt-4o',
    '~maxTokens, topK, minP, stop, seed, frequencyPenalty, presencePenalty, reasoning, tools[web_search], ' +
      '~tools[look up].oneOf, ~strict, ~output.strict, server_tool_use, trace, speaker, mediaDetail, mediaName',
  ],
  [
    'openai-chat',
    'some-model',
    '~temperature, topK, minP, verbosity, ~stop, ~output.strict, tools[web_search], ~strict, ~tools[look up].oneOf, ' +
      'server_tool_use, trace, mediaDetail',
  ],
  [
    'openai-chat',
    'gpt-5.1',
    '~maxTokens, temperature, topP, topK, minP, stop, frequencyPenalty, presencePenalty, logprobs, topLogprobs, ' +
      'verbosity, ~output.strict, tools[web_search], ~strict, ~tools[look up].oneOf, server_tool_use, trace, mediaDetail',
  ],
] as const;

test.each(UNSUPPORTED)('%s, %s tells all that it does not support, each once', (dialect, model, expected) => {
  const unsupported = unsupportedBy(dialect, model, dialect === 'openai-chat' ? POOR : {});
  const marked = unsupported.map(({ type, feature }) => (type === 'compatibility' ? '~' : '') + featureName(feature));
  expect(marked.join(', ')).toBe(expected);
  expect(unsupported.filter(({ type }) => type === 'required')).toEqual([]);
});

/** The header of each client for the same request. */
test.each([
  [
    'anthropic-messages',
    'max_tokens, top_k, min_p, stop_sequences, seed, frequency_penalty, presence_penalty, temperature, top_p, logprobs, ' +
      'tools[web_search], tools[look up].oneOf, strict, output_config.format.strict, server_tool_use, trace, name, ' +
      'detail, document.title',
  ],
  [
    'gemini',
    'maxOutputTokens, topK, minP, stopSequences, seed, frequencyPenalty, presencePenalty, temperature, topP, ' +
      'responseLogprobs, tools[web_search], tools[look up].oneOf, strict, responseSchema.strict, server_tool_use, ' +
      'trace, name, mediaResolution, displayName',
  ],
  [
    'openai-responses',
    'max_output_tokens, top_k, min_p, stop, seed, frequency_penalty, presence_penalty, temperature, top_p, ' +
      'include[message.output_text.logprobs], tools[web_search], tools[look up].oneOf, strict, text.format.strict, ' +
      'server_tool_use, trace, name, detail, input_file.filename',
  ],
  [
    'openai-chat',
    'max_tokens, top_k, min_p, stop, seed, frequency_penalty, presence_penalty, temperature, top_p, logprobs, ' +
      'tools[web_search], tools[look up].oneOf, strict, response_format.strict, server_tool_use, trace, ' +
      'messages[].name, image_url.detail, file.filename',
  ],
] as const)('a client of %s is told in its own words', (client, expected) => {
  const { fieldNames } = protocolOf(client).codec;
  const names = unsupportedBy('openai-responses', 'gpt-5.1').map(({ feature }) => featureName(feature, fieldNames));
  expect(names.join(', ')).toBe(expected);
});

const SETTINGS: fc.Arbitrary<Settings> = fc.record(
  {
    maxTokens: fc.integer({ min: 1, max: 1_000_000 }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    topP: fc.double({ min: 0, max: 1, noNaN: true }),
    topK: fc.integer({ min: 1, max: 100 }),
    minP: fc.double({ min: 0, max: 1, noNaN: true }),
    stop: fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 }),
    seed: fc.integer(),
    frequencyPenalty: fc.double({ min: -2, max: 2, noNaN: true }),
    presencePenalty: fc.double({ min: -2, max: 2, noNaN: true }),
    logprobs: fc.boolean(),
    topLogprobs: fc.integer({ min: 0, max: 20 }),
    parallelToolCalls: fc.boolean(),
    verbosity: fc.constantFrom('low', 'medium', 'high'),
    user: fc.string({ minLength: 1 }),
  },
  { requiredKeys: [] },
);

describe.each(DIALECTS)('%s', (_key, { codec }, { model }) => {
  const names = new Set(Object.keys(codec.fieldNames) as SettingName[]);

  test('whatever a request sets, what is unsupported is a setting of it, named once and never required', () => {
    fc.assert(
      fc.property(SETTINGS, fc.boolean(), (settings, hasTools) => {
        const asked = conversationOf([HELLO], { settings, tools: hasTools ? [WEATHER] : [] });
        const { unsupported } = codec.encodeRequest(asked, { model, quirks: {} });
        for (const { type, feature } of unsupported) {
          expect(type).toBeOneOf(['unsupported', 'compatibility']);
          expect(feature.kind).toBe('setting');
          const { name } = feature as { name: SettingName };
          expect(names).toContain(name);
          expect(settings).toHaveProperty(name);
        }
        expect(distinct(unsupported)).toEqual(unsupported);
        expect(new Set(namesOf(unsupported)).size).toBe(unsupported.length);
      }),
      { numRuns: 200 },
    );
  });

  test('a demand that it cannot meet is a required feature, with its field and the reason', () => {
    const asked = conversationOf([HELLO], {
      tools: [{ type: 'native', protocol: 'elsewhere', name: 'web_search', value: {} }],
      toolChoice: { mode: 'required' },
    });
    const error = errorOf(() => codec.encodeRequest(asked, { model, quirks: {} }));
    expect(fatesOf([error.unsupported])).toEqual(['required tool_choice']);
    expect(error.message).toBe(`\`tool_choice\` ${error.details}`);
  });
});

test('what a client names at length is cut where it is told', () => {
  const error = new UnsupportedFeatureError({
    type: 'required',
    feature: { kind: 'field', path: 'x'.repeat(1000) },
    details: 'y'.repeat(1000),
  });
  expect([error.field.length, error.details.length]).toEqual([301, 301]);
});

test('features of one name and another kind are two', () => {
  const [field, setting] = [
    { type: 'unsupported', feature: { kind: 'field', path: 'seed' } },
    { type: 'compatibility', feature: { kind: 'setting', name: 'seed' } },
  ] as const;
  expect(distinct([field, setting, field, { ...setting, type: 'unsupported' }])).toEqual([field, setting]);
});

function errorOf(make: () => unknown): UnsupportedFeatureError {
  try {
    make();
  } catch (error) {
    if (error instanceof UnsupportedFeatureError) return error;
  }
  throw new Error('the request is not refused');
}

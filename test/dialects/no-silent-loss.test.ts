// Every documented field of every dialect, out of the official SDKs' types, and what vendors' clients send besides, to
// every other dialect: it is carried, named as left out in the client's own words, refused, or a hint that has no effect
// on the answer. Nothing is lost in silence.
import { describe, expect, test } from 'bun:test';
import { protocolOf } from '../../src/protocols/registry.ts';
import type { Json } from '../kit/json.ts';
import { sayingsOf, Translator, type Fate, type Saying } from '../kit/loss.ts';

/** Of each dialect, a model that thinks and takes as much as any, and one that does not. */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': ['any-model', 'gpt-5.2'],
  'openai-responses': ['gpt-5.6', 'gpt-4.1'],
  'anthropic-messages': ['claude-opus-4-8', 'claude-3-5-haiku-20241022'],
  gemini: ['gemini-3-pro-preview', 'gemini-2.0-flash'],
};
const NAMES = Object.keys(MODELS);

/** Fields without effect on the answer, by the dialects that have them and where they stand. */
interface Hint {
  readonly of?: string;
  readonly at: RegExp;
  readonly only?: readonly unknown[];
  readonly why: string;
}

const HINTS: readonly Hint[] = [
  // Of every dialect.
  { at: /(?:^|\.)(?:type|role)$/, why: 'the gateway reads the same without: what it is, is clear from what it holds' },
  { at: /^(?:model|stream)$/, why: 'the route says which model; the stream is the same to every dialect' },
  { at: /^(?:store|metadata|labels|service_?tier)\b/i, why: 'accounts and prices, not the answer' },
  { at: /cache/, why: 'caches of prompts change the price' },
  { at: /^(?:user|safety_identifier|metadata\.user_id)$/, why: 'who asks, where the target has no place for it' },
  { at: /(?:citations|annotations|logprobs)\[/, why: 'of an answer given before; its text is carried' },
  {
    at: /(?:^|\.)(?:frequency|presence)_?penalty$|logprobs$/i,
    only: [0, false],
    why: 'what is meant without it',
  },
  {
    at: /strict$/,
    why: 'false is what is meant without it; formats of answers are kept to strictly anyhow',
    only: [false],
  },
  { at: /detail$/, only: ['auto'], why: 'what is meant without it' },
  { at: /defer_loading$|\.async$|is_error$|willContinue$/, only: [false], why: 'what is meant without it' },
  { at: /allowed_callers\[\]$/, only: ['direct'], why: 'what is meant without it' },
  { at: /parallel_tool/, only: [true, false], why: 'what is meant without it; the other word is named or carried' },
  { at: /verbosity$/, only: ['medium'], why: 'what is meant without it' },
  // OpenAI chat.
  { of: 'openai-chat', at: /^stream_options\b/, why: 'usage is always told; padding is of the wire' },
  { of: 'openai-chat', at: /^top_logprobs$/, only: [3], why: 'a detail of `logprobs`, which is named itself' },
  { of: 'openai-chat', at: /^prediction\b/, why: 'makes an answer faster, and no other' },
  { of: 'openai-chat', at: /^audio\b/, why: 'how a spoken answer sounds; the wish for one, `modalities`, is refused' },
  { of: 'openai-chat', at: /^modalities/, only: ['text'], why: 'what is meant without it' },
  { of: 'openai-chat', at: /^messages\[function\]\.name$/, why: 'says once more what was called' },
  { of: 'openai-chat', at: /json_schema\.name$/, why: 'a label' },
  { of: 'openai-chat', at: /json_schema\.strict$/, why: 'formats of answers are kept to strictly anyhow' },
  { of: 'openai-chat', at: /allowed_tools\.mode$/, only: ['auto'], why: 'what is meant without it' },
  { of: 'openai-chat', at: /^reasoning_effort$/, only: ['none'], why: 'to a model that does not think' },
  { of: 'openai-chat', at: /input_audio\.format$/, only: ['wav'], why: 'what is meant without it' },
  // OpenAI responses.
  {
    of: 'openai-responses',
    at: /^(?:include\[\]|stream_options\b)/,
    why: 'how much is told of what was done; padding',
  },
  { of: 'openai-responses', at: /^background$/, only: [false], why: 'what is meant without it' },
  { of: 'openai-responses', at: /^truncation$/, only: ['disabled'], why: 'what is meant without it' },
  { of: 'openai-responses', at: /^input\[\w+\]\.(?:id|status)$/, why: 'ids and states of items' },
  { of: 'openai-responses', at: /^input\[\]\.id$/, why: 'a reference, which is refused as what it is' },
  { of: 'openai-responses', at: /\.phase$/, why: 'by it a model knows its own messages again' },
  {
    of: 'openai-responses',
    at: /^input\[function_call_output\]\.name(?:space)?$/,
    why: 'says once more what was called',
  },
  { of: 'openai-responses', at: /^input\[reasoning\]\./, why: 'thoughts are read by the model that had them' },
  { of: 'openai-responses', at: /^reasoning\.context$/, why: 'is about such thoughts' },
  { of: 'openai-responses', at: /^reasoning\.mode$/, only: ['standard'], why: 'what is meant without it' },
  { of: 'openai-responses', at: /reasoning\.effort$/, only: ['none'], why: 'to a model that does not think' },
  { of: 'openai-responses', at: /^text\.format\(json_schema\)\.name$/, why: 'a label' },
  { of: 'openai-responses', at: /^text\.format\(json_schema\)\.strict$/, why: 'formats are kept to strictly anyhow' },
  // Anthropic.
  {
    of: 'anthropic-messages',
    at: /^(?:user_profile_id|workspace_id|fallback_credit_token|billing_policy|diagnostics)\b/,
    why: 'accounts and prices, not the answer',
  },
  { of: 'anthropic-messages', at: /^betas\[\]$/, why: 'names what the other fields say' },
  { of: 'anthropic-messages', at: /^speed$/, only: ['standard'], why: 'what is meant without it' },
  {
    of: 'anthropic-messages',
    at: /\[(?:redacted_)?thinking\]\.\w+$/,
    why: 'thoughts are read by the model that had them',
  },
  { of: 'anthropic-messages', at: /edits\[clear_thinking_\w+\]/, why: 'is about such thoughts' },
  { of: 'anthropic-messages', at: /block_binding\.\w+$/, why: 'is about such thoughts' },
  { of: 'anthropic-messages', at: /^thinking\(\w+\)\.display$/, why: 'the gateway itself shows thoughts, or does not' },
  { of: 'anthropic-messages', at: /budget_tokens$/, only: [0], why: 'no budget' },
  { of: 'anthropic-messages', at: /\.clear_at$/, only: ['never'], why: 'what is meant without it' },
  { of: 'anthropic-messages', at: /eager_input_streaming$/, why: 'the size of the pieces of a stream' },
  { of: 'anthropic-messages', at: /\[compaction\]\.(?:encrypted_content|signature)$/, why: 'its `content` is carried' },
  {
    of: 'anthropic-messages',
    at: /\.media_type$/,
    only: ['image/png', 'application/pdf', 'text/plain'],
    why: 'the only or usual one',
  },
  {
    of: 'anthropic-messages',
    at: /tool\(mcp_tool_reference\)\.\w+$/,
    why: 'a tool of a server that is named as a whole (`tools[mcp_toolset]`)',
  },
  // Gemini.
  { of: 'gemini', at: /\.logprobs$/, only: [3], why: 'a detail of `responseLogprobs`, which is named itself' },
  { of: 'gemini', at: /candidateCount$/, only: [0], why: 'no number of answers' },
  {
    of: 'gemini',
    at: /functionCallingConfig\.mode$/,
    only: ['MODE_UNSPECIFIED', 'AUTO'],
    why: 'what is meant without it',
  },
  { of: 'gemini', at: /streamFunctionCallArguments$/, only: [false], why: 'what is meant without it' },
  { of: 'gemini', at: /nullable$|includeThoughts$|\.thought$/, only: [false], why: 'what is meant without it' },
  { of: 'gemini', at: /thinkingLevel$/, only: ['THINKING_LEVEL_UNSPECIFIED'], why: 'what is meant without it' },
  { of: 'gemini', at: /thinkingBudget$/, only: [0], why: 'to a model that does not think' },
  { of: 'gemini', at: /behavior$/, only: ['BLOCKING'], why: 'what is meant without it' },
  {
    of: 'gemini',
    at: /(?:mediaProcessing|mediaResolution\.level|scheduling)$/,
    only: ['MEDIA_PROCESSING_UNSPECIFIED', 'MEDIA_RESOLUTION_UNSPECIFIED', 'SCHEDULING_UNSPECIFIED'],
    why: 'what is meant without it',
  },
  { of: 'gemini', at: /thoughtSignature$/, why: 'is read by the model that made it' },
  { of: 'gemini', at: /partMetadata$/, why: 'what clients remember of a part' },
  { of: 'gemini', at: /fileData\.displayName$/, why: 'a label of a picture' },
  { of: 'gemini', at: /fileData\.mimeType$/, why: 'who fetches a URL is told the type there' },
  { of: 'gemini', at: /functionResponse\.name$/, why: 'says once more what was called' },
  { of: 'gemini', at: /\.videoMetadata\./, why: 'of a film, which is refused' },
];

const CHAT_TOOL = { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } };
const TOOL = { name: 'look', input_schema: { type: 'object', properties: {} } };
const CITY = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
/** One that is offered, and one that was taken away before. */
const TOOLS_TO_CHANGE = ['name_0', 'sentinel name', 'other words'].map((name) => ({ ...TOOL, name }));
const TAKEN_AWAY = {
  role: 'system',
  content: TOOLS_TO_CHANGE.map(({ name }) => ({ type: 'tool_removal', tool: { type: 'tool_reference', name } })),
};
const ASKED = { role: 'user', content: 'Hi' };

const PDF = { mimeType: 'application/pdf', data: 'JVBERi0xLjQ=' };
const PICTURE = { fileUri: 'https://example.com/a.png' };
const ORDERED = { type: 'OBJECT', properties: { a: {}, 'other words': {}, 'sentinel propertyOrdering': {} } };

/** What a field needs beside it to mean anything. */
const BESIDE: Readonly<Record<string, readonly (readonly [at: RegExp, (body: Json) => Json])[]>> = {
  'openai-chat': [
    [/^(?!messages)/, (body) => ({ ...body, messages: [ASKED] })],
    [/^top_logprobs/, (body) => ({ ...body, logprobs: true })],
    [
      /^function_call/,
      (body) => ({ ...body, functions: [{ name: 'look' }, { name: body.function_call?.name ?? 'search' }] }),
    ],
    [
      /json_schema\.(?:name|description|strict)/,
      (body) => {
        const { json_schema: given } = body.response_format;
        return { ...body, response_format: { ...body.response_format, json_schema: { schema: CITY, ...given } } };
      },
    ],
    [/^audio/, (body) => ({ ...body, modalities: ['text', 'audio'] })],
    [
      /^(?:parallel_tool_calls|tool_choice)/,
      (body) => ({ ...body, tools: [CHAT_TOOL, { type: 'function', function: { name: 'search' } }] }),
    ],
    [
      /^messages\[assistant\]\.name/,
      (body) => ({ ...body, messages: body.messages.map((message: Json) => ({ ...message, content: 'Yes' })) }),
    ],
    [/^messages\[(?:system|developer|assistant)\]/, (body) => ({ ...body, messages: [...body.messages, ASKED] })],
  ],
  'openai-responses': [
    [/^(?!input)/, (body) => ({ input: 'Hi', ...body })],
    [/^top_logprobs/, (body) => ({ ...body, include: ['message.output_text.logprobs'] })],
    [
      /^(?:parallel_tool_calls|tool_choice)/,
      (body) => ({ ...body, tools: ['look', 'search'].map((name) => ({ type: 'function', name })) }),
    ],
    [/\[input_image\]/, (body) => filled(body, { type: 'input_image' }, { image_url: 'https://example.com/a.png' })],
    [
      /\[input_file\]/,
      (body) => filled(body, { type: 'input_file' }, { file_data: 'data:application/pdf;base64,JVBE' }),
    ],
  ],
  'anthropic-messages': [
    [/^tool_choice/, (body) => ({ ...body, tools: [TOOL] })],
    [/^messages\[user\]\.content\[(?:tool_use|thinking|redacted_thinking)\]/, said],
    [/\[tool_(?:addition|removal)\]/, (body) => ({ ...body, tools: TOOLS_TO_CHANGE })],
    [/\[tool_addition\]/, (body) => ({ ...body, messages: [TAKEN_AWAY, ...body.messages] })],
    [
      /^messages\[system\]\.clear_at/,
      (body) => ({ ...body, messages: body.messages.map((message: Json) => ({ ...message, content: 'Be brief' })) }),
    ],
    [/^messages\[system\]/, (body) => ({ ...body, messages: [ASKED, ...body.messages, ASKED] })],
  ],
  gemini: [
    [/\.responseSchema|\.responseJsonSchema/, (body) => config(body, { responseMimeType: 'application/json' })],
    [/\.logprobs/, (body) => config(body, { responseLogprobs: true })],
    [
      /^toolConfig\.functionCallingConfig\.allowedFunctionNames/,
      (body) => ({
        ...body,
        tools: [{ functionDeclarations: [{ name: 'sentinel allowedFunctionNames' }, { name: 'look' }] }],
        toolConfig: { functionCallingConfig: { ...body.toolConfig.functionCallingConfig, mode: 'ANY' } },
      }),
    ],
    [
      /^toolConfig\.functionCallingConfig\.mode/,
      (body) => ({ ...body, tools: [{ functionDeclarations: [{ name: 'look' }] }] }),
    ],
    [/\.videoMetadata/, (body) => part(body, { fileData: { fileUri: 'https://example.com/a.mp4' } })],
    [
      /\.(?:mediaResolution|mediaProcessing)/,
      (body) => part(body, { fileData: { fileUri: 'https://example.com/a.png' } }),
    ],
    [/\.responseFormat\[\]\.text/, (body) => format(body)],
    [/\.responseSchema\.propertyOrdering/, (body) => config(body, { responseSchema: {} }, ORDERED)],
    [/\.responseSchema\.(?!type)/, (body) => config(body, {}, { type: 'STRING' })],
    [/^contents\[(?:user|model)\]\.role/, (body) => part(body, { text: 'Hi' })],
    [
      /\.(?:thought|functionCall)/,
      (body) => ({ ...body, contents: [{ ...body.contents[0], role: 'model' }, { parts: [{ text: 'Hi' }] }] }),
    ],
    [/\.thought$/, (body) => part(body, { text: 'Hi' })],
    [/\.inlineData\.data/, (body) => part(body, { inlineData: { mimeType: 'image/png' } })],
    [/^contents\[\]\.parts\[\]\.inlineData\.displayName/, (body) => part(body, { inlineData: PDF })],
    [/\.functionResponse\.parts\[\]\.inlineData/, (body) => inResult(body, { inlineData: PDF })],
    [/\.functionResponse\.parts\[\]\.fileData/, (body) => inResult(body, { fileData: PICTURE })],
    [
      /^contents\[\]\.parts\[\]\.fileData/,
      (body) => part(body, { fileData: { fileUri: 'https://example.com/a.png' } }),
    ],
    [/\.parts\[\]\.functionCall/, (body) => part(body, { functionCall: { name: 'look' } })],
    [/\.parts\[\]\.functionResponse\.(?!parts)/, (body) => part(body, { functionResponse: { name: 'look' } })],
  ],
};

/** What only the model says, said by it. */
function said(body: Json): Json {
  const messages = body.messages.map((message: Json) => ({ ...message, role: 'assistant' }));
  return { ...body, messages: [ASKED, ...messages] };
}

/** Puts `more` into every object of the body that has the members of `known`, where it says nothing there itself. */
function filled(value: Json, known: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>>): Json {
  if (Array.isArray(value)) return value.map((one) => filled(one, known, more));
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, known, more)]));
  const isIt = Object.entries(known).every(([key, one]) => inner[key] === one);
  return isIt && inner['file_id'] === undefined && inner['file_url'] === undefined ? { ...more, ...inner } : inner;
}

function config(body: Json, more: Json, schema: Json = {}): Json {
  const made = { ...more, ...body.generationConfig };
  return { ...body, generationConfig: { ...made, responseSchema: joined(schema, made.responseSchema) } };
}

function format(body: Json): Json {
  const [form] = body.generationConfig.responseFormat;
  const text = { mimeType: 'APPLICATION_JSON', ...form.text };
  return { ...body, generationConfig: { responseFormat: [{ text }] } };
}

function inResult(body: Json, more: Json): Json {
  const [said] = body.contents[0].parts;
  const [inner = {}] = said.functionResponse.parts ?? [];
  const parts = [joinedEach(more, inner)];
  return { ...body, contents: [{ parts: [{ functionResponse: { name: 'look', ...said.functionResponse, parts } }] }] };
}

function joined(more: Json, given: Json): Json {
  return given === undefined ? undefined : { ...more, ...given };
}

function joinedEach(more: Json, given: Json): Json {
  const members = Object.entries(more as Readonly<Record<string, Json>>);
  const isText = (value: Json): boolean => typeof value === 'string';
  return {
    ...given,
    ...Object.fromEntries(
      members.map(([key, one]) => [key, isText(one) ? (given[key] ?? one) : { ...one, ...given[key] }]),
    ),
  };
}

/** With members beside those of the first part, and of what is in it. */
function part(body: Json, more: Json): Json {
  const first = body.contents?.[0] ?? {};
  const said = first.parts?.[0] ?? {};
  return { ...body, contents: [{ ...first, parts: [joinedEach(more, said)] }] };
}

function beside(dialect: string): (body: Json, path: string) => Json {
  return (body, path) => (BESIDE[dialect] ?? []).reduce((made, [at, add]) => (at.test(path) ? add(made) : made), body);
}

const LOST: ReadonlySet<Fate> = new Set<Fate>(['silent', 'unproven', 'unsteady']);
const met = new Set<Hint>();

/** What a dialect's sayings come to behind another that must not. */
function lostOf(sayings: readonly Saying[], from: string, to: string): string[] {
  const lost = new Set<string>();
  for (const stream of [false, true]) {
    const translator = new Translator(protocolOf(from), stream);
    for (const model of MODELS[to] ?? []) {
      for (const saying of sayings) {
        const fate = translator.fateOf(saying, protocolOf(to), model);
        if (!LOST.has(fate)) continue;
        const hint = HINTS.find(
          ({ of, at, only }) =>
            (of ?? from) === from && at.test(saying.path) && (only === undefined || only.includes(saying.value)),
        );
        if (hint === undefined) lost.add(`${saying.path} = ${JSON.stringify(saying.value)}: ${fate}`);
        else met.add(hint);
      }
    }
  }
  return [...lost];
}

describe.each(NAMES)('%s', (from) => {
  const sayings = sayingsOf(from, beside(from));

  test.each(NAMES.filter((other) => other !== from))('to %s', (to) => {
    expect(lostOf(sayings, from, to)).toEqual([]);
  });
});

/**
 * What clients of vendors send that is in no SDK's types: members of the request, of its message, and of parts; with
 * them and without, where more than they is said.
 */
const OF_VENDORS: readonly Json[] = [
  { reasoning_format: 'parsed' },
  { include_reasoning: true },
  { reasoning: { effort: 'high' } },
  { reasoning: { max_tokens: 3000 } },
  [{ reasoning: { effort: 'low', summary: 'auto' } }, { reasoning: { effort: 'low' } }],
  [{ reasoning: { effort: 'low', unheard: 1 } }, { reasoning: { effort: 'low' } }],
  { thinking: { type: 'enabled', budget_tokens: 3000 } },
  [{ thinking: { type: 'enabled', unheard: true } }, { thinking: { type: 'enabled' } }],
  { preserve_thinking: true },
  { thinking_budget: 3000 },
  [
    { chat_template_kwargs: { enable_thinking: true, unheard: 1 } },
    { chat_template_kwargs: { enable_thinking: true } },
  ],
  { top_k: 3 },
  { min_p: 0.3 },
  { top_a: 0.3 },
  { typical_p: 0.3 },
  { repetition_penalty: 1.3 },
  { length_penalty: 1.3 },
  { min_tokens: 3 },
  [{ response_format: { type: 'json_object', schema: CITY } }, { response_format: { type: 'json_object' } }],
  { response_format: { type: 'grammar', grammar: 'a' } },
  { guided_json: CITY },
  { guided_regex: 'a+' },
  { guided_choice: ['a', 'b'] },
  { structured_outputs: { choice: ['a', 'b'] } },
  { provider: { order: ['a'] } },
  { models: ['a', 'b'] },
  { route: 'fallback' },
  { transforms: ['middle-out'] },
  { plugins: [{ id: 'web' }] },
  { web_search: { enable: true } },
  { web_search_options: {} },
  { search_parameters: { mode: 'on' } },
  { enable_search: true },
  { extra_body: { seed: 3 } },
  { extra_content: { google: {} } },
  { safe_prompt: true },
  { prompt_mode: 'reasoning' },
  { random_seed: 3 },
  { stop_token_ids: [3] },
  { ignore_eos: true },
  { skip_special_tokens: false },
  { logit_bias: { '3': -100 } },
  { best_of: 3 },
  { keep_alive: '5m' },
  { options: { num_ctx: 4096 } },
  { add_generation_prompt: false },
  { continue_final_message: true },
  { echo: true },
  { documents: [{ text: 'a' }] },
  { citation_options: 'enabled' },
  ofMessage({ role: 'assistant', content: 'Ye' }, { prefix: true }),
  ofMessage({ role: 'assistant', content: 'Ye' }, { partial: true }),
  ofMessage({ role: 'assistant', content: 'Ye' }, { unheard: 'x' }),
  ofMessage({ role: 'assistant', content: 'Ye' }, { name: 'unheard' }),
  ofMessage(ASKED, { name: 'unheard' }),
  ofMessage({ role: 'system', content: 'Be brief' }, { name: 'unheard' }),
  ofMessage(ASKED, { unheard: 'x' }),
  ofPart({ type: 'text', text: 'Hi' }, { unheard: 'x' }),
  ofPart({ type: 'image_url', image_url: { url: PICTURE.fileUri } }, { max_pixels: 3 }),
  ofPart(
    { type: 'image_url' },
    { image_url: { url: PICTURE.fileUri, unheard: 'x' } },
    { image_url: { url: PICTURE.fileUri } },
  ),
  ofPart({ type: 'file' }, { file: { file_data: 'JVBE', parser: 'x' } }, { file: { file_data: 'JVBE' } }),
  ofPart({ type: 'file' }, { file: { file_data: 'JVBE', filename: 'A report' } }, { file: { file_data: 'JVBE' } }),
];

test.each([
  (isOn: boolean) => ({ reasoning: { enabled: isOn } }),
  (isOn: boolean) => ({ thinking: { type: isOn ? 'enabled' : 'disabled' } }),
  (isOn: boolean) => ({ enable_thinking: isOn }),
  (isOn: boolean) => ({ chat_template_kwargs: { enable_thinking: isOn } }),
  (isOn: boolean) => ({ chat_template_kwargs: { thinking: isOn } }),
])('thinking is switched on and off by a vendor’s word', (fields) => {
  const [on, off] = [true, false].map((isOn) => ({ messages: [ASKED], ...fields(isOn) }));
  const translator = new Translator(protocolOf('openai-chat'), false);
  const saying: Saying = { path: '', value: '', body: on, absent: off, others: [], words: new Set() };
  const fates = NAMES.slice(1).map((to) => translator.fateOf(saying, protocolOf(to), MODELS[to]?.[0] ?? ''));
  expect(fates).toEqual(['carried', 'carried', 'carried']);
});

function ofMessage(message: Json, more: Json): readonly [Json, Json] {
  return [{ messages: [ASKED, { ...message, ...more }, ASKED] }, { messages: [ASKED, message, ASKED] }];
}

function ofPart(part: Json, more: Json, without: Json = {}): readonly [Json, Json] {
  const messages = (content: Json): Json => ({ messages: [{ role: 'user', content: [content] }] });
  return [messages({ ...part, ...more }), messages({ ...part, ...without })];
}

test.each(OF_VENDORS.map((row) => (Array.isArray(row) ? row : [row, {}])))('%j beside %j', (fields, without) => {
  const said = new Set(membersOf(without));
  const own = membersOf(fields).filter((word) => !said.has(word));
  const saying: Saying = {
    path: '',
    value: fields,
    body: { messages: [ASKED], ...fields },
    absent: { messages: [ASKED], ...without },
    others: [],
    words: new Set(own),
  };
  const translator = new Translator(protocolOf('openai-chat'), false);
  const fates = NAMES.slice(1).flatMap((to) =>
    (MODELS[to] ?? []).map((model) => [to, model, translator.fateOf(saying, protocolOf(to), model)] as const),
  );
  expect(fates.filter(([, , fate]) => LOST.has(fate))).toEqual([]);
});

function membersOf(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one: Json) => membersOf(one));
  return Object.entries(value).flatMap(([key, one]) => [key, ...membersOf(one)]);
}

test('every hint is one', () => {
  expect(HINTS.filter((hint) => !met.has(hint))).toEqual([]);
});

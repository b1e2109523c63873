// Every documented field of every dialect's whole answer, to clients of every other dialect, plain and streamed: what it
// says arrives, or it is one of those that say nothing to them. An answer cannot name what it loses.
import { describe, expect, test } from 'bun:test';
import { unfold } from '../../src/core/completion.ts';
import { protocolOf } from '../../src/protocols/registry.ts';
import { MalformedAnswer, type StreamDecoder } from '../../src/protocols/codec.ts';
import type { AnswerEvent } from '../../src/core/event.ts';
import type { Json } from '../kit/json.ts';
import { parseSse } from '../kit/sse.ts';
import { sayingsOf, type Saying } from '../kit/loss.ts';

const MODELS: Readonly<Record<string, string>> = {
  'openai-chat': 'any-model',
  'openai-responses': 'gpt-5.6',
  'anthropic-messages': 'claude-opus-4-8',
  gemini: 'gemini-3-pro-preview',
};
const NAMES = Object.keys(MODELS);
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };

/** Requests that want all there is to be told. */
const ASKED: Readonly<Record<string, Json>> = {
  'openai-chat': {
    messages: [{ role: 'user', content: 'Hi' }],
    logprobs: true,
    top_logprobs: 2,
    reasoning_effort: 'high',
    stream_options: { include_usage: true },
    tools: [{ type: 'function', function: { name: 'look', parameters: PARAMETERS } }],
  },
  'openai-responses': {
    input: 'Hi',
    include: ['message.output_text.logprobs', 'reasoning.encrypted_content'],
    top_logprobs: 2,
    reasoning: { effort: 'high', summary: 'auto' },
    tools: [{ type: 'function', name: 'look', parameters: PARAMETERS }],
  },
  'anthropic-messages': {
    messages: [{ role: 'user', content: 'Hi' }],
    max_tokens: 9000,
    thinking: { type: 'adaptive' },
    tools: [{ name: 'look', input_schema: PARAMETERS }],
  },
  gemini: {
    contents: [{ parts: [{ text: 'Hi' }] }],
    generationConfig: { responseLogprobs: true, logprobs: 2, thinkingConfig: { includeThoughts: true } },
    tools: [{ functionDeclarations: [{ name: 'look' }] }],
  },
};

/** A field without a place in other dialects, or that says nothing to their clients. */
interface Hint {
  readonly of?: string;
  readonly at: RegExp;
  readonly only?: readonly unknown[];
  readonly why: string;
}

const HINTS: readonly Hint[] = [
  // Of every dialect.
  {
    at: /(?:^|\.)(?:object|type|role|index|created|created_at|status|id|item_id)$/,
    why: 'numbers, types and times of the wire',
  },
  {
    at: /service_?tier|fingerprint|metadata\{\}$|partMetadata|metadata$/i,
    why: 'what the provider remembers of the request',
  },
  { at: /(?:^|\.)model$/, why: 'the client is told the alias that it has asked for, or the model of a step within' },
  { at: /tokens?(?:count)?$/i, only: [0], why: 'no tokens are none' },
  { at: /total_?tokens?(?:count)?$/i, why: 'the sum of what is told' },
  { at: /\.caller\(\w+\)\.\w+$|\.async$/, why: 'a tool that runs at the provider has called; the call itself is told' },
  {
    at: /(?:start|end)_?(?:index)?$/i,
    why: 'a place in a text that the citation, or the text, does not have in this answer',
  },
  // OpenAI chat.
  { of: 'openai-chat', at: /^moderation\b/, why: 'a verdict beside the answer, which is asked for in chat alone' },
  { of: 'openai-chat', at: /\.audio\./, why: 'a spoken answer cannot be asked for here' },
  {
    of: 'openai-chat',
    at: /(?:prediction|text|image|audio|cache_write)_tokens$/,
    why: 'kinds of tokens that others do not count',
  },
  {
    of: 'openai-chat',
    at: /finish_reason/,
    only: ['stop', 'tool_calls', 'function_call'],
    why: 'is plain from the answer',
  },
  {
    of: 'openai-chat',
    at: /logprobs\.(?:content|refusal)\[\]/,
    why: 'Anthropic’s clients cannot ask for them; bytes are those of the token',
  },
  // OpenAI responses.
  { of: 'openai-responses', at: /^(?!output\[|usage\.)/, why: 'says again what was asked, or how it was dealt with' },
  {
    of: 'openai-responses',
    at: /^output\[(?!message\]|function_call\]|custom_tool_call\]|reasoning\]|image_generation_call\])/,
    why: 'the traces of tools that run at the provider; what came of them is in the message',
  },
  { of: 'openai-responses', at: /^output\[image_generation_call\]\.(?!result)/, why: 'how the picture was made' },
  { of: 'openai-responses', at: /cache_write_tokens(?:_details)?/, why: 'kinds of tokens that others do not count' },
  { of: 'openai-responses', at: /\.phase$/, why: 'by it a model knows its own messages again' },
  {
    of: 'openai-responses',
    at: /annotations\[(?:container_)?file/,
    why: 'a file at the provider, which nobody else can open',
  },
  {
    of: 'openai-responses',
    at: /logprobs\[\]/,
    why: 'Anthropic’s clients cannot ask for them; bytes are those of the token',
  },
  // Anthropic.
  {
    of: 'anthropic-messages',
    at: /^(?:container|diagnostics|context_management|input_transformations)\b/,
    why: 'how the request was dealt with',
  },
  {
    of: 'anthropic-messages',
    at: /^usage\.(?!(?:input|output|cache_\w+_input)_tokens$|output_tokens_details)/,
    why: 'prices and steps',
  },
  {
    of: 'anthropic-messages',
    at: /^content\[(?!text\]|thinking\]|redacted_thinking\]|tool_use\])/,
    why: 'the traces of tools that run at the provider, and of its changes of the model; what came of them is text',
  },
  { of: 'anthropic-messages', at: /stop_reason|stop_sequence/, why: 'a stop is a stop to others' },
  { of: 'anthropic-messages', at: /^stop_details\(refusal\)\.(?!explanation)/, why: 'the explanation is told' },
  { of: 'anthropic-messages', at: /toolset_name$/, why: 'a label of a tool that is named' },
  {
    of: 'anthropic-messages',
    at: /citations\[/,
    why: 'others cite pages of the web, and not the documents of the request',
  },
  // Gemini.
  { of: 'gemini', at: /(?:safetyRatings\[|urlContextMetadata\.)/, why: 'verdicts and steps beside the answer' },
  {
    of: 'gemini',
    at: /(?:tokenCount|avgLogprobs|logProbabilitySum|continuationToken|tokenId)$/,
    why: 'sums, and numbers of its own',
  },
  {
    of: 'gemini',
    at: /groundingMetadata\.(?!groundingChunks|groundingSupports)/,
    why: 'what was searched for; what was found is cited',
  },
  {
    of: 'gemini',
    at: /groundingChunks\[\]\.(?:(?:maps|image|retrievedContext)\.|web\.domain)/,
    why: 'more of a source than what is cited of it; of kinds that others do not have',
  },
  {
    of: 'gemini',
    at: /groundingSupports\[\]\.(?:confidenceScores|renderedParts|segment\.(?:partIndex|text))/,
    why: 'more of a citation than its place',
  },
  {
    of: 'gemini',
    at: /citations(?:ources)?\[\]\.(?:license|publicationDate)/i,
    why: 'more of a source than others tell',
  },
  {
    of: 'gemini',
    at: /parts\[\]\.(?:toolCall|toolResponse|executableCode|codeExecutionResult|audioTranscription)\./,
    why: 'the traces of tools that run at the provider',
  },
  {
    of: 'gemini',
    at: /parts\[\]\.(?:functionResponse|videoMetadata|speechMetadata|mediaResolution|mediaProcessing)\b/,
    why: 'parts of requests',
  },
  { of: 'gemini', at: /displayName$|fileData\.mimeType$/, why: 'labels; who fetches a URL is told its type there' },
  { of: 'gemini', at: /\.thought$/, only: [false], why: 'what is meant without it' },
  { of: 'gemini', at: /willContinue$/, why: 'an answer that is whole has no more to come' },
  {
    of: 'gemini',
    at: /groundingChunkIndices\[\]$/,
    only: [0],
    why: 'the first of its sources, which it has without it here',
  },
  {
    of: 'gemini',
    at: /inlineData\.data$/,
    why: 'Anthropic’s answers say that there was a picture: they have no place for its bytes',
  },
  { of: 'gemini', at: /logprobsResult/, why: 'Anthropic’s clients cannot ask for them' },
  {
    of: 'gemini',
    at: /finishReason/,
    why: 'a stop is a stop to others',
    only: [
      'FINISH_REASON_UNSPECIFIED',
      'STOP',
      'LANGUAGE',
      'OTHER',
      'MALFORMED_FUNCTION_CALL',
      'MALFORMED_RESPONSE',
      'IMAGE_OTHER',
      'NO_IMAGE',
      'UNEXPECTED_TOOL_CALL',
      'TOO_MANY_TOOL_CALLS',
      'MISSING_THOUGHT_SIGNATURE',
      'ESCALATION',
      'PUP_LIMITED_DISABLED',
    ],
  },
];

const TEXT = 'Bonn is a city.';

/** What a field needs beside it to mean anything. */
const BESIDE: Readonly<Record<string, readonly (readonly [at: RegExp, (body: Json) => Json])[]>> = {
  'openai-chat': [
    [
      /finish_reason$|^choices\[\]\.logprobs/,
      (body) => ({
        ...body,
        choices: body.choices.map((choice: Json) => ({ ...choice, message: { role: 'assistant', content: TEXT } })),
      }),
    ],
  ],
  gemini: [
    [/blockReasonMessage/, (body) => ({ ...body, promptFeedback: { blockReason: 'SAFETY', ...body.promptFeedback } })],
    [/finishMessage/, (body) => candidate(body, { finishReason: 'SAFETY' })],
    [/\.thought$/, (body) => part(body, { text: TEXT })],
    [
      /(?:grounding|citation)Metadata|logprobsResult/,
      (body) => candidate(body, { content: { parts: [{ text: TEXT }] } }),
    ],
    [/logprobsResult/, withToken],
    [/groundingChunks/, (body) => grounding(body, { groundingSupports: [SUPPORT] })],
    [/groundingChunks\[\]\.web\.(?!uri)/, (body) => inPlace(body, 'https://example.com/a')],
    [
      /groundingSupports/,
      (body) => {
        const [given] = body.candidates[0].groundingMetadata.groundingSupports;
        const support = { ...SUPPORT, ...given, segment: { ...SUPPORT.segment, ...given.segment } };
        const chunks = ['a', 'b', 'c', 'd'].map((name) => ({ web: { uri: `https://example.com/${name}` } }));
        const metadata = { groundingChunks: chunks, groundingSupports: [support] };
        return { candidates: [{ ...body.candidates[0], groundingMetadata: metadata }] };
      },
    ],
    [/citation(?:s|Sources)\[\]\.(?!uri)/, cited],
    [/inlineData/, (body) => part(body, { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } })],
    [/fileData/, (body) => part(body, { fileData: { fileUri: 'https://example.com/a.png' } })],
    [/functionCall\.(?:partialArgs|args|willContinue|id)/, (body) => part(body, { functionCall: { name: 'look' } })],
    [/partialArgs\[\]\.(?!jsonPath)/, (body) => argument(body, { jsonPath: '$.city' })],
    [/partialArgs\[\]\.jsonPath/, (body) => argument(body, { stringValue: 'Bonn' })],
  ],
};
const SUPPORT = { segment: { startIndex: 0, endIndex: 4 }, groundingChunkIndices: [0] };

function candidate(body: Json, more: Json): Json {
  return { ...body, candidates: [{ ...more, ...body.candidates[0] }] };
}

function grounding(body: Json, more: Json): Json {
  const [first] = body.candidates;
  return { ...body, candidates: [{ ...first, groundingMetadata: { ...more, ...first.groundingMetadata } }] };
}

/** The source is a page. */
function inPlace(body: Json, uri: string): Json {
  const [first] = body.candidates;
  const [{ web }] = first.groundingMetadata.groundingChunks;
  return grounding(
    { candidates: [{ ...first, groundingMetadata: { groundingSupports: [SUPPORT] } }] },
    {
      groundingChunks: [{ web: { uri, ...web } }],
    },
  );
}

function cited(body: Json): Json {
  const [first] = body.candidates;
  const lists = Object.entries(first.citationMetadata as Readonly<Record<string, Json>>).map(([name, [one]]) => [
    name,
    [{ uri: 'https://example.com/a', startIndex: 0, endIndex: 4, ...one }],
  ]);
  return { ...body, candidates: [{ ...first, citationMetadata: Object.fromEntries(lists) }] };
}

function withToken(body: Json): Json {
  const [first] = body.candidates;
  const { chosenCandidates: [chosen] = [{}] } = first.logprobsResult;
  const { topCandidates } = first.logprobsResult;
  const result = { chosenCandidates: [{ token: 'Bonn', logProbability: -1, ...chosen }], topCandidates };
  return { ...body, candidates: [{ ...first, logprobsResult: { ...first.logprobsResult, ...result } }] };
}

function part(body: Json, more: Json): Json {
  const [first] = body.candidates;
  const [said = {}] = first.content?.parts ?? [];
  const members = Object.entries(more as Readonly<Record<string, Json>>).map(([key, one]) => [
    key,
    typeof one === 'string' ? (said[key] ?? one) : { ...one, ...said[key] },
  ]);
  return { ...body, candidates: [{ ...first, content: { parts: [{ ...said, ...Object.fromEntries(members) }] } }] };
}

function argument(body: Json, more: Json): Json {
  const [{ functionCall: call }] = body.candidates[0].content.parts;
  const partialArgs = (call.partialArgs ?? []).map((one: Json) => ({ ...more, ...one }));
  return candidate({ candidates: [{}] }, { content: { parts: [{ functionCall: { ...call, partialArgs } }] } });
}

function beside(dialect: string): (body: Json, path: string) => Json {
  return (body, path) => (BESIDE[dialect] ?? []).reduce((made, [at, add]) => (at.test(path) ? add(made) : made), body);
}

/** What a client is told of an answer; undefined if it is none. */
function told(body: Json, from: string, to: string, stream: boolean): string | undefined {
  const client = protocolOf(to).codec;
  const conversation = client.decodeRequest(ASKED[to], { stream });
  const { decodeAnswer, decodeStream } = protocolOf(from).codec.encodeRequest(conversation, {
    model: MODELS[from] ?? '',
    quirks: {},
  });
  try {
    const answer: Json = JSON.parse(JSON.stringify(body));
    const completion = decodeAnswer(answer);
    const reply = { conversation, model: 'alias', id: 'id_1', now: 0 };
    if (!stream) return masked(JSON.stringify(client.encodeAnswer(completion, reply)));
    const encoder = client.encodeStream(reply);
    let written = '';
    for (const event of eventsOf(answer, from, decodeStream()) ?? unfold(completion)) written += encoder.push(event);
    return masked(written + encoder.end());
  } catch (error) {
    if (error instanceof MalformedAnswer) return undefined;
    throw error;
  }
}

/** The answer as its dialect streams it, read event by event; undefined for what it does not stream. */
function eventsOf(answer: Json, from: string, decoder: StreamDecoder): readonly AnswerEvent[] | undefined {
  const { stream } = protocolOf(from);
  const written = stream.fromPlain(answer);
  if (written === undefined) return undefined;
  const events = parseSse(written).events.filter(({ data }) => !stream.isEnd(data));
  return [...events.flatMap(({ data, event }) => decoder.push(JSON.parse(data), event)), ...decoder.end()];
}

/** Without what is generated each time. */
function masked(text: string): string {
  return text.replaceAll(/\b(call|toolu|fc|msg|rs)_[\w-]{20,}\b/g, 'made_up');
}

const met = new Set<Hint>();

function lostOf(sayings: readonly Saying[], from: string, to: string): string[] {
  const lost = new Set<string>();
  for (const stream of [false, true]) {
    for (const { path, value, body, absent, others } of sayings) {
      const said = told(body, from, to, stream);
      if (said === undefined) continue;
      const rest = [absent, ...others].map((other) => told(other, from, to, stream));
      const [without] = rest;
      if (without === undefined ? rest.some((other) => other !== undefined && other !== said) : without !== said)
        continue;
      const hint = HINTS.find(
        ({ of, at, only }) => (of ?? from) === from && at.test(path) && (only === undefined || only.includes(value)),
      );
      if (hint === undefined) lost.add(`${path} = ${JSON.stringify(value)}: silent`);
      else met.add(hint);
    }
  }
  return [...lost];
}

describe.each(NAMES)('answers of %s', (from) => {
  const sayings = sayingsOf(from, beside(from), 'answer');

  test.each(NAMES.filter((other) => other !== from))('to %s', (to) => {
    expect(lostOf(sayings, from, to)).toEqual([]);
  });
});

test('every hint is one', () => {
  expect(HINTS.filter((hint) => !met.has(hint))).toEqual([]);
});

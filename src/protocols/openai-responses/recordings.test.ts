import { describe, expect, test } from 'bun:test';
import { loadRecordings, type Recording } from '../../../test/kit/recordings.ts';
import { type Completion, CompletionBuilder, unfold } from '../../core/completion.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { Part } from '../../core/part.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import type { StreamDecoder } from '../codec.ts';
import { JSON_INSTRUCTION } from '../shared/output/json-instructions.ts';
import { dataLines } from '../shared/stream/sse.ts';
import { flatName } from './namespaces.ts';
import { openaiResponses } from './protocol.ts';
import { namesOf } from '../contract/unsupported.fixture.ts';
import { withoutCharges } from '../contract/samples.fixture.ts';

const { codec } = openaiResponses;
const recordings = loadRecordings('openai-responses');

function requestOf({ request }: Recording): JsonObject {
  return request.body;
}

function conversationOf(recording: Recording): Conversation {
  return codec.decodeRequest(requestOf(recording), { stream: recording.stream });
}

/** The events of a streamed answer. */
function eventsOf(text: string): JsonObject[] {
  return text
    .split(/\r?\n\r?\n/)
    .map((event) => dataLines(event).join('\n'))
    .filter((data) => data !== '')
    .map((data) => JSON.parse(data) as JsonObject);
}

function decoded(decoder: StreamDecoder, events: readonly JsonObject[]): Completion {
  const builder = new CompletionBuilder();
  for (const event of events) for (const step of decoder.push(event, undefined)) builder.push(step);
  for (const step of decoder.end()) builder.push(step);
  return builder.build();
}

/** What a request says, whatever way it says it: texts, calls, results, media, thoughts, in their order. */
function encodeParts(input: unknown): unknown[] {
  if (typeof input === 'string') return [`user: ${input}`];
  return asArray(input).flatMap((item): unknown[] => {
    const fields = asObject(item) ?? {};
    const { role, content, output } = fields;
    switch (fields['type'] ?? 'message') {
      case 'message': {
        const who = role === 'developer' ? 'system' : String(role);
        if (content === '') return [];
        if (typeof content === 'string') return [`${who}: ${content}`];
        return asArray(content).map((part) => saidBy(who, asObject(part) ?? {}));
      }
      case 'function_call':
        return [{ call: fields['call_id'], name: named(fields), args: fields['arguments'] }];
      case 'custom_tool_call':
        return [{ call: fields['call_id'], name: named(fields), input: fields['input'] }];
      case 'function_call_output':
        return [{ result: fields['call_id'], output: typeof output === 'string' ? output : asArray(output).map(bare) }];
      case 'reasoning':
        return [{ thoughts: textsOf(fields['summary']).join('\n\n'), encrypted: fields['encrypted_content'] }];
      case 'additional_tools':
        return [];
      case 'tool_search_output':
      case 'tool_search_call':
        // Those of a search that the client makes are a call and its result.
        return fields['execution'] === 'client' ? [] : [fields];
      default:
        return [fields];
    }
  });
}

function named({ name, namespace }: JsonObject): string {
  return flatName(String(name), namespace as string | undefined);
}

function saidBy(who: string, part: JsonObject): unknown {
  if (typeof part['text'] === 'string') return `${who}: ${part['text']}`;
  return { who, ...bare(part) };
}

/** A part without its name and hints. */
function bare(part: unknown): JsonObject {
  const { prompt_cache_breakpoint: _hint, filename: _name, ...rest } = asObject(part) ?? {};
  return rest;
}

function encodeTools(body: JsonObject): unknown[] {
  const known = new Set<unknown>();
  const onTheWay = asArray(body['input']).flatMap((item) => asArray(asObject(item)?.['tools']));
  return [...asArray(body['tools']), ...(Array.isArray(body['input']) ? onTheWay : [])].flatMap((tool) => {
    const { defer_loading: _lazy, output_schema: _output, description, strict = false, ...rest } = asObject(tool) ?? {};
    if (rest['type'] !== 'function') return rest['type'] === 'function' ? [] : [tool];
    if (known.has(rest['name'])) return [];
    known.add(rest['name']);
    return [{ ...rest, strict, ...(description === null || description === undefined ? {} : { description }) }];
  });
}

const KEPT_ELSEWHERE = ['previous_response_id', 'conversation', 'background'];

describe('a recorded request', () => {
  test.each(recordings.map((recording) => [recording.name, recording] as const))('%s', (_name, recording) => {
    const body = requestOf(recording);
    const conversation = conversationOf(recording);
    const required = namesOf(conversation.unsupported.filter(({ type }) => type === 'required'));
    expect(required).toEqual(KEPT_ELSEWHERE.filter((field) => ![undefined, null, false].includes(body[field] as null)));

    const { body: again, unsupported } = codec.encodeRequest(conversation, {
      model: String(body['model']),
      quirks: {},
    });
    expect(unsupported).toEqual([]);
    // What the system says before all else is in one place.
    const instructions = encodeParts(body['input']).filter((said) => String(said).startsWith('system: '));
    const rest = encodeParts(body['input']).filter((said) => !instructions.includes(said));
    const leading = instructions.filter((said) => !encodeParts(again['input']).includes(said));
    const joined = [body['instructions'], ...leading.map((said) => String(said).slice('system: '.length))];
    expect(again['instructions']).toEqual(
      joined.filter((text) => text !== undefined && text !== null && text !== '').join('\n\n') || undefined,
    );
    // The system's words, which may have been all that spoke of JSON, are not in the input any more.
    const said = encodeParts(again['input']).filter((one) => one !== `system: ${JSON_INSTRUCTION}`);
    expect(said.filter((one) => !instructions.includes(one))).toEqual(rest);
    expect(encodeTools(again)).toEqual(encodeTools(body));
    const choice = conversation.tools.length > 0 ? body['tool_choice'] : undefined;
    expect(again['tool_choice']).toEqual(choice);
    expect(asObject(again['text'])?.['format']).toEqual(formatOf(body));
    for (const field of ['temperature', 'top_p', 'max_output_tokens', 'parallel_tool_calls', 'top_logprobs']) {
      expect(again[field]).toEqual(body[field]);
    }
    expect(asObject(again['reasoning'])?.['effort']).toEqual(asObject(body['reasoning'])?.['effort']);
    const asked = asArray(body['include']).filter((what) => what !== 'code_interpreter_call.outputs');
    // A model that thinks is asked for its thoughts even where the client has not asked.
    expect(asArray(again['include'])).toEqual(expect.arrayContaining(asked));
  });
});

function formatOf(body: JsonObject): unknown {
  const format = asObject(body['text'])?.['format'];
  return asObject(format)?.['type'] === 'text' ? undefined : format;
}

/** What an answer says. */
function encodeOutput(response: JsonObject): unknown[] {
  return asArray(response['output']).flatMap((item): unknown[] => {
    const fields = asObject(item) ?? {};
    switch (fields['type']) {
      case 'message':
        return asArray(fields['content']).flatMap((part) => {
          const { text, refusal, annotations, logprobs = [] } = asObject(part) ?? {};
          return text === '' ? [] : [{ text, refusal, annotations, logprobs }];
        });
      case 'function_call':
        return [{ call: fields['call_id'], name: fields['name'], args: fields['arguments'] }];
      case 'reasoning': {
        const { summary, encrypted_content: encrypted, content } = fields;
        const text = textsOf(content).join('\n\n') || textsOf(summary).join('\n\n');
        return text === '' && (encrypted ?? '') === '' ? [] : [{ thoughts: text, encrypted: encrypted ?? undefined }];
      }
      default:
        return [fields];
    }
  });
}

function textsOf(parts: unknown): string[] {
  return asArray(parts).map((part) => asString(asObject(part)?.['text']) ?? '');
}

function finalOf(recording: Recording): JsonObject {
  const body = recording.response.body as unknown;
  if (typeof body !== 'string') return body as JsonObject;
  const last = eventsOf(body).at(-1);
  return asObject(last?.['response']) ?? {};
}

const over = recordings.filter((recording) => String(finalOf(recording)['status']).startsWith('complete'));
const answers = over.map((recording) => [recording.name, recording] as const);

function completionOf(recording: Recording): Completion {
  const model = String(requestOf(recording)['model']);
  const request = codec.encodeRequest({ ...conversationOf(recording), unsupported: [] }, { model, quirks: {} });
  const body = recording.response.body as unknown;
  return typeof body === 'string' ? decoded(request.decodeStream(), eventsOf(body)) : request.decodeAnswer(body);
}

function replyTo(recording: Recording): Parameters<typeof codec.encodeAnswer>[1] {
  return { conversation: conversationOf(recording), model: 'asked', id: 'f00d', now: 1_700_000_000_000 };
}

function sameAs(response: JsonObject, original: JsonObject): void {
  expect(rounded(encodeOutput(response))).toEqual(rounded(encodeOutput(original)));
  expect(response['id']).toEqual(original['id'] as string);
  expect(response['model']).toEqual(original['model'] as string);
  expect(response['created_at']).toEqual(original['created_at'] as number);
  expect(response['incomplete_details']).toEqual(original['incomplete_details'] as null);
  const [usage, expected] = [asObject(response['usage']), asObject(original['usage'])];
  for (const field of ['input_tokens', 'output_tokens', 'total_tokens'])
    expect(usage?.[field]).toEqual(expected?.[field]);
  expect(usage?.['input_tokens_details']).toMatchObject(asObject(expected?.['input_tokens_details']) ?? {});
  expect(usage?.['output_tokens_details']).toEqual(asObject(expected?.['output_tokens_details']));
}

describe('a recorded answer', () => {
  test.each(answers)('%s comes out as it went in, whole and streamed', (_name, recording) => {
    const completion = completionOf(recording);
    const plain = codec.encodeAnswer(completion, replyTo(recording)) as JsonObject;
    sameAs(plain, finalOf(recording));

    const encoder = codec.encodeStream(replyTo(recording));
    const text = [...eventsInto(encoder, completion)].join('');
    const events = eventsOf(text);
    expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_event, index) => index));
    expect(events.at(-1)?.['response']).toEqual(plain);
    expect(stripped(decoded(decoderFor(recording), events))).toEqual(stripped(completion));
  });

  test.each(answers)('%s as a stream made of a plain one', (_name, recording) => {
    const text = openaiResponses.stream.fromPlain(finalOf(recording)) ?? '';
    const reader = openaiResponses.stream.read();
    const events = eventsOf(text);
    const seen = events.map((event) => reader.see(event, String(event['type'])));
    expect(seen.at(-1)).toBe('end');
    expect(reader.finished).toBe(true);
    const streamed = decoded(decoderFor(recording), events);
    expect(stripped(streamed)).toEqual(stripped(decoded(decoderFor(recording), [events.at(-1) ?? {}])));
  });
});

function decoderFor(recording: Recording): StreamDecoder {
  const model = String(requestOf(recording)['model']);
  return codec.encodeRequest({ ...conversationOf(recording), unsupported: [] }, { model, quirks: {} }).decodeStream();
}

function* eventsInto(encoder: ReturnType<typeof codec.encodeStream>, completion: Completion): Generator<string> {
  for (const event of unfold(completion)) yield encoder.push(event);
  yield encoder.end();
}

/** What comes last in a recorded stream has fewer digits of its probabilities than the pieces. */
function rounded(value: unknown): unknown {
  const round = (key: string, value: unknown): unknown =>
    key === 'logprob' ? Math.round(Number(value) * 1e6) / 1e6 + 0 : value;
  return JSON.parse(JSON.stringify(value, round));
}

/** Without what a made-up id or an absent member may differ in. */
function stripped(told: Completion): unknown {
  const completion = withoutCharges(told);
  const parts = completion.parts.map((part: Part) => (part.type === 'reasoning' ? { ...part, id: undefined } : part));
  // What was not counted is 0 where the schema asks for a number.
  const none = { cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
  const usage = completion.usage && { ...none, ...asObject(JSON.parse(JSON.stringify(completion.usage))) };
  return rounded({ ...completion, parts, usage, finish: completion.finish.reason });
}

const streams = recordings.filter(({ response }) => typeof response.body === 'string');

describe('a recorded stream', () => {
  test.each(streams.map((recording) => [recording.name, recording] as const))('%s', (_name, recording) => {
    const events = eventsOf(recording.response.body);
    const reader = openaiResponses.stream.read();
    const seen = events.map((event) => reader.see(event));
    expect(seen).not.toContain('error');
    expect(seen.indexOf('end')).toBe(events.length - 1);
    expect(seen.indexOf('content')).toBeGreaterThan(0);
    expect(reader.usage?.promptTokens).toBeGreaterThan(0);
    // The pieces say the same as the whole that comes last.
    expect(stripped(decoded(decoderFor(recording), events))).toEqual(
      stripped(decoded(decoderFor(recording), [events.at(-1) ?? {}])),
    );
  });

  test.each(streams.map((recording) => [recording.name, recording] as const))(
    '%s without a kind of event, and cut anywhere',
    (_name, recording) => {
      const events = eventsOf(recording.response.body);
      const whole = decoded(decoderFor(recording), events);
      const kinds = new Set(events.slice(1, -1).map(({ type }) => type));
      for (const kind of kinds) {
        const without = events.filter(({ type }) => type !== kind);
        expect(unordered(decoded(decoderFor(recording), without))).toEqual(unordered(whole));
      }
      for (let at = 0; at < events.length; at++) {
        const partly = decoded(decoderFor(recording), events.slice(0, at));
        expect(partly.parts.length).toBeLessThanOrEqual(whole.parts.length);
      }
    },
  );
});

/** Encrypted thoughts are whole when their item is done: without that event they come last. */
function unordered(completion: Completion): unknown {
  return stripped({ ...completion, parts: completion.parts.toSorted((a, b) => a.type.localeCompare(b.type)) });
}

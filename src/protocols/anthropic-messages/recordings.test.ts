import { describe, expect, test } from 'bun:test';
import { loadRecordings } from '../../../test/kit/recordings.ts';
import { CompletionBuilder, unfold, type Completion } from '../../core/completion.ts';
import type { AnswerEvent } from '../../core/event.ts';
import { asArray, asObject, type JsonObject } from '../../lib/json.ts';
import { dataLines, eventEnd, eventName } from '../shared/stream/sse.ts';
import { codec } from './codec.ts';
import { anthropicMessages } from './protocol.ts';
import { PING } from './sentinels.ts';
import { namesOf } from '../contract/unsupported.fixture.ts';
import { withoutCharges } from '../contract/samples.fixture.ts';

interface Exchange {
  readonly request: JsonObject;
  readonly answer: unknown;
}

interface StreamEvent {
  readonly data: string;
  readonly name: string | undefined;
  readonly event: unknown;
}

const recordings = load('anthropic-messages');
const plain = recordings.filter(([, { answer }]) => typeof answer !== 'string');
const streamed = recordings.filter(([, { answer }]) => typeof answer === 'string');

function load(folder: string): [name: string, exchange: Exchange][] {
  return loadRecordings(folder).map(({ name, request, response }) => [
    name,
    { request: request.body as JsonObject, answer: response.body },
  ]);
}

/** The client asked for the model that answers. */
function reply(request: JsonObject, model: string | undefined) {
  const conversation = codec.decodeRequest(request, { stream: false });
  return { conversation, model: model ?? 'asked-for', id: 'id', now: 0 };
}

function encodedFor(request: JsonObject) {
  const stream = request['stream'] === true;
  const conversation = codec.decodeRequest(request, { stream });
  return codec.encodeRequest(conversation, { model: String(request['model']), quirks: {} });
}

function eventsOf(text: string): StreamEvent[] {
  const events: StreamEvent[] = [];
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = eventEnd(text, start, false);
    const data = dataLines(text.slice(start, end)).join('\n');
    if (data !== '') events.push({ data, name: eventName(text, start, end), event: JSON.parse(data) });
  }
  return events;
}

function decodedStream(request: JsonObject, text: string): Completion {
  const decoder = encodedFor(request).decodeStream();
  const builder = new CompletionBuilder();
  for (const { event, name } of eventsOf(text)) for (const said of decoder.push(event, name)) builder.push(said);
  for (const said of decoder.end()) builder.push(said);
  return builder.build();
}

function encodedStream(request: JsonObject, events: readonly AnswerEvent[]): string {
  const [first] = events;
  const encoder = codec.encodeStream(reply(request, first?.type === 'start' ? first.model : undefined));
  let text = '';
  for (const event of events) text += encoder.push(event);
  return text + encoder.end();
}

/** Anthropic itself lets the assistant begin; others that speak its dialect do not. */
function begunByUser(request: JsonObject): JsonObject {
  const messages = asArray(request['messages']);
  const isBegun = asObject(messages[0])?.['role'] === 'user';
  return isBegun ? request : { ...request, messages: [{ role: 'user', content: '.' }, ...messages] };
}

/** They are in what tools the request offers. */
const CHANGES: ReadonlySet<unknown> = new Set(['tool_addition', 'tool_removal']);

/** What of a request has to survive, in the order in which it stands there. */
function contentOf(body: JsonObject): unknown[] {
  const blocks = (content: unknown): readonly unknown[] =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content);
  const messages = asArray(body['messages']).flatMap((message) =>
    blocks(asObject(message)?.['content']).map((block) => [
      asObject(message)?.['role'],
      essence(asObject(block) ?? {}),
    ]),
  );
  const isChange = ([, block]: readonly unknown[]) => CHANGES.has(asObject(block)?.['type']);
  return [
    blocks(body['system']).map((block) => asObject(block)?.['text']),
    ...messages.filter((said) => !isChange(said)),
  ];
}

function essence(block: JsonObject): unknown {
  const { type, content, caller: _caller, cache_control: mark, citations: _citations, ...rest } = block;
  const inner = typeof content === 'string' ? [{ type: 'text', text: content }] : asArray(content);
  if (type !== 'tool_result') return mark === undefined ? { ...rest, type, content } : { ...rest, type, content, mark };
  // What only clients of this dialect know of has become a text.
  const known = inner.map((one) =>
    asObject(one)?.['type'] === 'tool_reference'
      ? { type: 'text', text: `Tool found: ${String(asObject(one)?.['tool_name'])}` }
      : one,
  );
  return { ...rest, type, content: known };
}

/** Hints of a tool that have no neutral form. */
function toolEssence(tool: JsonObject): JsonObject {
  const { defer_loading: _defer, type, ...rest } = tool;
  return type === undefined || type === 'custom' || type === null ? rest : tool;
}

describe('every recorded request', () => {
  const refused = recordings.filter(([, { request }]) =>
    codec.decodeRequest(request, { stream: false }).unsupported.some(({ type }) => type === 'required'),
  );

  test('is refused for a container alone', () => {
    expect(refused.map(([, { request }]) => request['container'] !== undefined)).toEqual([true, true]);
  });

  test.each(recordings)('keeps its content: %s', (_name, { request }) => {
    const { body, unsupported } = encodedFor(request);
    expect(contentOf(body)).toEqual(contentOf(begunByUser(request)));
    expect(asArray(body['tools']).map((tool) => toolEssence(asObject(tool) ?? {}))).toEqual(
      asArray(request['tools']).map((tool) => toolEssence(asObject(tool) ?? {})),
    );
    for (const field of ['model', 'max_tokens', 'tool_choice', 'stop_sequences', 'temperature', 'top_p', 'metadata']) {
      expect([field, body[field]]).toEqual([field, request[field]]);
    }
    expect(asObject(body['output_config'])?.['format']).toEqual(asObject(request['output_config'])?.['format']);
    expect(namesOf(unsupported).filter((word) => word !== 'reasoning')).toEqual([]);
    expect(body['stream'] ?? false).toBe(request['stream'] ?? false);
  });
});

/** What of an answer has to survive. */
function answerEssence(answer: JsonObject) {
  const { id, model, role, type, content, stop_reason, stop_sequence } = answer;
  const blocks = asArray(content).map((value) => {
    const { caller, citations, ...block } = asObject(value) ?? {};
    const cited = asArray(citations).map((citation) => {
      const { url, title, cited_text } = asObject(citation) ?? {};
      return { url, title, cited_text };
    });
    return block['type'] === 'text' || block['type'] === 'tool_use' ? { ...block, cited } : { ...block, caller };
  });
  return { id, model, role, type, blocks, stop_reason, stop_sequence, usage: anthropicMessages.readUsage(answer) };
}

describe('every recorded answer', () => {
  test.each(plain)('keeps its content: %s', (_name, { request, answer }) => {
    const completion = encodedFor(request).decodeAnswer(answer);
    const written = JSON.parse(
      JSON.stringify(codec.encodeAnswer(completion, reply(request, completion.model))),
    ) as JsonObject;
    expect(answerEssence(written)).toEqual(answerEssence(answer as JsonObject));
  });

  test.each(plain)('says the same as a stream: %s', (_name, { request, answer }) => {
    const completion = encodedFor(request).decodeAnswer(answer);
    const again = decodedStream(request, encodedStream(request, [...unfold(completion)]));
    expect(again).toEqual(completion);
  });

  test.each(plain)('says the same as a stream of its own dialect: %s', (_name, { request, answer }) => {
    const text = anthropicMessages.stream.fromPlain(answer) ?? '';
    expect(decodedStream(request, text)).toEqual(encodedFor(request).decodeAnswer(answer));
  });
});

describe('every recorded stream', () => {
  test.each(streamed)('keeps its content: %s', (_name, { request, answer }) => {
    const completion = decodedStream(request, String(answer));
    expect(completion.finish.reason).not.toBe('other');
    expect(completion.usage?.promptTokens).toBeGreaterThan(0);
    expect(completion.parts.length).toBeGreaterThan(0);
    const again = decodedStream(request, encodedStream(request, [...unfold(completion)]));
    expect(withoutCharges(again)).toEqual(withoutCharges(completion));
  });

  test.each(streamed)('passes event by event: %s', (_name, { request, answer }) => {
    const decoder = encodedFor(request).decodeStream();
    const events = eventsOf(String(answer)).flatMap(({ event, name }) => [...decoder.push(event, name)]);
    const direct = encodedStream(request, [...events, ...decoder.end()]);
    expect(withoutCharges(decodedStream(request, direct))).toEqual(
      withoutCharges(decodedStream(request, String(answer))),
    );
  });

  test.each(streamed)('is followed to its end: %s', (_name, { answer }) => {
    const reader = anthropicMessages.stream.read();
    const verdicts: string[] = [];
    for (const { event, data, name } of eventsOf(`${String(answer)}${PING}`)) {
      verdicts.push(reader.see(event, name));
      if (anthropicMessages.stream.isEnd(data)) break;
    }
    expect(verdicts.at(-1)).toBe('end');
    expect(verdicts).toContain('content');
    expect(verdicts).not.toContain('error');
    expect(reader.finished).toBe(true);
    expect(reader.usage?.completionTokens).toBeGreaterThan(0);
  });
});

describe('every recorded count', () => {
  test.each(load('anthropic-count-tokens'))('%s', (_name, { request, answer }) => {
    const conversation = codec.decodeRequest(request, { stream: false });
    const body = codec.counting?.encodeCount(conversation, { model: String(request['model']), quirks: {} }) ?? {};
    expect(contentOf(body)).toEqual(contentOf(request));
    expect(Object.keys(body)).not.toContain('max_tokens');
    const tokens = codec.counting?.decodeCount(answer) ?? 0;
    expect(tokens).toBeGreaterThan(0);
    expect(codec.counting?.encodeCountAnswer(tokens)).toEqual({ input_tokens: tokens });
  });
});

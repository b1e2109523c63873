import { DEFAULT_WORK, TooComplex, Work } from '../../src/core/work.ts';
import { AnswerWork } from '../../src/core/answer-work.ts';
import { unfold } from '../../src/core/completion.ts';
import type { AnswerEvent } from '../../src/core/event.ts';
import type { Attempt } from '../../src/core/attempt.ts';
import { UnsupportedFeatureError } from '../../src/core/unsupported-feature-error.ts';
import { Refusal } from '../../src/core/refusal.ts';
import { parseKeepingLongNumbers } from '../../src/lib/exact-json.ts';
import { StreamInspector } from '../../src/upstream/stream-inspector.ts';
import { StreamRewrite } from '../../src/upstream/stream-rewrite.ts';
import type { AttemptContext } from '../../src/upstream/settle.ts';
import { MalformedAnswer, type EncodedRequest } from '../../src/protocols/codec.ts';
import { conversationOf, HELLO, replyTo, WEATHER } from '../../src/protocols/contract/samples.fixture.ts';
import { injectionOf } from '../../src/core/injection.ts';
import type { Protocol, ReferenceStore } from '../../src/protocols/protocol.ts';
import { protocolOf } from '../../src/protocols/registry.ts';
import { UnreadableStream } from '../../src/protocols/shared/stream/sse.ts';

/** The dialects, each with a model of it. */
export const MODELS: Readonly<Record<string, string>> = {
  'openai-chat': 'some-model',
  'openai-responses': 'gpt-5.1',
  'anthropic-messages': 'claude-sonnet-4-6',
  gemini: 'gemini-3-pro',
};

/** What was refused with a clear word; anything else that is thrown is a fault. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof Refusal ||
    error instanceof UnsupportedFeatureError ||
    error instanceof MalformedAnswer ||
    error instanceof TooComplex ||
    error instanceof UnreadableStream
  );
}

/** Does it, and tells whether it was not refused. */
function tried(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return false;
  }
}

function othersOf(dialect: string): Protocol[] {
  return Object.keys(MODELS)
    .filter((other) => other !== dialect)
    .map(protocolOf);
}

const PROMPT = injectionOf({ before: 'Be brief.\n\n', after: '', alone: 'Be brief.' });

const NOTHING_KEPT: ReferenceStore = { item: () => undefined, refer: (id) => id, isOwn: () => true };

/** A request, for backends of all other dialects and of its own. Gives whether any of them would have been asked. */
export function runRequest(dialect: string, text: string): boolean {
  const protocol = protocolOf(dialect);
  const work = new Work();
  let isTaken = false;
  tried(() => {
    work.takeJson(text, '');
    const fields = JSON.parse(text) as Record<string, unknown>;
    tried(() => protocol.removeForeignSignatures(text, fields, 'another-model'));
    tried(() => protocol.injectSystem(text, fields, PROMPT));
    tried(() => protocol.conversationStart(fields));
    tried(() => protocol.providerState?.resolve(text, fields, NOTHING_KEPT));
    const conversation = protocol.codec.decodeRequest(fields, { stream: true, work });
    for (const other of othersOf(dialect)) {
      const addressee = { model: MODELS[other.name] ?? '', quirks: {}, work: work.forAttempt() };
      if (tried(() => JSON.stringify(other.codec.encodeRequest(conversation, addressee).body))) isTaken = true;
    }
  });
  return isTaken;
}

function askedOf(dialect: string): EncodedRequest {
  const asked = conversationOf([HELLO], { tools: [WEATHER], stream: true });
  return protocolOf(dialect).codec.encodeRequest(asked, { model: MODELS[dialect] ?? '', quirks: {} });
}

/** A plain answer, for clients of all other dialects and of its own. Gives whether it was one. */
export function runAnswer(dialect: string, text: string): boolean {
  const protocol = protocolOf(dialect);
  const encoded = askedOf(dialect);
  return tried(() => {
    new Work().takeJson(text, '');
    const body = parseKeepingLongNumbers(text);
    protocol.stream.fromPlain(body);
    protocol.readUsage(body);
    protocol.errors.read(body);
    protocol.errors.asEvent(body);
    protocol.providerState?.idOf(body);
    for (const { codec } of othersOf(dialect)) {
      const work = new AnswerWork();
      const reply = { ...replyTo(conversationOf([HELLO])), work };
      const completion = encoded.decodeAnswer(body, work);
      JSON.stringify(codec.encodeAnswer(completion, reply));
      const encoder = codec.encodeStream(reply);
      for (const event of unfold(completion)) encoder.push(event);
      encoder.end();
    }
  });
}

/** The bytes of a stream, in chunks of so many, for clients of its own dialect and of another. */
export function runStream(dialect: string, sse: Uint8Array, chunkBytes: number): void {
  inspect(dialect, undefined, sse, chunkBytes);
  const [client] = othersOf(dialect);
  if (client === undefined) return;
  const stream = { push: () => '', end: () => '' };
  inspect(
    dialect,
    StreamRewrite.for({ client, translation: { stream: () => stream } } as unknown as AttemptContext),
    sse,
    chunkBytes,
  );
}

/** What a stream's events say in neutral form; what was refused on the way ends it. */
export function decodeStream(dialect: string, events: readonly unknown[]): AnswerEvent[] {
  const decoder = askedOf(dialect).decodeStream();
  const said: AnswerEvent[] = [];
  tried(() => {
    for (const event of events) for (const each of decoder.push(event, undefined)) said.push(each);
    for (const each of decoder.end()) said.push(each);
  });
  return said;
}

/** Writes a stream for a client. */
export function encodeStream(dialect: string, said: readonly AnswerEvent[]): void {
  const encoder = protocolOf(dialect).codec.encodeStream(replyTo(conversationOf([HELLO])));
  tried(() => {
    for (const event of said) encoder.push(event);
    encoder.end();
  });
}

/** The dialects that an answer of this one may be translated to. */
export function clientsOf(dialect: string): string[] {
  return othersOf(dialect).map(({ name }) => name);
}

function inspect(dialect: string, rewrite: StreamRewrite | undefined, sse: Uint8Array, chunkBytes: number): void {
  const attempt = { exchange: {}, keptId: undefined, droppedEvents: 0 } as unknown as Attempt;
  const inspector = new StreamInspector(protocolOf(dialect), attempt, rewrite, { limits: DEFAULT_WORK });
  tried(() => {
    for (let at = 0; at < sse.length && !inspector.isOver; at += chunkBytes) {
      inspector.push(sse.subarray(at, at + chunkBytes));
    }
    if (!inspector.isOver) inspector.last();
    rewrite?.end();
    void inspector.usage;
  });
}

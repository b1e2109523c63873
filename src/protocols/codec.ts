import type { AnswerWork } from '../core/answer-work.ts';
import type { Completion } from '../core/completion.ts';
import type { Conversation, SettingName } from '../core/conversation.ts';
import type { AnswerEvent } from '../core/event.ts';
import type { Quirks } from '../core/route.ts';
import type { UnsupportedFeature } from '../core/unsupported-feature.ts';
import type { Work } from '../core/work.ts';
import type { GatewayError } from './protocol.ts';

/**
 * How one dialect is translated to and from the neutral form (`core/conversation.ts`, `core/completion.ts`,
 * `core/event.ts`). With N dialects there are N codecs, and none knows another. A codec's two halves: as the client's
 * dialect it decodes requests and encodes answers; as the backend's it encodes requests and decodes answers.
 */
export interface Codec {
  /** What this dialect calls the settings, for naming those that had to be left out. */
  readonly fieldNames: Readonly<Record<SettingName, string>>;
  /**
   * Reads a client's request. Throws a Refusal (`invalid_request`, with its param) for what is none of this dialect, and
   * TooComplex.
   */
  decodeRequest(body: Readonly<Record<string, unknown>>, head: RequestHead): Conversation;
  /**
   * Writes the request for a backend. Throws UnsupportedFeatureError for what this dialect lacks and what would change the meaning
   * of the answer, and TooComplex for what takes more work to write than `addressee.work` allows.
   */
  encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest;
  /** Writes a whole answer for a client, as a value for JSON.stringify. */
  encodeAnswer(completion: Completion, reply: Reply): unknown;
  /** Writes a streamed answer for a client. */
  encodeStream(reply: Reply): StreamEncoder;
  /** Counting the tokens of a request; undefined where the dialect has no such endpoint. */
  readonly counting: Counting | undefined;
  /** Embedding texts; undefined where the dialect has no such endpoint. */
  readonly embedding: EmbeddingCodec | undefined;
}

/** What a request says outside its body. */
export interface RequestHead {
  /** A streamed answer was asked for, in the body or by the path. */
  readonly stream: boolean;
  /** What the exchange may still make the gateway do; undefined: a budget of its own. */
  readonly work?: Work | undefined;
}

/** Whom a request is written for. */
export interface Addressee {
  /** The model as the backend calls it. */
  readonly model: string;
  /** How the backend differs from its dialect. */
  readonly quirks: Quirks;
  /** What this try may make the gateway do; undefined: a budget of its own. */
  readonly work?: Work | undefined;
}

/** A request for a backend, and how its answer is to be read: what was asked decides what an answer means. */
export interface EncodedRequest {
  readonly body: Readonly<Record<string, unknown>>;
  /** Headers that the body needs (a beta's name, say). */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What the dialect or the model does not support and the answer can do without, each feature once. */
  readonly unsupported: readonly UnsupportedFeature[];
  /**
   * Reads a whole answer. Throws MalformedAnswer if it is none of this dialect, and TooComplex if it takes more than
   * `work` allows; without one it has a budget of its own.
   */
  decodeAnswer(body: unknown, work?: AnswerWork): Completion;
  /** Reads a streamed answer. `work` is for what has to be kept of it. */
  decodeStream(work?: AnswerWork): StreamDecoder;
}

/** Follows one stream of a backend. Errors and sentinels are dealt with before and do not come here. Throws TooComplex. */
export interface StreamDecoder {
  /** Takes an event's parsed data (and its `event` field, if any); gives what it says in neutral form. */
  push(event: unknown, name: string | undefined): readonly AnswerEvent[];
  /** The stream is complete: gives what was still held, the finish included. */
  end(): readonly AnswerEvent[];
}

/** Writes one stream for a client. What it gives is SSE text: whole events, or nothing. Throws TooComplex. */
export interface StreamEncoder {
  push(event: AnswerEvent): string;
  /** The answer is complete: gives what is left to say, the dialect's own end (`[DONE]`, `message_stop`) included. */
  end(): string;
  /** The answer cannot be completed: says so instead. Without it the dialect's error event stands for itself. */
  fail?(error: GatewayError): string;
}

/** What an answer is written for. */
export interface Reply {
  /** The request as it was decoded. */
  readonly conversation: Conversation;
  /** The model that the client asked for; used where the upstream does not say what it is. */
  readonly model: string;
  /** Unique and fit for an id: for answers and items that the upstream gave none. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Keeps the JSON of a piece of the answer that the client may refer to by its id, for a while. */
  readonly keep?: ((id: string, json: string) => void) | undefined;
  /** For what has to be kept of the answer until its end; undefined: a budget of its own. */
  readonly work?: AnswerWork | undefined;
}

/** Counting tokens; the request is encoded by `encodeCount`, its path is the protocol's for `count_tokens`. */
export interface Counting {
  encodeCount(conversation: Conversation, addressee: Addressee): Readonly<Record<string, unknown>>;
  /** Reads the count from a backend's answer; undefined if there is none. */
  decodeCount(body: unknown): number | undefined;
  /** Writes a count for a client. */
  encodeCountAnswer(tokens: number): unknown;
}

/** Texts to embed, in neutral form. */
export interface EmbeddingRequest {
  readonly inputs: readonly string[];
  readonly dimensions?: number | undefined;
  /** `base64` is OpenAI's little-endian float32. */
  readonly format: 'float' | 'base64';
  /** The client asked for one text, not for a list of one. */
  readonly single: boolean;
  /** Fields that have no neutral form. */
  readonly unsupported: readonly UnsupportedFeature[];
}

/** What texts were embedded to, in the order of the texts. */
export interface Embeddings {
  readonly vectors: readonly (readonly number[])[];
  readonly model: string | undefined;
  readonly promptTokens: number | undefined;
}

/** Both ways of embedding: requests and answers, as the client's dialect and as the backend's. */
export interface EmbeddingCodec {
  /** Throws a Refusal (`invalid_request`) for what is no request of this dialect, or no texts. */
  decodeRequest(body: Readonly<Record<string, unknown>>): EmbeddingRequest;
  encodeRequest(request: EmbeddingRequest, addressee: Addressee): Readonly<Record<string, unknown>>;
  /** Throws MalformedAnswer. */
  decodeAnswer(body: unknown): Embeddings;
  encodeAnswer(embeddings: Embeddings, request: EmbeddingRequest, model: string): unknown;
}

/** A backend's good answer makes no sense in its dialect. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

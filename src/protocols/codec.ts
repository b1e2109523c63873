import type { AnswerWork } from '../core/answer-work.ts';
import type { Completion } from '../core/completion.ts';
import type { Conversation, SettingName } from '../core/conversation.ts';
import type { AnswerEvent } from '../core/event.ts';
import type { Quirks } from '../core/route.ts';
import type { UnsupportedFeature } from '../core/unsupported-feature.ts';
import type { Work } from '../core/work.ts';
import type { GatewayError } from '../core/gateway-error.ts';

/**
 * Translates one dialect to and from the neutral form (`core/conversation.ts`, `core/completion.ts`, `core/event.ts`).
 * N dialects have N codecs, and none knows another. As the client's dialect a codec decodes requests and encodes
 * answers. As the backend's dialect it encodes requests and decodes answers.
 */
export interface Codec {
  /** The names of the settings in this dialect, to report unsupported ones. */
  readonly fieldNames: Readonly<Record<SettingName, string>>;
  /**
   * Reads a client's request. Throws a Refusal (`invalid_request`, with its param) if the request is not of this
   * dialect, and TooComplex.
   */
  decodeRequest(body: Readonly<Record<string, unknown>>, head: RequestHead): Conversation;
  /**
   * Writes the request for a backend. Throws UnsupportedFeatureError if the dialect lacks something without which the
   * answer would mean something else, and TooComplex if writing takes more work than `addressee.work` allows.
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
  /** The client asked for a stream, in the body or by the path. */
  readonly stream: boolean;
  /** How much work the exchange may still cause; undefined: a budget of its own. */
  readonly work?: Work | undefined;
}

/** The model and the backend that a request is written for. */
export interface Addressee {
  /** The model's name at the backend. */
  readonly model: string;
  /** How the backend differs from its dialect. */
  readonly quirks: Quirks;
  /** How much work this attempt may cause; undefined: a budget of its own. */
  readonly work?: Work | undefined;
}

/** A request for a backend, and how to read its answer: the request decides what an answer means. */
export interface EncodedRequest {
  readonly body: Readonly<Record<string, unknown>>;
  /** Headers that the body needs, such as a beta's name. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What the dialect or the model does not support and the answer can do without, each feature once. */
  readonly unsupported: readonly UnsupportedFeature[];
  /**
   * Reads a whole answer. Throws MalformedAnswer if it is not of this dialect, and TooComplex if it takes more than
   * `work` allows. Without `work` it has a budget of its own.
   */
  decodeAnswer(body: unknown, work?: AnswerWork): Completion;
  /** Reads a streamed answer. `work` limits what is kept of it. */
  decodeStream(work?: AnswerWork): StreamDecoder;
}

/** Reads one stream of a backend. Errors and end markers are handled before and do not come here. Throws TooComplex. */
export interface StreamDecoder {
  /** Takes an event's parsed data, and its `event` field if it has one. Returns what it says in neutral form. */
  push(event: unknown, name: string | undefined): readonly AnswerEvent[];
  /** The stream is complete. Returns what was held back, including the finish. */
  end(): readonly AnswerEvent[];
}

/** Writes one stream for a client. Each result is SSE text: whole events, or nothing. Throws TooComplex. */
export interface StreamEncoder {
  push(event: AnswerEvent): string;
  /** The answer is complete. Returns the rest, including the dialect's own end (`[DONE]`, `message_stop`). */
  end(): string;
  /**
   * The answer cannot be completed. Returns an error in its place. Without this method the dialect's error event is
   * enough.
   */
  fail?(error: GatewayError): string;
}

/** What an answer is written with. */
export interface Reply {
  /** The request as it was decoded. */
  readonly conversation: Conversation;
  /** The model that the client asked for. It stands in where the upstream names none. */
  readonly model: string;
  /** Unique and valid as an id, for answers and items that have none. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Keeps the JSON of an item for a while, so that the client may refer to it by its id. */
  readonly keep?: ((id: string, json: string) => void) | undefined;
  /** Limits what is kept of the answer until its end; undefined: a budget of its own. */
  readonly work?: AnswerWork | undefined;
}

/** Counts tokens. `encodeCount` writes the request. Its path is the protocol's for `count_tokens`. */
export interface Counting {
  encodeCount(conversation: Conversation, addressee: Addressee): Readonly<Record<string, unknown>>;
  /** Reads the count from a backend's answer; undefined if it has none. */
  decodeCount(body: unknown): number | undefined;
  /** Writes a count for a client. */
  encodeCountAnswer(tokens: number): unknown;
}

/** Texts to embed, in neutral form. */
export interface EmbeddingRequest {
  readonly inputs: readonly string[];
  readonly dimensions?: number | undefined;
  /** `base64` is OpenAI's form: little-endian float32. */
  readonly format: 'float' | 'base64';
  /** The client sent one text, not a list of one. */
  readonly single: boolean;
  /** Fields that have no neutral form. */
  readonly unsupported: readonly UnsupportedFeature[];
}

/** The embeddings, in the order of the texts. */
export interface Embeddings {
  readonly vectors: readonly (readonly number[])[];
  readonly model: string | undefined;
  readonly promptTokens: number | undefined;
}

/** Translates embedding requests and answers in both directions. */
export interface EmbeddingCodec {
  /** Throws a Refusal (`invalid_request`) if the request is not of this dialect, or holds no texts. */
  decodeRequest(body: Readonly<Record<string, unknown>>): EmbeddingRequest;
  encodeRequest(request: EmbeddingRequest, addressee: Addressee): Readonly<Record<string, unknown>>;
  /** Throws MalformedAnswer. */
  decodeAnswer(body: unknown): Embeddings;
  encodeAnswer(embeddings: Embeddings, request: EmbeddingRequest, model: string): unknown;
}

/** A backend answered with success, but the body makes no sense in its dialect. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

import type { UpstreamError } from '../core/classify.ts';
import type { Usage } from '../core/record.ts';

/**
 * One API dialect as clients and backends speak it. Dialects are equal: nothing outside a dialect's folder asks which
 * one it has. Each folder has the same files.
 */
export interface Protocol {
  readonly name: string;
  /** The body of an error of the gateway's own making. */
  errorBody(error: GatewayError): string;
  /** The same as the SSE event that ends a stream that cannot be completed. */
  errorEvent(error: GatewayError): string;
  /** An upstream's error answer, its body parsed, as such an event; undefined if it holds no error of this dialect. */
  errorAsEvent(body: unknown): string | undefined;
  /** What keeps a silent stream's connection open and means nothing to the client. */
  readonly keepAlive: string;
  /** What ends a complete stream; empty where a stream just ends. */
  readonly streamEnd: string;
  /** Tells whether an event's data is that end. */
  isStreamEnd(data: string): boolean;
  /** A reader for the events of one stream, the answer to `request`. */
  readStream(request?: Record<string, unknown>): StreamReader;
  /** The error that a JSON body holds; undefined if it holds none. */
  readError(body: unknown): UpstreamError | undefined;
  /** The token counts that a plain answer reports. */
  readUsage(body: unknown): Usage | undefined;
  /** A plain answer as the events of a stream, for a client that was promised one. `body` is the parsed answer; undefined if it is none of this dialect. */
  asStream(body: unknown): string | undefined;
  /** The request's text with a system prompt joined to it; all other bytes stay. `body` is `text`, parsed. */
  injectSystem(text: string, body: Record<string, unknown>, prompt: SystemPrompt): string;
  /** What identifies a conversation through its turns, so that they can be kept at one backend. */
  conversationStart(body: Record<string, unknown>): string;
}

/** An error in neutral form. */
export interface GatewayError {
  readonly message: string;
  readonly type: string;
  readonly code: string;
  readonly param: string | null;
}

/** Text to join to a request's system message, each as it stands within the quotes of a JSON string; `alone` is for a request that has none. */
export interface SystemPrompt {
  readonly escaped: { readonly before: string; readonly after: string; readonly alone: string };
}

/** Follows one stream. Every event is shown to it once. */
export interface StreamReader {
  /**
   * True if `data` differs from an event that was seen before in the text of its content alone: then it is valid and
   * says nothing new of the stream, and need not be parsed. False says nothing.
   */
  isMoreOfTheSame(data: string): boolean;
  /** What an event, parsed from `data`, means for the stream: does content begin, is it an error (`foreign_error`: one that clients of this dialect do not know for one), or neither. `name` is its `event` field, if it began with one. */
  see(event: unknown, data: string, name?: string): 'content' | 'error' | 'foreign_error' | 'other';
  /** Every choice that was begun has had its finish reason. */
  readonly finished: boolean;
  /** The last token counts seen. */
  readonly usage: Usage | undefined;
}

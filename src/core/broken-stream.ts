import type { Failure } from './failure.ts';
import type { GatewayError } from './gateway-error.ts';
import type { Refusal } from './refusal.ts';

/** How a stream has ended that is not whole. Its client is not told so far: another stream may yet go on in its place. */
export interface BrokenStream {
  readonly failure: Failure;
  /** What the record calls it. */
  readonly code: string;
  /** The error that its backend has sent; undefined where it has sent none. */
  readonly sent: SentError | undefined;
  /** Why the gateway itself has ended it: a budget has nothing left for the rest. */
  readonly refusal?: Refusal | undefined;
  /** How whoever has had the stream so far is told of an error. */
  readonly form: StreamForm;
}

/** An error that a backend has sent in a stream. */
export type SentError =
  /** The client knows it for one: the event as it may go out, where it has not. */
  | { readonly type: 'own'; readonly event: Uint8Array | undefined }
  /** It is in a form of the vendor's own, and parsed here. */
  | { readonly type: 'foreign'; readonly error: unknown }
  /** It is in another dialect than the client's. */
  | { readonly type: 'translated' };

/** Writes an error as the last event of a stream, so that it goes on with what its client has had. */
export interface StreamForm {
  error(error: GatewayError): string;
  /** The same of an event of the client's dialect. */
  event(event: string): string;
}

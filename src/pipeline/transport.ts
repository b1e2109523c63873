import type { Attempt } from '../core/attempt.ts';
import { transportFailure } from '../core/failure.ts';
import type { Failure, FailureKind } from '../core/failure.ts';

/** Codes of the operating system, and of Bun's fetch, for a connection that was there and is gone. */
const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ConnectionClosed', 'ConnectionReset']);
/** For a connection that could not be made in the time the operating system gives. */
const NO_ANSWER = new Set(['ETIMEDOUT', 'ConnectionTimeout', 'Timeout']);
/** For bytes that are no HTTP, or not of the encoding they claim. */
const BROKEN =
  /^(?:Malformed_HTTP_Response|InvalidHTTPResponse|UnrequestedUpgrade|event_stream_broken|(?:http|content_encoding)_\w+|.*(?:Zlib|Brotli|Zstd|Decompress|Header|ChunkedEncoding).*)$/;

/** What a rejected `send` or `read` means. The gateway's own reason, if it ended the attempt, comes first. */
export function transportFailureOf(error: unknown, attempt: Attempt): Failure {
  const { aborted } = attempt;
  if (aborted !== undefined) return transportFailure(aborted.kind);
  const code = codeOf(error);
  // What is no transport's error is a bug of ours, and must not be taken for the backend's.
  if (code === undefined) throw error;
  return transportFailure(kindOf(code), code);
}

/** True if the connection was closed under the request, before anything of an answer had come. */
export function isReset(error: unknown): boolean {
  return RESET.has(codeOf(error) ?? '') && (error as { began?: boolean }).began !== true;
}

function kindOf(code: string): FailureKind {
  if (RESET.has(code)) return 'connection_reset';
  if (NO_ANSWER.has(code)) return 'connect_timeout';
  return BROKEN.test(code) ? 'broken_answer' : 'connection_failed';
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

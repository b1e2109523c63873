import { brokenAnswer } from '../core/broken-answer.ts';
import type { Attempt } from '../core/attempt.ts';
import { transportFailure } from '../core/failure.ts';
import type { Failure, FailureKind } from '../core/failure.ts';
import type { Backend } from '../core/route.ts';
import { OverBudget } from '../core/spend-lease.ts';
import { TooComplex } from '../core/work.ts';
import { MalformedAnswer } from '../protocols/codec.ts';
import { NoRoom } from '../core/buffered-bytes.ts';
import { isShortage, shortageOfFiles } from '../lib/room.ts';

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
  if (aborted !== undefined) return transportFailure(aborted.kind, aborted.limit);
  // A request that takes too much is refused before it is sent: this is what the backend has sent.
  if (error instanceof TooComplex) return brokenAnswer('too_complex');
  if (error instanceof MalformedAnswer) return brokenAnswer('malformed');
  if (error instanceof OverBudget) {
    attempt.refusal = error.refusal;
    return transportFailure('over_budget', error.refusal.details.detail);
  }
  if (error instanceof NoRoom) return { ...transportFailure('no_room'), routedAround: false };
  const code = codeOf(error);
  // What is no transport's error is a bug of ours, and must not be taken for the backend's.
  if (code === undefined) throw error;
  return withPlace(failureOf(code), error, attempt.route.backend);
}

/** Who could not be reached, beside the system's word for it. A token is fetched from elsewhere. */
function withPlace(failure: Failure, error: unknown, { place }: Backend): Failure {
  if (place === undefined || !CONNECTING.has(failure.kind) || (error as Error).name === 'TokenError') return failure;
  return { ...failure, detail: `${failure.detail} ${place}` };
}

const CONNECTING: ReadonlySet<FailureKind> = new Set(['connection_failed', 'connection_reset', 'connect_timeout']);

/** What an error's code means. */
export function failureOf(code: string): Failure {
  const kind = kindOf(code);
  const shortage = kind === 'own_lack' ? code : kind === 'connection_failed' ? shortageOfFiles() : undefined;
  return shortage === undefined ? transportFailure(kind, code) : shortageFailure(shortage);
}

/** True if the connection was closed under the request, before anything of an answer had come. */
export function isReset(error: unknown): boolean {
  return RESET.has(codeOf(error) ?? '') && (error as { began?: boolean }).began !== true;
}

/** Without files or memory no backend can be asked; addresses can be lacking for one of them alone. */
function shortageFailure(code: string): Failure {
  return { ...transportFailure('own_lack', code), routedAround: code === 'EADDRNOTAVAIL' };
}

function kindOf(code: string): FailureKind {
  if (isShortage(code)) return 'own_lack';
  if (RESET.has(code)) return 'connection_reset';
  if (NO_ANSWER.has(code)) return 'connect_timeout';
  return BROKEN.test(code) ? 'broken_answer' : 'connection_failed';
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

import type { FailureKind } from './failure.ts';

/** The longest message for the log. */
const MOST_CHARS = 200;
/** How much of a body is searched for a message. */
const LOOK_AT_BYTES = 1024;

/** Failures whose message may quote the prompt, whatever the status. It never goes into the log. */
const ABOUT_THE_REQUEST: ReadonlySet<FailureKind> = new Set(['context_length', 'content_filter']);
const NEVER: ReadonlySet<number> = new Set([400, 413, 422]);
/** Statuses of errors about the account, the model's name or the load. */
const SAFE: ReadonlySet<number> = new Set([401, 402, 403, 404, 408, 409, 429]);

/** The parts of an upstream's error that decide whether the log may have its message. */
export interface LoggedError {
  readonly kind: FailureKind;
  /** The answer's own status. */
  readonly status: number;
  /** The status that an error in a 2xx answer names; undefined if it names none that is known. */
  readonly namedStatus: number | undefined;
  readonly message: string | undefined;
  readonly body: Uint8Array;
}

/**
 * The beginning of an upstream's message, for the log. It is there only if the status rules out that the message quotes
 * the prompt, or if the body is not JSON (a proxy's page). It never ends within a word, so that masking recognises
 * secrets.
 */
export function loggableMessage({ kind, status, namedStatus, message, body }: LoggedError): string | undefined {
  if (NEVER.has(status) || ABOUT_THE_REQUEST.has(kind)) return undefined;
  const isSuccess = status >= 200 && status <= 299;
  const by = isSuccess ? namedStatus : status;
  const page = isSuccess || message !== undefined ? undefined : pageIn(body);
  if (page === undefined && !(by !== undefined && (SAFE.has(by) || by >= 500))) return undefined;
  return shortened(message ?? page ?? '');
}

/** The text of a body that is not JSON. */
function pageIn(body: Uint8Array): string | undefined {
  const text = new TextDecoder().decode(body.subarray(0, LOOK_AT_BYTES)).trim();
  return text === '' || /^[[{"]/.test(text) ? undefined : text;
}

function shortened(message: string): string | undefined {
  const text = message
    .slice(0, 2 * MOST_CHARS)
    .replace(/\s+/g, ' ')
    .trim();
  if (text === '') return undefined;
  if (text.length <= MOST_CHARS) return text;
  return `${text.slice(0, Math.max(0, text.lastIndexOf(' ', MOST_CHARS)))}…`;
}

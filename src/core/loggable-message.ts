import type { FailureKind } from './failure.ts';

/** So much of a message goes into the log. */
const MOST_CHARS = 200;
/** Where to look for it. */
const LOOK_AT_BYTES = 1024;

/** What may be about the prompt whatever its status, and so is never told. */
const ABOUT_THE_REQUEST: ReadonlySet<FailureKind> = new Set(['context_length', 'content_filter']);
const NEVER: ReadonlySet<number> = new Set([400, 413, 422]);
/** What is about the account, the model's name or the load. */
const SAFE: ReadonlySet<number> = new Set([401, 402, 403, 404, 408, 409, 429]);

/** An upstream's error as far as it decides whether its words may be told. */
export interface LoggedError {
  readonly kind: FailureKind;
  /** The answer's own status. */
  readonly status: number;
  /** What an error in a 2xx answer names itself; undefined where it says nothing known. */
  readonly namedStatus: number | undefined;
  readonly message: string | undefined;
  readonly body: Uint8Array;
}

/**
 * The beginning of an upstream's message, for the log: where the status says that it cannot be about the prompt, or it is
 * no JSON at all (a proxy's page). It never ends inside a word, so that masking knows a secret when it sees one.
 */
export function loggableMessage({ kind, status, namedStatus, message, body }: LoggedError): string | undefined {
  if (NEVER.has(status) || ABOUT_THE_REQUEST.has(kind)) return undefined;
  const isSuccess = status >= 200 && status <= 299;
  const by = isSuccess ? namedStatus : status;
  const page = isSuccess || message !== undefined ? undefined : pageIn(body);
  if (page === undefined && !(by !== undefined && (SAFE.has(by) || by >= 500))) return undefined;
  return shortened(message ?? page ?? '');
}

/** The text of a body that is no JSON. */
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

// The headers of W3C Trace Context: https://www.w3.org/TR/trace-context/
import { sha256 } from './sha256.ts';

/** The span of a caller under which its request stands. */
export interface TraceParent {
  /** 32 hexadecimal digits, and 16. */
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
  /** The caller's `tracestate`; undefined: none, or a malformed one. */
  readonly state: string | undefined;
}

/** Version, trace id, parent id and flags. A later version than 00 may have more behind them. */
const TRACEPARENT =
  /^(?:00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})|(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?)$/;
const NO_TRACE = '0'.repeat(32);
const NO_SPAN = '0'.repeat(16);
const SAMPLED = 1;

/** Reads `traceparent` and `tracestate`; undefined if the first is missing or malformed: then the second means nothing. */
export function parseTraceParent(parent: string | undefined, state?: string): TraceParent | undefined {
  const found = parent === undefined ? undefined : TRACEPARENT.exec(parent.trim());
  if (found === null || found === undefined) return undefined;
  const [, trace, span, flags, laterTrace, laterSpan, laterFlags] = found;
  const [traceId, spanId] = [trace ?? laterTrace ?? NO_TRACE, span ?? laterSpan ?? NO_SPAN];
  if (traceId === NO_TRACE || spanId === NO_SPAN) return undefined;
  const isSampled = (Number.parseInt(flags ?? laterFlags ?? '0', 16) & SAMPLED) !== 0;
  return { traceId, spanId, isSampled, state: usableState(state) };
}

/** The header for whoever is called under a span. */
export function formatTraceParent(traceId: string, spanId: string, isSampled: boolean): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

const MOST_STATE_CHARS = 512;
const MOST_MEMBERS = 32;
const MEMBER =
  /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** All of it or nothing: what is malformed in one place may be so in others. */
function usableState(state: string | undefined): string | undefined {
  if (state === undefined || state.length > MOST_STATE_CHARS) return undefined;
  const members = state.split(',').map((member) => member.trim());
  const named = members.filter((member) => member !== '');
  if (named.length === 0 || named.length > MOST_MEMBERS) return undefined;
  return named.every((member) => MEMBER.test(member)) ? named.join(',') : undefined;
}

/** A random id of a span. */
export function newSpanId(): string {
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex');
  return id === NO_SPAN ? newSpanId() : id;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TRACE_ID = /^[0-9a-f]{32}$/i;

/**
 * The trace that any id of a request stands for: 32 hexadecimal digits as they are, a UUID without its hyphens, of anything
 * else the beginning of its SHA-256. The same id always stands for the same trace.
 */
export function traceIdFor(id: string): string {
  const plain = UUID.test(id) ? id.replaceAll('-', '') : id;
  return TRACE_ID.test(plain) && plain !== NO_TRACE ? plain.toLowerCase() : sha256(id).slice(0, 32);
}

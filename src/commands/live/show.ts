import type { FailureKind } from '../../core/failure.ts';
import { CONSEQUENCES } from '../../core/failure.ts';
import { REMEDIES } from '../../core/failure-remedies.ts';
import type { GatewayErrorCode } from '../../core/refusal.ts';
import { ERROR_CODES } from '../../core/refusal.ts';
import { systemRemedy } from '../../core/connection-errors.ts';
import { asPlainText } from '../../lib/plain-text.ts';
import { printable } from '../../lib/printable.ts';
import type { Outcome } from './ask.ts';
import type { Probe } from './plan.ts';

/** What came of asking one model at one backend; names as in the JSON of `check --live --json`. */
export interface LiveResult {
  readonly aliases: readonly string[];
  readonly backend: string;
  readonly model: string;
  /** `not_asked`: see `message`. */
  readonly result: 'served' | 'failed' | 'not_asked';
  /** The backend's status; null if it did not answer, or was not asked. */
  readonly status: number | null;
  readonly ms: number | null;
  readonly prompt_tokens: number | null;
  readonly completion_tokens: number | null;
  /** A failure of an attempt, or a code of the gateway: what `explain` knows. */
  readonly failure: string | null;
  /** The provider's own code, the system's word, a limit. */
  readonly detail: string | null;
  readonly message: string | null;
  readonly remedy: string | null;
}

/** The result of a probe that was sent; `mask` takes keys out of what a provider says. */
export function resultOf(
  probe: Probe,
  { record, attempt, message: answered }: Outcome,
  mask: (text: string) => string,
): LiveResult {
  const failure = attempt?.failure ?? (record.status < 300 ? undefined : record.errorCode);
  const detail = attempt?.detail;
  const message = failure === undefined ? undefined : (attempt?.message ?? (attempt?.status && answered));
  return {
    aliases: probe.aliases,
    backend: probe.backend,
    model: probe.model,
    result: failure === undefined ? 'served' : 'failed',
    status: attempt?.status ?? null,
    ms: Math.round(attempt?.ms ?? record.durationMs),
    prompt_tokens: record.usage?.promptTokens ?? null,
    completion_tokens: record.usage?.completionTokens ?? null,
    failure: failure ?? null,
    detail: detail === undefined ? null : shortened(mask(detail)),
    message: message ? shortened(mask(message)) : null,
    remedy: failure === undefined ? null : remedyFor(failure, attempt?.status, detail),
  };
}

/** The same of one that was not. */
export function notAsked({ aliases, backend, model }: Probe, why: string): LiveResult {
  return { ...NOTHING, aliases, backend, model, result: 'not_asked', message: asPlainText(why) };
}

const NOTHING = {
  status: null,
  ms: null,
  prompt_tokens: null,
  completion_tokens: null,
  failure: null,
  detail: null,
  remedy: null,
};

const MOST_CHARS = 300;

function shortened(text: string): string {
  const plain = printable(text.replaceAll(/\s+/g, ' ').trim());
  return plain.length > MOST_CHARS ? `${plain.slice(0, MOST_CHARS)}…` : plain;
}

function remedyFor(failure: string, status: number | undefined, detail: string | undefined): string | null {
  const ofSystem = CONNECTING.has(failure) ? systemRemedy(detail) : undefined;
  if (ofSystem !== undefined) return asPlainText(ofSystem);
  const own = failure === 'refused' ? REFUSED[status ?? 0] : OF_PROBES[failure];
  if (own !== undefined) return own;
  if (Object.hasOwn(REMEDIES, failure)) return asPlainText(REMEDIES[failure as FailureKind]);
  if (Object.hasOwn(ERROR_CODES, failure)) return asPlainText(ERROR_CODES[failure as GatewayErrorCode].remedy);
  return null;
}

/** Failures whose detail is the system's word. */
const CONNECTING: ReadonlySet<string> = new Set([
  'connection_failed',
  'connection_reset',
  'connect_timeout',
  'own_lack',
] satisfies FailureKind[]);

/** Nobody but this command has sent the request, and set its limit. */
const OF_PROBES: Readonly<Record<string, string>> = {
  bad_request:
    "The backend does not take the smallest request there is: check its url, protocol and vendor, and the route's model.",
  total_timeout: 'Give it more time with --timeout, or look at the backend.',
};

const REFUSED: Readonly<Record<number, string>> = {
  401: "Put a valid key into the backend's api_key: the provider does not accept this one.",
  402: 'Add credit at the provider, or raise the budget of the account.',
  403: 'Give the account access to this model at the provider; check its region and its list of addresses.',
};

/** The results as a table with a line for what to do under each that failed. */
export function table(results: readonly LiveResult[]): string[] {
  const rows = results.flatMap((result) => rowsOf(result));
  const head = ['ALIAS', 'BACKEND', 'MODEL', 'STATUS', 'TIME', 'WHAT CAME'];
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map(({ cells }) => cells[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at === cells.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.flatMap(({ cells, remedy }) => [line(cells), ...(remedy ? [`  → ${remedy}`] : [])])];
}

/** One row for each alias; what was found out stands in the first. */
function rowsOf(result: LiveResult): { cells: string[]; remedy: string | null }[] {
  const { aliases, backend, model, status, ms } = result;
  const [first = '', ...others] = aliases.map((alias) => printable(alias));
  const place = [printable(backend), printable(model)];
  const cells = [first, ...place, status === null ? '–' : String(status), ms === null ? '–' : `${ms} ms`, came(result)];
  const same = others.map((alias) => ({ cells: [alias, ...place, '', '', `as for ${first}`], remedy: null }));
  return [{ cells, remedy: result.remedy }, ...same];
}

function came({ result, failure, detail, message, prompt_tokens: sent, completion_tokens: got }: LiveResult): string {
  if (result === 'not_asked') return `not asked: ${message}`;
  if (failure === null) {
    if (sent === null) return 'served';
    return `served, ${sent}${got === null ? '' : `→${got}`} ${sent === 1 && got === null ? 'token' : 'tokens'}`;
  }
  const words = Object.hasOwn(CONSEQUENCES, failure) ? CONSEQUENCES[failure as FailureKind].words : undefined;
  const what = [detail === null ? failure : `${failure} (${detail})`, message ?? words];
  return what.filter((part) => part !== undefined).join(': ');
}

/** `5 routes asked: 4 served, 1 failed; 2 not asked` */
export function sum(results: readonly LiveResult[]): string {
  const count = (kind: LiveResult['result']): number => results.filter(({ result }) => result === kind).length;
  const [served, failed, rest] = [count('served'), count('failed'), count('not_asked')];
  const asked = served + failed;
  return `${asked} ${asked === 1 ? 'model' : 'models'} asked: ${served} served, ${failed} failed${rest > 0 ? `; ${rest} not asked` : ''}`;
}

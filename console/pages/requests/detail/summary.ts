import type { RequestDetail } from '../../../lib/answers.ts';
import { durationText, numberText } from '../../../lib/format.ts';
import { failurePhrase } from '../../../lib/failures.ts';
import { words } from './words.ts';

type Try = RequestDetail['tries'][number];

/** More failures than these are counted. */
const MOST_TOLD = 3;
/** Waits below this are nothing that anybody asks about. */
const LEAST_QUEUE_MS = 20;

/** What happened, in a sentence. */
export function summaryOf(detail: RequestDetail): string {
  const w = words.value;
  const served = servedOf(detail);
  const failures = failuresText(detail.tries.filter((tried) => tried !== served && isToldOf(tried)));
  const beginning = beginningOf(detail, served, failures);
  const figures = [
    ...(detail.tries.length === 0 ? [] : [w.attempts(numberText(detail.tries.length), detail.tries.length === 1)]),
    ...(detail.status === 499 ? [] : [durationText(detail.duration_ms)]),
    ...waits(detail, served),
  ];
  return figures.length === 0 ? beginning + w.end : beginning + w.semicolon + figures.join(w.comma) + w.end;
}

/** The attempt whose answer the client got. */
export function servedOf({ status, tries, interrupted }: RequestDetail): Try | undefined {
  if (status >= 400) return undefined;
  return tries.findLast(({ failure }) => failure === null) ?? (interrupted ? tries.at(-1) : undefined);
}

/** What an attempt did, in words; undefined: it served. */
export function endOf(tried: Try): string | undefined {
  const w = words.value;
  const { backend, failure, status } = tried;
  if (failure === null) return undefined;
  const phrase = failurePhrase(failure);
  if (status !== null && status >= 400)
    return phrase === undefined ? w.answeredOnly(backend, status) : w.answered(backend, status, phrase);
  return phrase === undefined ? w.failedWith(backend, failure) : w.did(backend, phrase);
}

function beginningOf(detail: RequestDetail, served: Try | undefined, failures: string): string {
  const w = words.value;
  const { status, error_code: code, tries, cache, interrupted } = detail;
  if (served !== undefined) {
    const who = served.hedge === 'won' ? w.servedHedge(served.backend) : w.served(served.backend);
    const said = failures === '' ? who : who + w.after(failures);
    if (!interrupted) return said;
    const why = endOf(served);
    return said + (why === undefined ? w.brokeOffOnly : w.brokeOff(why));
  }
  if (status < 400) return cache === null ? w.answeredItself : w.fromCache(cache);
  if (status === 499) return w.clientLeft(durationText(detail.duration_ms));
  if (tries.length === 0) return w.refused(status, code ?? '');
  return w.failed(status, code ?? '') + (failures === '' ? '' : w.because(failures));
}

/** A hedge that lost has not failed. */
function isToldOf({ failure }: Try): boolean {
  return failure !== null && failure !== 'hedge_lost';
}

function failuresText(tries: readonly Try[]): string {
  const w = words.value;
  const told = tries.slice(0, MOST_TOLD).map((tried) => endOf(tried) ?? '');
  const others = tries.length - told.length;
  if (others > 0) told.push(w.more(numberText(others)));
  const last = told.pop();
  if (last === undefined) return '';
  return told.length === 0 ? last : told.join(w.comma) + w.and + last;
}

function waits({ queue_ms: queued }: RequestDetail, served: Try | undefined): string[] {
  const w = words.value;
  const found: string[] = [];
  if (queued !== null && queued >= LEAST_QUEUE_MS) found.push(w.queued(durationText(queued)));
  const first = served?.first_content_ms ?? null;
  if (served !== undefined && first !== null) found.push(w.ofWhich(durationText(first), served.backend));
  return found;
}

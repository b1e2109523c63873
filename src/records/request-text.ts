import type { FailureKind } from '../core/failure.ts';
import type { ExchangeRecord, TryRecord } from '../core/record.ts';
import { timeBeside, timeOfDay } from './console-clock.ts';
import { markup, type ConsoleStyle, type Markup } from './markup.ts';
import { hasStory } from './has-story.ts';
import { CLIENT_LEFT, type Level } from './request-line.ts';

/**
 * A request for people. A good one is a single line; one that failed or was rescued is a headline with the full trace
 * ID and a line for each attempt, in columns: which backend, what happened, what follows from it, how long it took.
 */
export function requestText(record: ExchangeRecord, level: Level, nowMs: number, style: ConsoleStyle): string {
  const mark = markup(style);
  const { droppedEvents, traceId, ttftMs } = record;
  const parts = [
    `${mark.dim(timeOfDay(nowMs))} ${mark.level(level)} ${outcome(record, mark)} ${subject(record, mark)}`,
    duration(record.durationMs),
  ];
  if (record.tries.length > 1) parts.push(`${record.tries.length} attempts`);
  if ((record.queueMs ?? 0) >= 1) parts.push(`queued ${duration(record.queueMs ?? 0)}`);
  // A plain answer begins when it ends.
  if (ttftMs !== undefined && record.stream) parts.push(`ttft ${duration(ttftMs)}`);
  const counts = tokens(record);
  if (counts !== '') parts.push(counts);
  if (droppedEvents > 0) parts.push(`${droppedEvents} events dropped`);
  const good = level === 'info' && record.status < 400;
  parts.push(good ? mark.dim(mark.text(traceId)) : `trace ${mark.text(traceId)}`);
  const line = parts.join('  ');
  return hasStory(record) ? [line, ...story(record, nowMs, mark)].join('\n') : line;
}

function outcome({ status, errorCode, errorDetail, interrupted }: ExchangeRecord, { bold, text }: Markup): string {
  if (status < 400 && !interrupted) return String(status);
  const words = [status, interrupted ? 'interrupted' : '', errorCode ?? ''].filter((word) => word !== '');
  return bold(text(words.join(' '))) + (errorDetail === undefined ? '' : ` (${text(errorDetail)})`);
}

/** Who was asked and who answered; of a refused request, what it was and where it came from. */
function subject(record: ExchangeRecord, { text }: Markup): string {
  const { alias, servedAlias, backend, model, caller } = record;
  if (backend === undefined) {
    const from = `from ${text(record.clientIp)}${caller === undefined ? '' : ` (${text(caller)})`}`;
    const request = `${text(record.method)} ${text(record.path)}  ${from}`;
    return alias === undefined ? request : `${text(alias)}  ${request}`;
  }
  const asked = text((alias ?? record.path) + (servedAlias === undefined ? '' : ` as ${servedAlias}`));
  // When everything failed no backend served; the attempts below name them all.
  const unserved = record.status >= 400 && hasStory(record);
  return unserved ? asked : `${asked} → ${text(target(backend, model))}`;
}

function target(backend: string, model: string | undefined): string {
  return model === undefined ? backend : `${backend}/${model}`;
}

function tokens({ usage }: ExchangeRecord): string {
  if (usage?.promptTokens === undefined && usage?.completionTokens === undefined) return '';
  const cached = usage.cachedTokens === undefined || usage.cachedTokens === 0 ? '' : ` (${usage.cachedTokens} cached)`;
  return `${usage.promptTokens ?? '?'}${cached}→${usage.completionTokens ?? '?'} tok`;
}

/** A line for each attempt. What a provider said stands below its attempt, once if it said it again and again. */
function story(record: ExchangeRecord, nowMs: number, mark: Markup): string[] {
  const rows = record.tries.map((tried, at) => ({
    tried,
    who: cell(target(tried.backend, tried.model), mark.text),
    what: whatOf(tried, mark),
    next: cell(`→ ${consequence(tried, at, record, nowMs)}`, (text) => text),
  }));
  const [who, what, next] = [
    widest(rows.map((row) => row.who)),
    widest(rows.map((row) => row.what)),
    widest(rows.map((row) => row.next)),
  ];
  return rows.flatMap(({ tried, ...row }, at) => {
    const cells = [padded(row.who, who), padded(row.what, what), padded(row.next, next)];
    const line = `  ${at + 1}. ${cells.join('  ')}  ${mark.dim(duration(tried.ms))}`;
    const isSaid = tried.message === undefined || record.tries[at - 1]?.message === tried.message;
    return isSaid ? [line] : [line, `     ${mark.dim('provider said: ')}${mark.text(tried.message ?? '')}`];
  });
}

/** `429 rate_limited (rate_limit_exceeded)`, `connection_failed (ECONNREFUSED 127.0.0.1:9)`, `read_timeout (60s)`. */
function whatOf({ status, failure, detail }: TryRecord, { bold, text }: Markup): Cell {
  const word = [status ?? '', failure ?? ''].filter((part) => part !== '').join(' ') || 'ok';
  const more = detail === undefined ? '' : ` (${detail})`;
  const shownWord = failure === undefined ? text(word) : bold(text(word));
  // Emphasis is as wide as nothing on a terminal; written as stars, it is wider.
  const marks = failure === undefined ? 0 : bold('').startsWith('\x1b') ? 0 : bold('').length;
  return { shown: shownWord + text(more), width: text(word + more).length + marks };
}

function consequence(tried: TryRecord, at: number, record: ExchangeRecord, nowMs: number): string {
  const { failure, coolingUntil } = tried;
  const next = coolingUntil === undefined ? [] : [`cools down until ${timeBeside(coolingUntil, nowMs)}`];
  if (at + 1 < record.tries.length) {
    if (failure === ('hedge_lost' satisfies FailureKind)) next.push('aborted for the other attempt');
    else if (failure !== undefined && next.length === 0) next.push('next attempt');
  } else if (failure === undefined) next.push('served');
  else if (record.interrupted) next.push('client got an error event');
  else next.push(record.status === CLIENT_LEFT ? 'client disconnected' : `client got ${record.status}`);
  return next.join('; ');
}

/** What stands in a column, and how wide it is on a screen. */
interface Cell {
  readonly shown: string;
  readonly width: number;
}

function cell(text: string, show: (text: string) => string): Cell {
  const shown = show(text);
  return { shown, width: shown.length };
}

/** One that is much longer than the others must not push them all aside. */
const WIDEST = 60;

function widest(cells: readonly Cell[]): number {
  return Math.min(WIDEST, Math.max(...cells.map(({ width }) => width)));
}

function padded({ shown, width }: Cell, to: number): string {
  return shown + ' '.repeat(Math.max(0, to - width));
}

/** `0.4ms`, `310ms`, `1.24s`, `2m05s`. */
function duration(ms: number): string {
  if (ms < 9.95) return `${Math.round(ms * 10) / 10}ms`;
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)}s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

import { write } from 'node:fs';
import type { ExchangeRecord, TryRecord } from '../core/record.ts';
import { printable } from '../lib/printable.ts';
import { CLIENT_LEFT, hasStory, type Entry, type Level } from './request-line.ts';

/** How lines for people look: `markdown` has emphasis (ANSI where `color`), `plain` has neither. */
export interface ConsoleStyle {
  readonly format: 'markdown' | 'plain';
  readonly color: boolean;
}

/**
 * A request for people. A good one is a single line; one that failed or was rescued is a headline with the full trace
 * ID and a line for each try: which backend, what happened, how long it took and what follows from it.
 */
export function requestText(record: ExchangeRecord, level: Level, nowMs: number, style: ConsoleStyle): string {
  const mark = markup(style);
  const good = level === 'info' && record.status < 400;
  const tries = record.tries.length > 1 ? `, after ${record.tries.length} tries` : '';
  const queuedMs = record.queueMs ?? 0;
  const { ttftMs, droppedEvents, traceId } = record;
  let line = `${headline(level, nowMs, mark)} ${outcome(record, mark)} ${subject(record, mark)}  ${duration(record.durationMs)}${tries}`;
  if (queuedMs >= 1) line += `  queued ${duration(queuedMs)}`;
  if (ttftMs !== undefined) line += `  ttft ${duration(ttftMs)}`;
  const counts = tokens(record);
  if (counts !== '') line += `  ${counts}`;
  if (droppedEvents > 0) line += `  ${droppedEvents} events dropped`;
  line += good ? `  ${mark.dim(mark.text(traceId))}` : `  trace ${mark.text(traceId)}`;
  if (!hasStory(record)) return line;
  const story = record.tries.map((tried, at) => tryText(tried, at, record, mark));
  return [line, ...story].join('\n');
}

/** A general line for people: message, then `key=value`; the stack of an error stands below, indented. */
export function generalText(entry: Entry, level: Level, nowMs: number, style: ConsoleStyle): string {
  const mark = markup(style);
  const parts = [`${headline(level, nowMs, mark)} ${printable(String(entry.msg))}`];
  let below = '';
  for (const [name, value] of Object.entries(entry)) {
    if (name === 'level' || name === 'ts' || name === 'msg' || value === undefined) continue;
    const stack = stackOf(value);
    if (stack !== undefined) below += stack;
    parts.push(mark.dim(`${printable(name)}=`) + quoted(stack === undefined ? value : stack.split('\n', 1)[0]));
  }
  const frames = below === '' ? [] : below.split('\n').slice(1);
  return [parts.join('  '), ...frames.map((frame) => mark.dim(`    ${printable(frame.trim())}`))].join('\n');
}

/** An entry as one line of `key=value`, quoted where needed; nested values by dotted keys, nulls left out. */
export function logfmt(entry: Entry): string {
  const pairs: string[] = [];
  const add = (name: string, value: unknown): void => {
    if (value === undefined || value === null) return;
    if (typeof value !== 'object' || value instanceof Date || isFlatList(value)) {
      pairs.push(`${fieldName(name)}=${quoted(value)}`);
      return;
    }
    for (const [key, inner] of Object.entries(value)) add(`${name}.${key}`, inner);
  };
  for (const [name, value] of Object.entries(entry)) add(name, value);
  return pairs.join(' ');
}

/** Takes text for a terminal or pipe without ever blocking the caller. */
export interface ConsoleWriter {
  (text: string): void;
  /** Resolves when what was given so far is out, or after a second if the reader has stopped reading. */
  flush(): Promise<void>;
}

/** Writes to stderr (or `fd`) in batches, one write in flight. Over 1 MiB unwritten, text is left out and that is said. */
export function stderrWriter(fd = 2): ConsoleWriter {
  let pending = '';
  let left = 0;
  let running: Promise<void> | undefined;
  let wroteAt = -Infinity;

  const drain = async (): Promise<void> => {
    // A line after a silence goes out at once, with those of the same turn. Under load a write for each turn of the
    // event loop would cost more than the lines do.
    const quietMs = performance.now() - wroteAt;
    if (quietMs < BUSY_PAUSE_MS) await Bun.sleep(BUSY_PAUSE_MS - quietMs);
    else await new Promise<void>((resolve) => void setImmediate(resolve));
    while (pending !== '') {
      const batch = pending;
      pending = '';
      await writeAll(fd, Buffer.from(batch));
      if (left > 0) pending = `(${left} lines left out here: the console is slow)\n${pending}`;
      left = 0;
    }
    wroteAt = performance.now();
    running = undefined;
  };
  const take = (text: string): void => {
    if (pending.length + text.length > MAX_PENDING_CHARS) left++;
    else pending += text;
    running ??= drain();
  };
  const flush = async (): Promise<void> => {
    await Promise.race([running, Bun.sleep(FLUSH_PATIENCE_MS)]);
  };
  return Object.assign(take, { flush });
}

const MAX_PENDING_CHARS = 1 << 20;
const FLUSH_PATIENCE_MS = 1000;
const FULL_PIPE_PAUSE_MS = 10;
const BUSY_PAUSE_MS = 20;

/** Text that cannot be written (a closed pipe, say) is let go: there is nowhere left to complain. */
async function writeAll(fd: number, data: Buffer): Promise<void> {
  for (let offset = 0; offset < data.length;) {
    const result = await new Promise<number | NodeJS.ErrnoException>((resolve) => {
      write(fd, data, offset, data.length - offset, null, (error, bytes) => resolve(error ?? bytes));
    });
    if (typeof result === 'number') offset += result;
    else if (result.code === 'EAGAIN') await Bun.sleep(FULL_PIPE_PAUSE_MS);
    else return;
  }
}

interface Markup {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly level: (level: Level) => string;
  /** What somebody else chose: no link, image or emphasis of theirs. */
  readonly text: (text: string) => string;
}

const NAMES: Readonly<Record<Level, string>> = { debug: 'DEBUG', info: 'INFO ', warn: 'WARN ', error: 'ERROR' };
const COLORS: Readonly<Record<Level, number>> = { debug: 90, info: 32, warn: 33, error: 31 };
const asIs = (text: string): string => text;

const PLAIN: Markup = { bold: asIs, dim: asIs, level: (level) => NAMES[level], text: printable };
const MARKDOWN: Markup = {
  ...PLAIN,
  bold: (text) => `**${text}**`,
  text: (text) => printable(text).replaceAll(/[*`[\]<]/g, '\\$&'),
};
const ANSI: Markup = {
  bold: (text) => `\x1b[1m${text}\x1b[22m`,
  dim: (text) => `\x1b[2m${text}\x1b[22m`,
  level: (level) => `\x1b[${COLORS[level]}m${NAMES[level]}\x1b[39m`,
  text: printable,
};

function markup(style: ConsoleStyle): Markup {
  if (style.format === 'plain') return PLAIN;
  return style.color ? ANSI : MARKDOWN;
}

function headline(level: Level, nowMs: number, mark: Markup): string {
  return `${mark.dim(timeOfDay(nowMs))} ${mark.level(level)}`;
}

function outcome(record: ExchangeRecord, mark: Markup): string {
  const { status, errorCode, interrupted } = record;
  if (status < 400 && !interrupted) return String(status);
  const words = [status, interrupted ? 'interrupted' : '', errorCode ?? ''].filter((word) => word !== '');
  return mark.bold(mark.text(words.join(' ')));
}

/** Who was asked and who answered; of a refused request, what it was and where it came from. */
function subject(record: ExchangeRecord, { text }: Markup): string {
  const { alias, servedAlias, backend, model } = record;
  if (backend === undefined) {
    const request = `${text(record.method)} ${text(record.path)}  from ${text(record.clientIp)}`;
    return alias === undefined ? request : `${request}  ${text(alias)}`;
  }
  const asked = text((alias ?? record.path) + (servedAlias === undefined ? '' : ` as ${servedAlias}`));
  // When everything failed no backend served; the tries below name them all.
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

function tryText(tried: TryRecord, at: number, record: ExchangeRecord, mark: Markup): string {
  const failed = tried.failure !== undefined;
  const what = [tried.status ?? '', tried.failure ?? ''].filter((word) => word !== '').join(' ') || 'ok';
  const detail = tried.detail === undefined ? '' : ` (${mark.text(tried.detail)})`;
  const words = tried.message === undefined ? '' : `: ${mark.text(tried.message)}`;
  const next: string[] = [];
  if (tried.coolingUntil !== undefined) next.push(`cooling until ${timeOfDay(tried.coolingUntil)}`);
  if (at + 1 < record.tries.length) {
    if (failed && next.length === 0) next.push('next try');
  } else if (record.interrupted) next.push('client got an error event');
  else if (failed && record.status !== CLIENT_LEFT) next.push('gave up');
  const told = `  ${at + 1}. ${mark.text(target(tried.backend, tried.model))}  ${mark.bold(mark.text(what))}${detail}${words}`;
  return `${told}  ${duration(tried.ms)}${next.length === 0 ? '' : `  → ${next.join('; ')}`}`;
}

/** `0.4ms`, `310ms`, `1.24s`, `2m05s`. */
function duration(ms: number): string {
  if (ms < 9.95) return `${Math.round(ms * 10) / 10}ms`;
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)}s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
}

let lastSecond = NaN;
let lastTime = '';

/** Many lines are of the same second. */
function timeOfDay(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    const at = new Date(ms);
    lastSecond = second;
    lastTime = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  }
  return lastTime;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function stackOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('stack' in value)) return undefined;
  const { name, message, stack } = value as { name?: unknown; message?: unknown; stack?: unknown };
  const title = `${String(name)}: ${String(message)}`.replaceAll(/\s*\n\s*/g, ' ');
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return [title, ...frames].join('\n');
}

function fieldName(name: string): string {
  return NEEDS_QUOTES.test(name) ? printable(name.replaceAll(/[\s="]/g, '_')) : name;
}

// Beyond plain ASCII everything is looked at more closely.
const NEEDS_QUOTES = /[^!#-<>-~]/;

/** Such a list reads best as `a,b,c`. */
function isFlatList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item !== 'object');
}

function quoted(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  const nested = typeof value === 'object' && value !== null && !isFlatList(value);
  const text = nested ? JSON.stringify(value) : String(value);
  if (text !== '' && !NEEDS_QUOTES.test(text)) return text;
  return text === '' || /[\s"=]/.test(text) ? printable(JSON.stringify(text)) : printable(text);
}

import { printable } from '../../../lib/printable.ts';
import { timeBeside, timeOfDay } from './console-clock.ts';
import { quoted } from '../logfmt.ts';
import { markup, type ConsoleStyle, type Markup } from './markup.ts';
import type { Entry, Level } from '../request-line.ts';

/**
 * A general line for people: the message, what it is about, then the other fields as `key=value`. Long texts stand below,
 * indented: what a provider said, what to do, the stack of an error.
 */
export function generalText(entry: Entry, level: Level, nowMs: number, style: ConsoleStyle): string {
  const mark = markup(style);
  const { subject, named } = subjectOf(entry, nowMs, mark);
  const parts = [`${mark.dim(timeOfDay(nowMs))} ${mark.level(level)} ${printable(String(entry['msg']))}${subject}`];
  const below: string[] = [];
  for (const [name, value] of Object.entries(entry)) {
    if (value === undefined || value === null || IN_FRONT.has(name) || named.has(name)) continue;
    const lead = BELOW[name];
    if (lead !== undefined && typeof value === 'string') {
      below.push(`${INDENT}${mark.dim(lead)}${mark.text(value)}`);
      continue;
    }
    const stack = stackOf(value);
    if (stack !== undefined)
      below.push(...stack.slice(1).map((frame) => mark.dim(`${INDENT}${printable(frame.trim())}`)));
    parts.push(mark.dim(`${printable(name)}=`) + (stack === undefined ? shown(value, nowMs) : quoted(stack[0])));
  }
  return [parts.join('  '), ...below].join('\n');
}

const INDENT = '    ';
const IN_FRONT: ReadonlySet<string> = new Set(['level', 'ts', 'msg']);
/** Fields that are sentences, and what leads to each. */
const BELOW: Readonly<Record<string, string>> = { message: 'provider said: ', remedy: '→ ' };

/** What a change of a backend's state is about, in one phrase; `named` are the fields in it. */
function subjectOf(entry: Entry, nowMs: number, mark: Markup): { subject: string; named: ReadonlySet<string> } {
  const { backend, model, operation, failure, until } = entry;
  if (typeof backend !== 'string' || typeof model !== 'string') return NO_SUBJECT;
  const why = typeof failure === 'string' ? `, ${mark.bold(mark.text(failure))}` : '';
  const howLong = until instanceof Date ? ` until ${timeBeside(until.getTime(), nowMs)}` : '';
  const what = typeof operation === 'string' ? `  ${mark.dim(`(${mark.text(operation)})`)}` : '';
  return { subject: `: ${mark.text(`${backend}/${model}`)}${howLong}${why}${what}`, named: SUBJECT };
}

const SUBJECT: ReadonlySet<string> = new Set(['backend', 'model', 'operation', 'failure', 'until']);
const NO_SUBJECT = { subject: '', named: new Set<string>() };

function shown(value: unknown, nowMs: number): string {
  return value instanceof Date ? quoted(timeBeside(value.getTime(), nowMs)) : quoted(value);
}

/** Of an error its name and message in one line, then its frames; undefined for anything else. */
function stackOf(value: unknown): string[] | undefined {
  if (typeof value !== 'object' || value === null || !('stack' in value)) return undefined;
  const { name, message, stack } = value as { name?: unknown; message?: unknown; stack?: unknown };
  const title = `${String(name)}: ${String(message)}`.replaceAll(/\s*\n\s*/g, ' ');
  const frames = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : [];
  return [title, ...frames];
}

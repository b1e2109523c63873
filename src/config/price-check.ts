import { asArray, asObject } from '../lib/json.ts';
import { globsOverlap } from '../lib/globs-overlap.ts';
import { VENDORS } from '../vendors/vendors.ts';
import { type Finding, unknownMessage } from './messages.ts';

/**
 * Problems of `prices`: names that mean nothing, or two that are equally exact, and entries that say no price or say it
 * twice. Takes the values before validation and skips those of a wrong type.
 */
export function checkPrices(config: unknown): Finding[] {
  const { prices, backends } = asObject(config) ?? {};
  const entries = Object.entries(asObject(prices) ?? {});
  const names = asArray(backends).flatMap((backend) => {
    const name = asObject(backend)?.['name'];
    return typeof name === 'string' ? [name] : [];
  });
  const known = [...new Set([...names, ...VENDORS.map((vendor) => vendor.name)])];
  const patterns = entries.map(([pattern]) => pattern);
  return entries.flatMap(([pattern, entry], index) => {
    const message =
      nameProblem(pattern, known) ?? rival(pattern, patterns.slice(0, index)) ?? emptiness(asObject(entry));
    return [
      ...(message === undefined ? [] : [{ path: ['prices', pattern], message }]),
      ...disorder(asObject(entry), pattern),
    ];
  });
}

function nameProblem(pattern: string, known: readonly string[]): string | undefined {
  const slash = pattern.indexOf('/');
  if (slash <= 0 || slash === pattern.length - 1)
    return 'names no model of a backend or a vendor (write backend/model, vendor/model, or openai/gpt-5*)';
  const owner = pattern.slice(0, slash);
  if (owner.includes('*') || known.includes(owner)) return undefined;
  return unknownMessage('backend or vendor', owner, known);
}

/** Of two patterns with as many fixed characters neither is the more exact, and which one counts would be chance. */
function rival(pattern: string, before: readonly string[]): string | undefined {
  if (!pattern.includes('*')) return undefined;
  const equal = before.find(
    (other) => other.includes('*') && fixedChars(other) === fixedChars(pattern) && globsOverlap(other, pattern),
  );
  return equal === undefined
    ? undefined
    : `is as exact as "${equal}", and some names match both (fix more characters in one of them)`;
}

function fixedChars(pattern: string): number {
  return pattern.replaceAll('*', '').length;
}

function emptiness(entry: Readonly<Record<string, unknown>> | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const own = Object.keys(entry).filter((key) => key !== 'like');
  if ('like' in entry && own.length > 0) return `has a price of its own beside like (remove ${own[0]} or like)`;
  const isPriced = own.some((key) => key !== 'from' && key !== 'changes') || asArray(entry['changes']).length > 0;
  return isPriced || 'like' in entry ? undefined : 'says no price (set input and output, or like)';
}

function disorder(entry: Readonly<Record<string, unknown>> | undefined, pattern: string): Finding[] {
  const changes = asArray(entry?.['changes']);
  const times = changes.map((change) => timeOf(asObject(change)?.['from']));
  return times.flatMap((time, index) => {
    const before = index === 0 ? timeOf(entry?.['from']) : times[index - 1];
    if (time === undefined || before === undefined || time > before) return [];
    const message = 'is not later than what comes before it (put the earliest change first)';
    return [{ path: ['prices', pattern, 'changes', index, 'from'], message }];
  });
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

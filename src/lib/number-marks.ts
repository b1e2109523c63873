import { randomBytes } from 'node:crypto';
import { stringEnd } from './json-span.ts';

const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** What a marked number begins with. Nobody outside can write it, and no JSON text has to escape it. */
const MARK = `\uE000${randomBytes(6).toString('base64url')}:`;

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;

/**
 * The JSON text with those numbers as texts of which `isWanted` is told, as they are written there; `withRawNumbers`
 * makes numbers of them again. A reviver could do the same, but is called for every value of a text, and deeper than
 * the stack goes.
 */
export function withMarkedNumbers(text: string, isWanted: (source: string) => boolean): string {
  let marked = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at) - 1;
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      const end = numberEnd(text, at);
      const source = text.slice(at, end);
      if (isWanted(source) && isNumber(text, at, end)) {
        marked += `${text.slice(from, at)}"${MARK}${source}"`;
        from = end;
      }
      at = end - 1;
    }
  }
  return from === 0 ? text : marked + text.slice(from);
}

/** A parsed value whose marked numbers JSON.stringify writes as they were; changed in place. */
export function withRawNumbers(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(MARK) ? rawJSON(value.slice(MARK.length)) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    for (const [at, inner] of value.entries()) {
      if (isChanging(inner)) value[at] = withRawNumbers(inner);
    }
    return value;
  }
  const object = value as Record<string, unknown>;
  for (const [key, inner] of Object.entries(object)) {
    if (!isChanging(inner)) continue;
    const changed = withRawNumbers(inner);
    // An assignment to `__proto__` would be none.
    if (changed !== inner)
      Object.defineProperty(object, key, { value: changed, writable: true, enumerable: true, configurable: true });
  }
  return value;
}

function isChanging(value: unknown): boolean {
  return typeof value === 'string' ? value.startsWith(MARK) : typeof value === 'object' && value !== null;
}

/** Whether what stands at `[start, end)` is a JSON number that stands alone, and no key or part of something broken. */
function isNumber(text: string, start: number, end: number): boolean {
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text.slice(start, end))) return false;
  let next = end;
  while (text.charCodeAt(next) <= 0x20) next++;
  return text.charCodeAt(next) !== COLON && BEFORE.has(text[start - 1]);
}

/** What may stand in front of a number. */
const BEFORE: ReadonlySet<string | undefined> = new Set([undefined, ' ', '\t', '\r', '\n', ':', ',', '[']);

/** Where the value that begins at `start`, no text and no container, ends. */
function numberEnd(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && !ENDS.has(text.charCodeAt(end)) && text.charCodeAt(end) > 0x20) end++;
  return end;
}

/** `"`, `,`, `:`, brackets and braces. */
const ENDS: ReadonlySet<number> = new Set([0x22, 0x2c, 0x3a, 0x5b, 0x5d, 0x7b, 0x7d]);

import { printable } from '../../lib/printable.ts';
import type { Entry } from './request-line.ts';

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

/** A value as it stands behind `key=`. */
export function quoted(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return value.toISOString();
  const nested = typeof value === 'object' && value !== null && !isFlatList(value);
  const text = nested ? JSON.stringify(value) : String(value);
  if (text !== '' && !NEEDS_QUOTES.test(text)) return text;
  return text === '' || /[\s"=]/.test(text) ? printable(JSON.stringify(text)) : printable(text);
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

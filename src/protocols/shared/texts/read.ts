import { asObject } from '../../../lib/json.ts';
import { MalformedAnswer } from '../../codec.ts';

/**
 * A text as vendors write it: a string, mostly; a number or a boolean whose quotes are missing; a list of pieces; or an
 * object that holds one. Nothing, where there is none. Throws MalformedAnswer for what may be anything: words that
 * nobody can read must not go missing without a word.
 */
export function readText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(readText).join('');
  const fields = asObject(value) ?? {};
  const text = fields['text'] ?? fields['content'];
  // A long number is kept as it was written.
  if (text === undefined && isRawJSON(value)) return JSON.stringify(value);
  if (typeof text !== 'string') throw new MalformedAnswer('a text is neither a string nor anything that holds one');
  return text;
}

/** A call's arguments: JSON in a string, or with some vendors the object itself. */
export function readArguments(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

// The types that come with Bun do not know it yet.
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean };

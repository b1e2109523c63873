import { asObject } from '../../../lib/json.ts';
import { MalformedAnswer } from '../../codec.ts';

/**
 * Reads a text as vendors write it: usually a string; a number or boolean without quotes; a list of pieces; an object
 * with a text in it. Nothing, if there is none. Throws MalformedAnswer for other values: text must not get lost
 * unnoticed.
 */
export function readText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(readText).join('');
  const fields = asObject(value) ?? {};
  const text = fields['text'] ?? fields['content'];
  // Keeps a long number as it was written.
  if (text === undefined && isRawJSON(value)) return JSON.stringify(value);
  if (typeof text !== 'string') throw new MalformedAnswer('a text is neither a string nor anything that holds one');
  return text;
}

/** Reads the arguments of a call: JSON in a string, or the object itself from some vendors. */
export function readArguments(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

// Bun's types do not have it yet.
const { isRawJSON } = JSON as unknown as { isRawJSON(value: unknown): boolean };

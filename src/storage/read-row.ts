import type { JsonObject } from '../lib/json.ts';
import type { Row } from './database.ts';

/** A column's text; undefined for NULL. Drivers give numbers as they like. */
export function textIn(row: Row, column: string): string | undefined {
  const value = row[column];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? value.toString() : undefined;
}

/** A column's number; undefined for NULL. Drivers give long ones as text. */
export function numberIn(row: Row, column: string): number | undefined {
  const value = row[column];
  return value === null || value === undefined ? undefined : Number(value);
}

/** The text of a column that is never NULL. */
export function someText(row: Row, column: string): string {
  return textIn(row, column) ?? '';
}

/** The number in a column that is never NULL. */
export function someNumber(row: Row, column: string): number {
  return numberIn(row, column) ?? 0;
}

/** A sum, which the query gives as text; 0 for NULL. */
export function sumIn(row: Row, column: string): bigint {
  return BigInt(textIn(row, column) ?? '0');
}

/** A column that holds JSON; an empty object for NULL. */
export function jsonIn(row: Row, column: string): JsonObject {
  const text = textIn(row, column);
  return text === undefined ? {} : (JSON.parse(text) as JsonObject);
}

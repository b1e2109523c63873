import { asString } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';

/** Reads `stop`: a text, or a list of them. */
export function decodeStop(value: unknown): readonly string[] | undefined {
  if (value === null || value === undefined) return undefined;
  const stops: readonly unknown[] = Array.isArray(value) ? value : [value];
  return stops.map((stop) => asString(stop) ?? refuseField('stop', 'has to be a string or a list of strings'));
}

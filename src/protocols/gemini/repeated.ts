import { asObject, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import { fieldsOf } from './camel-case.ts';

/** The elements of a field that repeats: Google's JSON takes a single one for a list of one. */
export function repeated(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** The same, of objects. Refuses what is none. */
export function repeatedObjects(value: unknown, field: string): readonly JsonObject[] {
  return repeated(value).map((one, at) => {
    const place = Array.isArray(value) ? `${field}[${at}]` : field;
    return asObject(one) ?? refuseField(place, 'has to be an object');
  });
}

/** The members of a field that holds an object, in camel case; none if it is absent. Refuses what is no object. */
export function objectIn(value: unknown, field: string): JsonObject {
  if (value === undefined || value === null) return {};
  return fieldsOf(value) ?? refuseField(field, 'has to be an object');
}

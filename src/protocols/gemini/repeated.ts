import { asObject, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import { fieldsOf } from './camel-case.ts';

/** The elements of a repeated field. Google's JSON also accepts a single element. */
export function repeated(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/** The same for objects. Refuses anything else. */
export function repeatedObjects(value: unknown, field: string): readonly JsonObject[] {
  return repeated(value).map((one, at) => {
    const place = Array.isArray(value) ? `${field}[${at}]` : field;
    return asObject(one) ?? refuseField(place, 'has to be an object');
  });
}

/** The members of an object field, in camel case; none if it is absent. Refuses anything else. */
export function objectIn(value: unknown, field: string): JsonObject {
  if (value === undefined || value === null) return {};
  return fieldsOf(value) ?? refuseField(field, 'has to be an object');
}

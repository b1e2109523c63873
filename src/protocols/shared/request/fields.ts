import { Refusal } from '../../../core/refusal.ts';
import { field as fieldAt, leftOut, required, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';
import { asObject, type JsonObject } from '../../../lib/json.ts';

/** Refuses a request because of a field; `what` ends the sentence: "has to be a list". */
export function refuseField(field: string, what: string): never {
  const param = field.length > MOST_CHARACTERS ? `${field.slice(0, MOST_CHARACTERS)}…` : field;
  throw new Refusal('invalid_request', `The field \`${param}\` ${what}.`, { param });
}

/** Clients may choose the names of fields. */
const MOST_CHARACTERS = 200;

/** The list at `field`. Refuses the request if it is not a list. */
export function listIn(value: unknown, field: string): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : refuseField(field, 'has to be a list');
}

/** The object at `field`; undefined if the field is absent. Refuses the request if it is not an object. */
export function objectIn(value: unknown, field: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  return asObject(value) ?? refuseField(field, 'has to be an object');
}

/** The top-level fields that a dialect knows. */
export interface FieldRules {
  /** These have a neutral form, or concern the gateway only (`model`, `stream`). */
  readonly known: ReadonlySet<string>;
  /** These have no effect on the answer, so nobody is told that they are left out. */
  readonly hints: ReadonlySet<string>;
  /** Without these the answer would mean something else. The value ends the sentence that the field begins. */
  readonly refused: Readonly<Record<string, string>>;
}

/** The fields of an object that have no neutral form, with `place` before their names. `null` counts as absent. */
export function unsupportedFields(
  body: JsonObject,
  { known, hints, refused }: FieldRules,
  place = '',
): UnsupportedFeature[] {
  return Object.entries(body).flatMap(([field, value]): UnsupportedFeature[] => {
    if (value === null || value === undefined || known.has(field) || hints.has(field)) return [];
    const details = Object.hasOwn(refused, field) ? refused[field] : undefined;
    const path = place + field;
    return [details === undefined ? leftOut(fieldAt(path)) : required(path, details)];
  });
}

import { Refusal } from '../../../core/refusal.ts';
import { field as fieldAt, leftOut, required, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';
import { asObject, type JsonObject } from '../../../lib/json.ts';

/** Turns a request down whose field `param` is not of its dialect; `what` ends the sentence: "has to be a list". */
export function refuseField(field: string, what: string): never {
  const param = field.length > MOST_CHARACTERS ? `${field.slice(0, MOST_CHARACTERS)}…` : field;
  throw new Refusal('invalid_request', `The field \`${param}\` ${what}.`, { param });
}

/** Names of fields may be the client's own. */
const MOST_CHARACTERS = 200;

/** The list that stands at `field`. Refuses what is none. */
export function listIn(value: unknown, field: string): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : refuseField(field, 'has to be a list');
}

/** The object that stands at `field`; undefined if nothing does. Refuses what is none. */
export function objectIn(value: unknown, field: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  return asObject(value) ?? refuseField(field, 'has to be an object');
}

/** What a dialect knows of its top-level fields beyond those that have a neutral form. */
export interface FieldRules {
  /** Have a neutral form, or are the gateway's own business (`model`, `stream`). */
  readonly known: ReadonlySet<string>;
  /** Without effect on the answer: left out without a word. */
  readonly hints: ReadonlySet<string>;
  /** Without them the answer would mean something else; the value ends the sentence that the field begins. */
  readonly refused: Readonly<Record<string, string>>;
}

/** The fields of an object that have no neutral form; `place` stands in front of their names. `null` counts as absent. */
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

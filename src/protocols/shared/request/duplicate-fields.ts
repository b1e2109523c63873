import type { JsonObject } from '../../../lib/json.ts';
import { allMembers, nameAmong } from '../../../lib/json-span.ts';
import { refuseField } from './fields.ts';

/** Where an object stands: in its text, and in error messages (empty for the body itself). */
export interface ObjectPlace {
  readonly text: string;
  readonly from: number;
  readonly place: string;
}

/**
 * Throws a Refusal if one of `names` is written twice or in another case. Parsers differ in which one they take, so the
 * backend might see another value than the gateway has checked. `object` is the object at `from`, parsed.
 */
export function refuseDuplicateFields(
  object: JsonObject,
  names: readonly string[],
  { text, from, place }: ObjectPlace,
): void {
  const inPlace = (name: string): string => (place === '' ? name : `${place}.${name}`);
  for (const key of Object.keys(object)) {
    const name = key.normalize('NFKC').toLowerCase();
    if (key !== name && names.includes(name)) refuseField(inPlace(key), `has to be written \`${name}\``);
  }
  const seen = new Set<string>();
  for (const member of allMembers(text, from)) {
    const name = nameAmong(names, text, member);
    if (name === undefined) continue;
    if (seen.has(name)) refuseField(inPlace(name), 'is written more than once');
    seen.add(name);
  }
}

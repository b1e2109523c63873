import { field as fieldAt, leftOut, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';
import type { JsonObject } from '../../../lib/json.ts';

/** Clients choose the names, and how many there are. */
const MOST_NAMED = 64;

/** Collects the members of messages and parts that have no neutral form, by where they stand; each once. */
export class UnknownMembers {
  readonly #fields = new Set<string>();

  /** Adds the members of `object` that are not `known`: neither read nor without effect on the answer. */
  check(object: JsonObject, place: string, known: ReadonlySet<string>): void {
    for (const member in object) {
      if (!known.has(member) && hasContent(object[member])) this.add(`${place}.${member}`);
    }
  }

  add(field: string): void {
    if (this.#fields.size < MOST_NAMED) this.#fields.add(field);
  }

  get unsupported(): UnsupportedFeature[] {
    return [...this.#fields].map((field) => leftOut(fieldAt(field)));
  }
}

/** A value that is false or empty means the same as none. */
function hasContent(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (typeof value !== 'object') return true;
  for (const _ in value) return true;
  return false;
}

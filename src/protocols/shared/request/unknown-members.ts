import { field as fieldAt, leftOut, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';
import type { JsonObject } from '../../../lib/json.ts';

/** Names are the client's, and so is their number. */
const MOST_NAMED = 64;

/** The members of what is said that have no neutral form, by where they stand; each is named once, wherever it is said. */
export class UnreadMembers {
  readonly #fields = new Set<string>();

  /** `known`: the members that are read, and those without effect on the answer. */
  see(object: JsonObject, place: string, known: ReadonlySet<string>): void {
    for (const member in object) {
      if (!known.has(member) && saysSomething(object[member])) this.name(`${place}.${member}`);
    }
  }

  name(field: string): void {
    if (this.#fields.size < MOST_NAMED) this.#fields.add(field);
  }

  get unsupported(): UnsupportedFeature[] {
    return [...this.#fields].map((field) => leftOut(fieldAt(field)));
  }
}

/** What is false or empty is what is meant without it. */
function saysSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  if (typeof value !== 'object') return true;
  for (const _ in value) return true;
  return false;
}

import type { Conversation } from '../core/conversation.ts';
import type { EncodedRequest } from '../protocols/codec.ts';
import type { Protocol } from '../protocols/protocol.ts';

/** The names of what a translation left out, as the client calls each, for a header. */
export function droppedOf(
  { leftovers, written }: Conversation,
  { dropped }: EncodedRequest,
  client: Protocol,
): readonly string[] {
  if (leftovers.length === 0 && dropped.length === 0) return dropped;
  // What the client wrote itself, where a setting has several names.
  const names: Readonly<Record<string, string>> = { ...client.codec.fieldNames, ...written };
  return bounded(new Set([...leftovers.map(({ field }) => field), ...dropped.map((name) => nameOf(name, names))]));
}

/** Names for a header: so many, and no longer than so much each. */
export function bounded(names: ReadonlySet<string>): readonly string[] {
  const shown = [...names].slice(0, MOST_NAMED).map(shortened);
  return names.size <= MOST_NAMED ? shown : [...shown, `${names.size - MOST_NAMED} more`];
}

function nameOf(name: string, names: Readonly<Record<string, string>>): string {
  if (Object.hasOwn(names, name)) return names[name] ?? name;
  // Of a form that is asked for, but not enforced.
  return name === 'output.strict' ? `${names['output'] ?? 'output'}.strict` : name;
}

/** What was left out stands in a header, and names are the client's: neither how many nor how long is in our hands. */
const MOST_NAMED = 32;
const MOST_NAME_CHARACTERS = 100;

function shortened(name: string): string {
  return name.length > MOST_NAME_CHARACTERS ? `${name.slice(0, MOST_NAME_CHARACTERS)}...` : name;
}

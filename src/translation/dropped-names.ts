import type { Conversation } from '../core/conversation.ts';
import { featureName, type UnsupportedFeature } from '../core/unsupported-feature.ts';
import type { EncodedRequest } from '../protocols/codec.ts';
import type { Protocol } from '../protocols/protocol.ts';

/** The names of what a translation left out, as the client calls each, for a header. */
export function droppedOf(
  { unsupported, written }: Conversation,
  encoded: EncodedRequest,
  client: Protocol,
): readonly string[] {
  if (unsupported.length === 0 && encoded.unsupported.length === 0) return [];
  // The client's own word, where its dialect has several names for a setting.
  return namesOf([...unsupported, ...encoded.unsupported], { ...client.codec.fieldNames, ...written });
}

/** The names of features for a header, each once; `names` has the client's names for settings. */
export function namesOf(features: readonly UnsupportedFeature[], names?: Conversation['written']): readonly string[] {
  return bounded(new Set(features.map(({ feature }) => featureName(feature, names))));
}

/** So many names, and no longer than so much each. */
function bounded(names: ReadonlySet<string>): readonly string[] {
  const shown = [...names].slice(0, MOST_NAMED).map(shortened);
  return names.size <= MOST_NAMED ? shown : [...shown, `${names.size - MOST_NAMED} more`];
}

/** What was left out stands in a header, and names are the client's: neither how many nor how long is in our hands. */
const MOST_NAMED = 32;
const MOST_NAME_CHARACTERS = 100;

function shortened(name: string): string {
  return name.length > MOST_NAME_CHARACTERS ? `${name.slice(0, MOST_NAME_CHARACTERS)}...` : name;
}

import { asObject } from '../../lib/json.ts';
import { listField, wrong, type Fields } from './request-fields.ts';

type Tags = Readonly<Record<string, string>>;

/** LiteLLM's tags are words; here each is the name of a tag. */
const WORD = 'tag:';
/** An alias that is no name of a key here is kept as it was written. */
const ALIAS = 'key_alias';

/** What LiteLLM's `metadata`, `tags` and `key_alias` are in the tags of a key. */
export interface TagFields {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  readonly alias: string | undefined;
}

/** Reads them from the tags of a key. */
export function tagFieldsOf(tags: unknown): TagFields {
  const metadata: Record<string, unknown> = {};
  const words: string[] = [];
  let alias: string | undefined;
  for (const [name, value] of Object.entries((asObject(tags) ?? {}) as Tags)) {
    if (name === ALIAS) alias = value;
    else if (name.startsWith(WORD)) words.push(name.slice(WORD.length));
    else metadata[name] = parsedIfJson(value);
  }
  return { metadata: words.length === 0 ? metadata : { ...metadata, tags: words }, tags: words, alias };
}

/** The tags of a key with what a request changes of them. `alias`: undefined to leave it, null to take it away. */
export function changedTags(
  before: unknown,
  fields: Fields,
  alias: string | null | undefined,
): Tags | null | undefined {
  const isTold = 'metadata' in fields || 'tags' in fields;
  if (!isTold && alias === undefined) return undefined;
  const now = tagFieldsOf(before);
  const { tags: kept, ...own } = now.metadata;
  const { tags: within, ...told } = 'metadata' in fields ? metadataIn(fields) : { tags: kept, ...own };
  const words = 'tags' in fields ? (listField(fields, 'tags') ?? []) : (listField({ tags: within }, 'tags') ?? []);
  const name = alias === undefined ? now.alias : (alias ?? undefined);
  const next: Record<string, string> = {};
  for (const [key, value] of Object.entries(told)) if (value !== null && value !== '') next[key] = textIn(value);
  for (const word of words) next[WORD + word] = 'true';
  if (name !== undefined) next[ALIAS] = name;
  return Object.keys(next).length === 0 ? null : next;
}

function metadataIn(fields: Fields): Readonly<Record<string, unknown>> {
  const { metadata } = fields;
  if (metadata === null) return {};
  const object = asObject(metadata);
  if (object === undefined) throw wrong('metadata', 'an object');
  for (const name of Object.keys(object))
    if (name === ALIAS || name.startsWith(WORD))
      throw wrong(`metadata.${name}`, 'called otherwise: this name is taken');
  return object;
}

/** Text stays as it is, anything else is its JSON. */
function textIn(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Lists and objects come back as what they were; numbers too, as text. */
function parsedIfJson(value: string): unknown {
  if (!/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

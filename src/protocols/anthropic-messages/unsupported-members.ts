import type { UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { UnknownMembers } from '../shared/request/unknown-members.ts';

/** The members of messages and system blocks that have no neutral form: `image.transformations`. */
export function unsupportedMembers(body: JsonObject): UnsupportedFeature[] {
  const unknown = new UnknownMembers();
  checkBlocks(body['system'], unknown);
  for (const value of asArray(body['messages'])) {
    const message = asObject(value) ?? {};
    unknown.check(message, 'messages[]', OF_MESSAGE);
    checkBlocks(message['content'], unknown);
  }
  return unknown.unsupported;
}

function checkBlocks(content: unknown, unknown: UnknownMembers): void {
  for (const value of asArray(content)) {
    const block = asObject(value) ?? {};
    const type = asString(block['type']) ?? '';
    const known = OF_BLOCK.get(type);
    if (known === undefined) continue;
    unknown.check(block, type, known);
    const caller = asObject(block['caller'])?.['type'];
    if (caller !== undefined && caller !== 'direct') unknown.add(`${type}.caller`);
    if (type === 'tool_result') checkBlocks(block['content'], unknown);
    else if (type === 'document') checkBlocks(asObject(block['source'])?.['content'], unknown);
  }
}

/** `clear_at` and `output_config` are read with the turns and the effort. */
const OF_MESSAGE: ReadonlySet<string> = new Set(['role', 'content', 'clear_at', 'output_config', 'id']);

/**
 * The members of blocks that are read, and cache marks. Blocks of other types are reported as a whole, or are thoughts.
 */
const OF_BLOCK: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    text: 'type text citations cache_control',
    image: 'type source title cache_control',
    document: 'type source title context citations cache_control',
    search_result: 'type source title content citations cache_control',
    tool_use: 'type id name input caller cache_control',
    tool_result: 'type tool_use_id content is_error cache_control',
  }).map(([type, members]) => [type, new Set(members.split(' '))]),
);

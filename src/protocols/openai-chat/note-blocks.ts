import { asId, asIndex, asList, asObject, type JsonObject } from '../../lib/json.ts';
import type { Blocks } from '../shared/stream/blocks.ts';
import { hasContent } from './holds-answer.ts';

/** The members of a delta that are text, each with its block. Others are remarks of the vendor. */
const TEXTS = new Map([
  ['reasoning_content', 'thought'],
  ['reasoning', 'thought'],
  ['reasoning_details', 'thought'],
  ['content', 'text'],
  ['refusal', 'text'],
  ['audio', 'text'],
  ['images', 'text'],
]);

/** Notes what a chunk says of the first choice's blocks. Chunks do not say where one ends: the next begins, or the stream finishes. */
export function noteBlocks(event: unknown, _name: string | undefined, blocks: Blocks): void {
  for (const value of asList(asObject(event)?.['choices'])) {
    const choice = asObject(value);
    if (choice === undefined || (asIndex(choice['index']) ?? 0) !== 0) continue;
    noteDelta(asObject(choice['delta'] ?? choice['message']) ?? {}, blocks);
  }
}

function noteDelta(delta: JsonObject, blocks: Blocks): void {
  for (const name in delta) {
    const block = TEXTS.get(name);
    const said = delta[name];
    if (block !== undefined && hasContent({ said })) blocks.turnsTo('text', saysThought(said) ? 'thought' : block);
  }
  if (hasContent({ said: delta['function_call'] })) blocks.turnsTo('call', 'function_call');
  for (const entry of asList(delta['tool_calls'])) noteCall(asObject(entry) ?? {}, blocks);
}

/** Some vendors leave out indexes, and some ids from the second piece on: such a piece begins no call. */
function noteCall(entry: JsonObject, blocks: Blocks): void {
  const key = asIndex(entry['index']) ?? asId(entry['id']);
  if (key !== undefined) blocks.turnsTo('call', key);
}

/** Mistral's thoughts are parts of the content. */
function saysThought(said: unknown): boolean {
  return asObject(asList(said)[0])?.['type'] === 'thinking';
}

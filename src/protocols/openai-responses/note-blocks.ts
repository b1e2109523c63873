import { asId, asIndex, asList, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import type { Blocks } from '../shared/stream/blocks.ts';

/** The calls that a client carries out. */
const CALLS: ReadonlySet<unknown> = new Set([
  'function_call',
  'custom_tool_call',
  'computer_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
]);

/** Items that begin empty. */
const EMPTY_AT_FIRST: ReadonlySet<unknown> = new Set(['message', 'reasoning']);

/** Notes what an event says of the stream's blocks, which are the items of its output. */
export function noteBlocks(event: unknown, name: string | undefined, blocks: Blocks): void {
  const fields = asObject(event) ?? {};
  const type = asWord(fields['type']) ?? name ?? '';
  const item = asObject(fields['item']);
  const key = asIndex(fields['output_index']) ?? asId(fields['item_id']) ?? asId(item?.['id']) ?? 0;
  if (item !== undefined) {
    if (!EMPTY_AT_FIRST.has(item['type']) || saysAnything(item)) blocks.says(kindOf(item['type']), key);
    if (type === 'response.output_item.done') blocks.ends(key);
  } else if (type.endsWith('.delta') ? isSaid(fields['delta']) : isSaid(fields['text'] ?? fields['arguments'])) {
    blocks.says(CALL_TEXTS.test(type) ? 'call' : 'text', key);
  }
}

/** The events of a client's calls; those of the provider's own have longer names. */
const CALL_TEXTS = /^response\.(function_call_arguments|custom_tool_call_input)\./;

function kindOf(type: unknown): 'call' | 'text' {
  return CALLS.has(type) ? 'call' : 'text';
}

/** A thought may be whole and hold nothing but its cipher. */
function saysAnything({ content, summary }: JsonObject): boolean {
  return asList(content).length > 0 || asList(summary).length > 0;
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

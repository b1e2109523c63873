import type { UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { UnknownMembers } from '../shared/request/unknown-members.ts';

/** The members of input items that have no neutral form: `function_call.caller`. */
export function unsupportedMembers(items: readonly unknown[]): UnsupportedFeature[] {
  const unknown = new UnknownMembers();
  for (const value of items) {
    const item = asObject(value) ?? {};
    const type = asString(item['type']) ?? 'message';
    const known = OF_ITEM.get(type);
    if (known === undefined) continue;
    unknown.check(item, type, known);
    const caller = asObject(item['caller'])?.['type'];
    if (caller !== undefined && caller !== 'direct') unknown.add(`${type}.caller`);
    checkParts(item['content'], unknown);
    checkParts(item['output'], unknown);
  }
  return unknown.unsupported;
}

function checkParts(parts: unknown, unknown: UnknownMembers): void {
  for (const value of asArray(parts)) {
    const part: JsonObject = asObject(value) ?? {};
    const type = asString(part['type']) ?? '';
    const known = OF_PART.get(type);
    if (known !== undefined) unknown.check(part, type, known);
  }
}

/**
 * The members of items that are read, and those without effect: ids, states, phases, and a result's name, which repeats
 * the name of its call. Items of other types are reported as a whole.
 */
const OF_ITEM: ReadonlyMap<string, ReadonlySet<string>> = setsOf({
  message: 'type id role content status phase',
  function_call: 'type id call_id name namespace arguments status caller',
  custom_tool_call: 'type id call_id name namespace input status caller',
  function_call_output: 'type id call_id name namespace output status caller',
  custom_tool_call_output: 'type id call_id name namespace output status caller',
});

const OF_PART: ReadonlyMap<string, ReadonlySet<string>> = setsOf({
  input_text: 'type text prompt_cache_breakpoint',
  output_text: 'type text annotations logprobs prompt_cache_breakpoint',
  input_image: 'type image_url file_id detail prompt_cache_breakpoint',
  input_file: 'type file_data file_id file_url filename detail prompt_cache_breakpoint',
  input_audio: 'type input_audio prompt_cache_breakpoint',
  input_video: 'type video_url prompt_cache_breakpoint',
});

function setsOf(members: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(Object.entries(members).map(([type, words]) => [type, new Set(words.split(' '))]));
}

import type { UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';
import { UnknownMembers } from '../shared/request/unknown-members.ts';

/** The members of messages that have no neutral form: `messages[].prefix`. */
export function unsupportedMembers(messages: unknown): UnsupportedFeature[] {
  const unknown = new UnknownMembers();
  for (const value of asArray(messages)) {
    const message = asObject(value);
    if (message !== undefined) checkMessage(message, unknown);
  }
  return unknown.unsupported;
}

function checkMessage(message: JsonObject, unknown: UnknownMembers): void {
  unknown.check(message, 'messages[]', OF_MESSAGE);
  // System messages become text blocks, which have no name.
  const isSystem = message['role'] === 'system' || message['role'] === 'developer';
  if (isSystem && asWord(message['name']) !== undefined) unknown.add('messages[].name');
  for (const part of asArray(message['content'])) checkPart(asObject(part) ?? {}, unknown);
  for (const value of asArray(message['tool_calls'])) {
    const call = asObject(value) ?? {};
    unknown.check(call, 'messages[].tool_calls[]', OF_CALL);
  }
}

function checkPart(part: JsonObject, unknown: UnknownMembers): void {
  const type = asString(part['type']) ?? '';
  const inner = OF_PART.get(type);
  if (inner === undefined) return;
  for (const member in part) {
    if (member !== type && !OF_ANY_PART.has(member)) unknown.check({ [member]: part[member] }, type, NONE);
  }
  const held = asObject(part[type]);
  if (held !== undefined) unknown.check(held, type, inner);
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Besides the members that are read: cache marks, and members that a client sends back from an answer (its number, its
 * sources). A result's name only repeats the name of its call.
 */
const OF_MESSAGE: ReadonlySet<string> = new Set(
  (
    'role content name tool_calls tool_call_id function_call refusal reasoning_content reasoning reasoning_details audio ' +
    'images cache_control id index status annotations provider_specific_fields'
  ).split(' '),
);

const OF_CALL: ReadonlySet<string> = new Set(
  'id type index function custom extra_content cache_control provider_specific_fields'.split(' '),
);

const OF_ANY_PART: ReadonlySet<string> = new Set(
  'type cache_control prompt_cache_breakpoint annotations document_name'.split(' '),
);

/** The members of each kind of part. */
const OF_PART: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['text', NONE],
  ['refusal', NONE],
  ['image_url', new Set(['url', 'detail'])],
  ['video_url', new Set(['url', 'detail'])],
  ['audio_url', new Set(['url', 'detail'])],
  ['document_url', new Set(['url', 'detail'])],
  ['input_audio', new Set(['data', 'format'])],
  ['file', new Set(['file_data', 'file_url', 'file_id', 'filename'])],
]);

import type { MediaPart, TextPart, ToolResultPart } from '../../core/part.ts';
import { asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';
import type { CallIds } from './call-ids.ts';
import { decodeMedia, encodeMedia } from './media.ts';
import { fieldsOf } from './camel-case.ts';
import { objectIn, repeated } from './repeated.ts';

/** Members of a `response` that hold all of it if they are the only one. */
const OUTPUTS = new Set(['output', 'result', 'error']);

/** Reads a `functionResponse` at `field`. */
export function decodeResult(value: unknown, calls: CallIds, field: string): ToolResultPart {
  const response = objectIn(value, field);
  const name = asWord(response['name']);
  const given = response['response'] ?? {};
  const fields = asObject(given) ?? { output: given };
  const output = outputOf(fields, name);
  const text = asString(output) ?? JSON.stringify(output);
  const media = repeated(response['parts']).flatMap((part) => decodeMedia(fieldsOf(part) ?? {}) ?? []);
  return {
    type: 'tool_result',
    callId: calls.ofResult(asWord(response['id']), name),
    content: [...(Object.keys(fields).length === 0 ? [] : [{ type: 'text' as const, text }]), ...media],
    name,
    isError: saysFailure(fields) ? true : undefined,
  };
}

/** Beside a result, an empty error means that there was none. */
function saysFailure(fields: JsonObject): boolean {
  const { error } = fields;
  if (error === undefined || error === null || error === false) return false;
  return Object.keys(fields).length === 1 || (error !== '' && error !== 0);
}

/** The function's own output: some clients repeat its name in the response. */
function outputOf(fields: JsonObject, name: string | undefined): unknown {
  const keys = Object.keys(fields);
  if (keys.length === 2 && name !== undefined && fields['name'] === name) {
    return fields['content'] ?? fields['error'] ?? fields;
  }
  const [only = ''] = keys;
  return keys.length === 1 && OUTPUTS.has(only) ? fields[only] : fields;
}

/** A result as the parts for a model: the function's response, and the media that do not fit into it. */
export interface WrittenResult {
  readonly part: JsonObject;
  readonly after: readonly JsonObject[];
}

/** `mayHoldMedia`: the model takes images and documents inside a function's response. */
export function encodeResult(
  { callId, content, isError }: ToolResultPart,
  name: string,
  mayHoldMedia: boolean,
): WrittenResult {
  const media = content.filter((part): part is MediaPart => part.type === 'media');
  const isInside = (part: MediaPart): boolean => mayHoldMedia && fitsInside(part);
  const inside = media.filter(isInside);
  const outside = media.filter((part) => !isInside(part));
  const texts = content.filter((part): part is TextPart => part.type === 'text').map(({ text }) => text);
  const notes = outside.map(({ kind }) => `[${kind}: in the user's words after this result]`);
  const output = [...texts, ...notes].join('\n');
  return {
    part: {
      functionResponse: {
        id: callId,
        name,
        response: isError === true ? { error: output } : { output },
        ...(inside.length === 0 ? {} : { parts: inside.map((part) => encodeMedia(part)) }),
      },
    },
    after: outside.map((part) => encodeMedia(part)),
  };
}

/** https://ai.google.dev/gemini-api/docs/function-calling#multimodal */
function fitsInside({ kind, source }: MediaPart): boolean {
  if (source.from === 'url') return false;
  return kind === 'image' || (kind === 'document' && (source.mediaType ?? '').startsWith('application/pdf'));
}

import type { MediaPart, MediaSource, Part, TextPart } from '../../core/part.ts';
import { asArray, asObject, asString, asWord, compact, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import { mediaSourceOf } from '../shared/media/source.ts';
import { decodeCitation } from './citations.ts';
import { NAME } from './name.ts';
import { audioTypeOf, documentTypeOf } from '../shared/media/types.ts';

/** The parts of a message's content: a text, or a list. */
export function decodeParts(content: unknown, field: string): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  if (content === undefined || content === null) return [];
  if (!Array.isArray(content)) refuseField(field, 'has to be a text or a list of parts');
  return (content as unknown[]).map((part, index) => {
    const fields = asObject(part) ?? refuseField(`${field}[${index}]`, 'has to be an object');
    return partFrom(fields);
  });
}

/** The output of a tool: a text, or a list of parts. Anything else becomes its JSON. */
export function decodeResultParts(output: unknown): (TextPart | MediaPart)[] {
  if (typeof output === 'string') return output === '' ? [] : [{ type: 'text', text: output }];
  if (output === undefined || output === null) return [];
  if (!Array.isArray(output)) return [{ type: 'text', text: JSON.stringify(output) }];
  return (output as unknown[]).map((item) => {
    const fields = asObject(item);
    const part = fields === undefined ? undefined : partFrom(fields);
    return part?.type === 'text' || part?.type === 'media' ? part : { type: 'text', text: JSON.stringify(item) };
  });
}

/** The text of a part, if it has one. */
export function textOf(part: unknown): string {
  return asString(asObject(part)?.['text']) ?? '';
}

function partFrom(part: JsonObject): Part {
  const type = asString(part['type']) ?? '';
  switch (type) {
    case 'input_text':
    case 'text':
    case 'output_text':
      return textFrom(part);
    case 'refusal':
      return { type: 'refusal', text: asString(part['refusal']) ?? '' };
    case 'input_image':
      return imageFrom(part) ?? native(type, part);
    case 'input_file':
      return fileFrom(part) ?? native(type, part);
    case 'input_audio':
      return audioFrom(part) ?? native(type, part);
    case 'input_video':
      return videoFrom(part) ?? native(type, part);
    default:
      return native(type, part);
  }
}

function native(kind: string, value: JsonObject): Part {
  return { type: 'native', protocol: NAME, kind, value };
}

function textFrom(part: JsonObject): TextPart {
  const citations = asArray(part['annotations']).flatMap((annotation) => decodeCitation(annotation) ?? []);
  return { type: 'text', text: textOf(part), ...(citations.length === 0 ? {} : { citations }) };
}

function imageFrom(part: JsonObject): MediaPart | undefined {
  // Some clients write it as in chat.
  const url = asWord(part['image_url']) ?? asWord(asObject(part['image_url'])?.['url']);
  const source = url === undefined ? keptFile(part) : sourceOf(url, 'image_url');
  const detail = asWord(part['detail']);
  return source && { type: 'media', kind: 'image', source, ...(detail === undefined ? {} : { detail }) };
}

/** Not OpenAI's: backends that accept video take its URL. */
function videoFrom(part: JsonObject): MediaPart | undefined {
  const url = asWord(part['video_url']) ?? asWord(asObject(part['video_url'])?.['url']);
  return url === undefined ? undefined : { type: 'media', kind: 'video', source: sourceOf(url, 'video_url') };
}

function fileFrom(part: JsonObject): MediaPart | undefined {
  const name = asWord(part['filename']);
  const source = fileSource(part, name);
  return source && { type: 'media', kind: 'document', source, ...compact({ name, detail: asWord(part['detail']) }) };
}

/** Bytes without a name are a PDF. */
function fileSource(part: JsonObject, name: string | undefined): MediaSource | undefined {
  const data = asWord(part['file_data']);
  if (data?.startsWith('data:') === true) return sourceOf(data, 'file_data');
  if (data !== undefined) return { from: 'base64', mediaType: documentTypeOf(name) ?? 'application/pdf', data };
  const url = asWord(part['file_url']);
  return url === undefined ? keptFile(part) : sourceOf(url, 'file_url');
}

/** A `data:` URL with broken escapes has no bytes. */
function sourceOf(url: string, field: string): MediaSource {
  return mediaSourceOf(url) ?? refuseField(field, 'has to be a URL');
}

function keptFile(part: JsonObject): MediaSource | undefined {
  const id = asWord(part['file_id']);
  return id === undefined ? undefined : { from: 'file', id, protocol: NAME };
}

function audioFrom(part: JsonObject): MediaPart | undefined {
  const audio = asObject(part['input_audio']);
  const data = asWord(audio?.['data']);
  if (data === undefined) return undefined;
  const mediaType = audioTypeOf(asWord(audio?.['format']) ?? 'wav');
  return { type: 'media', kind: 'audio', source: { from: 'base64', mediaType, data } };
}

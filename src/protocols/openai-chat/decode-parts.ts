import type { CacheControl, MediaPart, MediaSource, ReasoningPart, RefusalPart, TextPart } from '../../core/part.ts';
import { asArray, asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import { mediaSourceOf } from '../shared/media/source.ts';
import { NAME } from './name.ts';
import { audioTypeOf, documentTypeOf, kindOf } from '../shared/media/types.ts';

/** The parts that the content of a message may hold. */
export type ContentPart = TextPart | MediaPart | RefusalPart | ReasoningPart;

/** Reads `content`: a string, a list of parts, or nothing. `where` is its path in the request. */
export function decodeParts(value: unknown, where: string): ContentPart[] {
  if (value === null || value === undefined || value === '') return [];
  if (typeof value === 'string') return [{ type: 'text', text: value }];
  if (!Array.isArray(value)) return refuseField(where, 'has to be a string or a list of parts');
  return value.flatMap((part: unknown, index) => decodePart(asObject(part), `${where}[${index}]`) ?? []);
}

/** The texts of a content that may hold nothing else. */
export function decodeTexts(value: unknown, where: string): TextPart[] {
  return decodeParts(value, where).map((part) =>
    part.type === 'text' ? part : refuseField(where, 'has to be text in a message of this role'),
  );
}

/** The text of Mistral's `{type: "thinking", thinking: [{type: "text", text}]}`. */
export function thinkingText(part: JsonObject): string {
  const { thinking } = part;
  if (typeof thinking === 'string') return thinking;
  return asArray(thinking)
    .map((each) => asString(asObject(each)?.['text']) ?? '')
    .join('');
}

/** An image that a model made, as in OpenRouter's `images`: `{type: "image_url", image_url: {url}}`. */
export function decodeImage(part: JsonObject | undefined): MediaPart | undefined {
  const url = urlOf(part?.['image_url']);
  const source = url === undefined ? undefined : mediaSourceOf(url);
  return source && { type: 'media', kind: 'image', source };
}

function decodePart(part: JsonObject | undefined, where: string): ContentPart | undefined {
  if (part === undefined) return refuseField(where, 'has to be an object');
  const type = asString(part['type']);
  switch (type) {
    case 'text': {
      const text = asString(part['text']) ?? refuseField(`${where}.text`, 'has to be a string');
      return text === '' ? undefined : { type: 'text', text, ...cacheControl(part) };
    }
    case 'refusal':
      return {
        type: 'refusal',
        text: asString(part['refusal']) ?? refuseField(`${where}.refusal`, 'has to be a string'),
      };
    case 'thinking':
      return { type: 'reasoning', text: thinkingText(part) };
    case 'file':
      return { ...decodeFile(asObject(part['file']) ?? {}, `${where}.file`), ...cacheControl(part) };
    case 'input_audio':
      return { ...decodeAudio(asObject(part['input_audio']) ?? {}, `${where}.input_audio`), ...cacheControl(part) };
    case 'image_url':
    case 'video_url':
    case 'audio_url':
    case 'document_url':
      return { ...decodeByUrl(part, type, where), ...cacheControl(part) };
    default:
      return refuseField(`${where}.type`, 'is of a kind that chat completions do not have');
  }
}

/** `{type: "image_url", image_url: {url, detail}}`. Mistral and others write the URL alone. */
function decodeByUrl(part: JsonObject, type: `${MediaPart['kind']}_url`, where: string): MediaPart {
  const url = urlOf(part[type]) ?? refuseField(`${where}.${type}`, 'has to be a URL');
  const detail = asWord(asObject(part[type])?.['detail']);
  const name = asWord(part['document_name']);
  return {
    type: 'media',
    kind: type.slice(0, -'_url'.length) as MediaPart['kind'],
    source: sourceOf(url, `${where}.${type}`),
    ...(detail === undefined ? {} : { detail }),
    ...(name === undefined ? {} : { name }),
  };
}

function decodeFile(file: JsonObject, where: string): MediaPart {
  const name = asWord(file['filename']);
  const named = name === undefined ? {} : { name };
  const data = asWord(file['file_data']) ?? asWord(file['file_url']);
  if (data !== undefined) {
    const source = sourceOfFile(data, name, where);
    const kind = source.from === 'base64' ? kindOf(source.mediaType) : 'document';
    return { type: 'media', kind, source, ...named };
  }
  const id = asWord(file['file_id']) ?? refuseField(where, 'needs `file_data` or `file_id`');
  return { type: 'media', kind: 'document', source: { from: 'file', id, protocol: NAME }, ...named };
}

/** A data URL, as OpenAI documents it; a URL, as OpenRouter accepts it; or bare base64. */
function sourceOfFile(data: string, name: string | undefined, where: string): MediaSource {
  if (/^(?:https?|data|gs):/i.test(data)) return sourceOf(data, where);
  return { from: 'base64', mediaType: documentTypeOf(name) ?? 'application/pdf', data };
}

function decodeAudio(audio: JsonObject, where: string): MediaPart {
  const data = asWord(audio['data']) ?? refuseField(`${where}.data`, 'has to be base64');
  const source = /^(?:https?|data):/i.test(data)
    ? sourceOf(data, `${where}.data`)
    : ({ from: 'base64', mediaType: audioTypeOf(asWord(audio['format']) ?? 'wav'), data } as const);
  return { type: 'media', kind: 'audio', source };
}

/** A `data:` URL with broken escapes has no bytes. */
function sourceOf(url: string, where: string): MediaSource {
  return mediaSourceOf(url) ?? refuseField(where, 'has to be a URL');
}

function urlOf(value: unknown): string | undefined {
  return asWord(value) ?? asWord(asObject(value)?.['url']);
}

function cacheControl(part: JsonObject): { cacheControl: CacheControl } | undefined {
  const control = asObject(part['cache_control']);
  return control === undefined ? undefined : { cacheControl: control };
}

import type { MediaPart, MediaSource } from '../../core/part.ts';
import { required } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import { asString, asWord, compact, type JsonObject } from '../../lib/json.ts';
import { fieldsOf } from './camel-case.ts';
import { NAME } from './name.ts';
import { kindOf, mediaTypeOf } from '../shared/media/types.ts';
import { detailOf } from './media-resolution.ts';

/** Files at Google: uploaded ones, by name or URL, and those in its storage. */
const OWN_FILE = /^(?:gs:\/\/|files\/|https:\/\/generativelanguage\.googleapis\.com\/.*\/files\/)/;
const YOUTUBE = /^https?:\/\/(?:www\.|m\.)?(?:youtube\.com|youtu\.be)\//;

/** Reads `inlineData` or `fileData` of a part; undefined if it has neither. */
export function decodeMedia(part: JsonObject): MediaPart | undefined {
  const inline = fieldsOf(part['inlineData']);
  const detail = compact({ detail: detailOf(fieldsOf(part['mediaResolution'])) });
  if (inline !== undefined) {
    const mediaType = asWord(inline['mimeType']) ?? 'application/octet-stream';
    const source = inlineSource(mediaType, standard(asString(inline['data']) ?? ''));
    return { ...media(source, mediaType, inline['displayName']), ...detail };
  }
  const file = fieldsOf(part['fileData']);
  const uri = asWord(file?.['fileUri']);
  if (file === undefined || uri === undefined) return undefined;
  const mediaType = asWord(file['mimeType']);
  const source: MediaSource = OWN_FILE.test(uri)
    ? { from: 'file', id: uri, protocol: NAME, mediaType }
    : { from: 'url', url: uri, mediaType };
  const type = mediaType ?? (YOUTUBE.test(uri) ? 'video/mp4' : guessedType(uri));
  return { ...media(source, type, file['displayName']), ...detail };
}

/** Writes a medium. Throws UnsupportedFeatureError for a file that another provider keeps. */
export function encodeMedia({ kind, source, name }: MediaPart): JsonObject {
  switch (source.from) {
    case 'base64':
      return { inlineData: { mimeType: source.mediaType, data: source.data } };
    case 'text':
      return { inlineData: { mimeType: source.mediaType, data: Buffer.from(source.text).toString('base64') } };
    case 'url':
      return {
        fileData: { fileUri: source.url, mimeType: source.mediaType ?? typeOf(source.url, kind) },
      };
    case 'file':
      if (source.protocol !== NAME)
        throw new UnsupportedFeatureError(required('file', `is kept at another provider${named(name)}`));
      return { fileData: compact({ fileUri: source.id, mimeType: source.mediaType }) };
  }
}

function named(name: string | undefined): string {
  return name === undefined ? '' : ` (${name})`;
}

function media(source: MediaSource, mediaType: string | undefined, name: unknown): MediaPart {
  return { type: 'media', kind: kindOf(mediaType), source, name: asWord(name) };
}

/** SDKs use either alphabet of base64. */
function standard(data: string): string {
  if (!data.includes('-') && !data.includes('_')) return data;
  return data.replaceAll('-', '+').replaceAll('_', '/');
}

/** Every dialect has a place for documents that are text. */
function inlineSource(mediaType: string, data: string): MediaSource {
  if (!mediaType.startsWith('text/')) return { from: 'base64', mediaType, data };
  try {
    return { from: 'text', mediaType, text: utf8.decode(Buffer.from(data, 'base64')) };
  } catch {
    return { from: 'base64', mediaType, data };
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The API wants a MIME type for every file. If a URL does not show one, this is the most common type of its kind. */
function typeOf(url: string, kind: MediaPart['kind']): string {
  return (YOUTUBE.test(url) ? 'video/mp4' : guessedType(url)) ?? COMMONEST[kind];
}

function guessedType(url: string): string | undefined {
  return mediaTypeOf(url.split(/[?#]/, 1)[0] ?? '');
}

const COMMONEST: Readonly<Record<MediaPart['kind'], string>> = {
  image: 'image/jpeg',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  document: 'application/pdf',
};

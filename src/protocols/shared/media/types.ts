import type { MediaPart } from '../../../core/part.ts';

/** The kind of medium that a MIME type belongs to. */
export function kindOf(mediaType: string | undefined): MediaPart['kind'] {
  const family = mediaType?.slice(0, mediaType.indexOf('/'));
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document';
}

/** The MIME type without its parameters (`; charset=utf-8`), in lower case. */
export function mimeEssence(mediaType: string): string {
  const end = mediaType.indexOf(';');
  return (end === -1 ? mediaType : mediaType.slice(0, end)).trim().toLowerCase();
}

/** The MIME type for a document's file name; undefined if its extension is unusual. */
export function documentTypeOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : DOCUMENTS.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}

/** The file extension for a document's MIME type; undefined if it is unusual. */
export function extensionOf(mediaType: string): string | undefined {
  const bare = mimeEssence(mediaType);
  for (const [extension, type] of DOCUMENTS) if (type === bare) return extension;
  return undefined;
}

/** The MIME type for any file name; undefined if its extension is unusual. */
export function mediaTypeOf(name: string): string | undefined {
  return MEDIA.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase()) ?? documentTypeOf(name);
}

/** The MIME type of an audio `format`, as OpenAI's dialects call it: `wav`, `mp3`, `flac`. */
export function audioTypeOf(format: string): string {
  return format === 'mp3' ? 'audio/mpeg' : `audio/${format}`;
}

/** The `format` of an audio MIME type, as OpenAI's dialects call it. */
export function audioFormatOf(mediaType: string): string {
  const essence = mimeEssence(mediaType);
  const subtype = essence.slice(essence.indexOf('/') + 1);
  return AUDIO_FORMATS.get(subtype) ?? subtype.replace(/^x-/, '');
}

const AUDIO_FORMATS: ReadonlyMap<string, string> = new Map([
  ['mpeg', 'mp3'],
  ['mpga', 'mp3'],
  ['wave', 'wav'],
  ['x-wav', 'wav'],
  ['vnd.wave', 'wav'],
  ['x-m4a', 'm4a'],
  ['mp4', 'm4a'],
]);

const MEDIA: ReadonlyMap<string, string> = new Map<string, string>(
  Object.entries({
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    gif: 'image/gif',
    webp: 'image/webp',
    heic: 'image/heic',
    mp3: 'audio/mpeg',
    wav: 'audio/wav',
    ogg: 'audio/ogg',
    flac: 'audio/flac',
    m4a: 'audio/mp4',
    mp4: 'video/mp4',
    mov: 'video/quicktime',
    webm: 'video/webm',
  }),
);

const DOCUMENTS: ReadonlyMap<string, string> = new Map<string, string>(
  Object.entries({
    pdf: 'application/pdf',
    txt: 'text/plain',
    md: 'text/markdown',
    html: 'text/html',
    csv: 'text/csv',
    xml: 'text/xml',
    json: 'application/json',
    yaml: 'application/yaml',
    rtf: 'application/rtf',
    docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  }),
);

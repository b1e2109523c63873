import type { MediaPart } from '../../core/part.ts';

/** What a file of this MIME type is. */
export function kindOf(mediaType: string): MediaPart['kind'] {
  const family = mediaType.slice(0, mediaType.indexOf('/'));
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document';
}

/** The MIME type of a sound's `format`: `wav`, `mp3`, `flac`. */
export function mediaTypeOfFormat(format: string): string {
  return format === 'mp3' ? 'audio/mpeg' : `audio/${format}`;
}

/** The `format` for a sound's MIME type. */
export function formatOfMediaType(mediaType: string): string {
  const bare = bareType(mediaType);
  const subtype = bare.slice(bare.indexOf('/') + 1);
  return FORMATS[subtype] ?? subtype.replace(/^x-/, '');
}

/** The MIME type that a file's name tells; undefined if it is not of the usual ones. */
export function mediaTypeOfName(name: string | undefined): string | undefined {
  return name === undefined ? undefined : TYPES[name.slice(name.lastIndexOf('.') + 1).toLowerCase()];
}

/** A name for a document that has none: a `file` needs one. */
export function nameFor(mediaType: string): string {
  const bare = bareType(mediaType);
  const extension = Object.keys(TYPES).find((key) => TYPES[key] === bare);
  return extension === undefined ? 'document' : `document.${extension}`;
}

/** Whether its bytes are text that a model can read as it stands. */
export function isText(mediaType: string): boolean {
  const bare = bareType(mediaType);
  return bare.startsWith('text/') || bare === 'application/json';
}

function bareType(mediaType: string): string {
  const end = mediaType.indexOf(';');
  return (end === -1 ? mediaType : mediaType.slice(0, end)).trim().toLowerCase();
}

const FORMATS: Readonly<Record<string, string>> = {
  mpeg: 'mp3',
  mpga: 'mp3',
  wave: 'wav',
  'x-wav': 'wav',
  'vnd.wave': 'wav',
  'x-m4a': 'm4a',
  mp4: 'm4a',
};

const TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

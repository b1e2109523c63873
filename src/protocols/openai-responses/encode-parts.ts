import { required } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import type { MediaPart, Part } from '../../core/part.ts';
import { compact } from '../../lib/json.ts';
import { mediaUrlOf } from '../shared/media/source.ts';
import { NAME } from './name.ts';
import { mimeEssence, extensionOf } from '../shared/media/types.ts';
import { asksForDetail, type UnsupportedMediaMember } from '../shared/request/turn-members.ts';

/** The content of a message or of a tool's output: a single text as a string, otherwise a list of parts. */
export function encodeParts(parts: readonly Part[]): unknown {
  const only = parts.length === 1 ? parts[0] : undefined;
  if (only?.type === 'text') return only.text;
  return parts.map((part) => {
    switch (part.type) {
      case 'text':
      case 'refusal':
        return { type: 'input_text', text: part.text };
      case 'media':
        return encodeMedia(part);
      default:
        throw new Error(`a ${part.type} is no content of a message`);
    }
  });
}

/** Writes an image or a document. Throws UnsupportedFeatureError for media that this API does not take. */
export function encodeMedia(part: MediaPart): unknown {
  switch (part.kind) {
    case 'image':
      return imageOf(part);
    case 'document':
      return fileOf(part);
    case 'audio':
      throw new UnsupportedFeatureError(
        required('input_audio', "is audio, which OpenAI's responses API does not take"),
      );
    case 'video':
      throw new UnsupportedFeatureError(required('video', "is a video, which OpenAI's responses API does not take"));
  }
}

/** The member of a medium that this API has no place for. */
export const unsupportedMediaMember: UnsupportedMediaMember = (media) => {
  const { kind, source, name } = media;
  if (asksForDetail(media) && !DETAILS[kind].has(media.detail ?? '')) return 'mediaDetail';
  return kind === 'document' && name !== undefined && (source.from === 'url' || source.from === 'file')
    ? 'mediaName'
    : undefined;
};

const NONE: ReadonlySet<string> = new Set();
/** The levels of detail of this API. */
const DETAILS: Readonly<Record<MediaPart['kind'], ReadonlySet<string>>> = {
  image: new Set(['low', 'high', 'original']),
  document: new Set(['low', 'high']),
  audio: NONE,
  video: NONE,
};

function detailOf({ kind, detail = '' }: MediaPart): string | undefined {
  return DETAILS[kind].has(detail) ? detail : undefined;
}

function imageOf(part: MediaPart): unknown {
  const { source } = part;
  const detail = detailOf(part) ?? 'auto';
  const fileId = fileIdOf(source);
  return compact({ type: 'input_image', detail, file_id: fileId, image_url: mediaUrlOf(source) });
}

function fileOf(part: MediaPart): unknown {
  const { source, name } = part;
  const detail = detailOf(part);
  if (source.from === 'url') return compact({ type: 'input_file', file_url: source.url, detail });
  const fileId = fileIdOf(source);
  if (fileId !== undefined) return compact({ type: 'input_file', file_id: fileId, detail });
  const filename = name ?? fileNameFor(source.mediaType ?? 'application/pdf');
  return compact({ type: 'input_file', filename, file_data: mediaUrlOf(source), detail });
}

/**
 * The id of a file at this API's provider; undefined if the source is no file. Throws UnsupportedFeatureError for
 * another provider's file.
 */
function fileIdOf(source: MediaPart['source']): string | undefined {
  if (source.from !== 'file') return undefined;
  if (source.protocol !== NAME) throw new UnsupportedFeatureError(required('file', 'is kept at another provider'));
  return source.id;
}

/** A name for a file without one, because the API goes by its extension. */
function fileNameFor(mediaType: string): string {
  return `document.${extensionOf(mediaType) ?? (mimeEssence(mediaType).startsWith('text/') ? 'txt' : 'pdf')}`;
}

import { required } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import type { MediaPart, TextPart } from '../../core/part.ts';
import type { Quirks } from '../../core/route.ts';
import type { JsonObject } from '../../lib/json.ts';
import { mediaUrlOf } from '../shared/media/source.ts';
import { NAME } from './name.ts';
import { audioFormatOf, extensionOf, mimeEssence } from '../shared/media/types.ts';
import { asksForDetail, type UnsupportedMediaMember } from '../shared/request/turn-members.ts';

/** Writes the texts and media of a user turn as `content`. A single text is a string, which every backend accepts. */
export function encodeParts(parts: readonly (TextPart | MediaPart)[], quirks: Quirks): string | JsonObject[] {
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text') return first.text;
  return parts.map((part) => (part.type === 'text' ? textPart(part.text) : encodeMedia(part, quirks)));
}

/** Writes an image, audio or a document. Throws UnsupportedFeatureError for media that chat completions do not take. */
function encodeMedia(part: MediaPart, quirks: Quirks): JsonObject {
  const { kind, source } = part;
  if (source.from === 'file' && source.protocol !== NAME)
    throw new UnsupportedFeatureError(
      required(FIELDS[kind], 'is kept at another provider, where this backend cannot read it'),
    );
  switch (kind) {
    case 'image':
      return encodeImage(part, quirks);
    case 'audio':
      return encodeAudio(part);
    case 'document':
      return encodeDocument(part, quirks);
    case 'video':
      throw new UnsupportedFeatureError(required('video', 'is a video, which chat completions do not take'));
  }
}

const FIELDS = { image: 'image', audio: 'input_audio', document: 'file', video: 'video' } as const;

/** The member of a medium that chat completions have no place for. */
export const unsupportedMediaMember: UnsupportedMediaMember = (media) => {
  const { kind, source, name, detail = '' } = media;
  if (asksForDetail(media) && (kind !== 'image' || !DETAILS.has(detail))) return 'mediaDetail';
  return kind === 'document' && source.from === 'file' && name !== undefined ? 'mediaName' : undefined;
};

const DETAILS: ReadonlySet<string> = new Set(['auto', 'low', 'high', 'original']);

function encodeImage({ source, detail }: MediaPart, { images }: Quirks): JsonObject {
  if (source.from === 'url' && images === 'data')
    throw new UnsupportedFeatureError(required('image', 'is a URL, and this backend takes the bytes of an image only'));
  const url = mediaUrlOf(source);
  if (url === undefined)
    throw new UnsupportedFeatureError(required('image', 'is a file, which chat completions do not take for an image'));
  return { type: 'image_url', image_url: detail === undefined || !DETAILS.has(detail) ? { url } : { url, detail } };
}

function encodeAudio({ source }: MediaPart): JsonObject {
  if (source.from !== 'base64')
    throw new UnsupportedFeatureError(
      required('input_audio', 'does not hold the bytes, and chat completions take audio as bytes only'),
    );
  return { type: 'input_audio', input_audio: { data: source.data, format: audioFormatOf(source.mediaType) } };
}

function encodeDocument({ source, name }: MediaPart, { documents }: Quirks): JsonObject {
  if (source.from === 'file' && documents !== 'none') return { type: 'file', file: { file_id: source.id } };
  if (source.from === 'text') return textPart(titled(source.text, name));
  if (source.from === 'base64' && isText(source.mediaType))
    return textPart(titled(Buffer.from(source.data, 'base64').toString(), name));
  if (documents === 'none')
    throw new UnsupportedFeatureError(required('file', 'is a document, which this backend does not take'));
  const url = mediaUrlOf(source) ?? '';
  if (documents === 'document_url') {
    return { type: 'document_url', document_url: url, ...(name === undefined ? {} : { document_name: name }) };
  }
  if (source.from === 'url' && documents !== 'url')
    throw new UnsupportedFeatureError(
      required('file', 'is a URL, and this backend takes the bytes of a document only'),
    );
  const filename = name ?? nameFor(source.mediaType ?? 'application/pdf');
  return { type: 'file', file: { filename, file_data: url } };
}

function titled(text: string, title: string | undefined): string {
  return title === undefined ? text : `${title}\n\n${text}`;
}

function textPart(text: string): JsonObject {
  return { type: 'text', text };
}

/** A name for a document without one, because `file` needs a name. */
function nameFor(mediaType: string): string {
  const extension = extensionOf(mediaType);
  return extension === undefined ? 'document' : `document.${extension}`;
}

/** Whether a document's bytes are text that a model can read. */
function isText(mediaType: string): boolean {
  const bare = mimeEssence(mediaType);
  return bare.startsWith('text/') || bare === 'application/json';
}

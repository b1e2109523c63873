import { unsupportedNativePart } from '../shared/request/native-parts.ts';
import { required, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import type { MediaPart, NativePart, Part, ReasoningPart, TextPart, ToolResultPart } from '../../core/part.ts';
import type { Quirks } from '../../core/route.ts';
import { isReadableBy } from '../../core/signature.ts';
import type { Work } from '../../core/work.ts';
import { compact, type JsonObject } from '../../lib/json.ts';
import { failedContent } from '../shared/tools/failed-result.ts';
import type { CallIds } from './call-ids.ts';
import { inputOf } from './call-input.ts';
import { NAME } from './name.ts';

/** The image types that Anthropic accepts. */
const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);
const PDF = 'application/pdf';
/** Documents of these types are sent as text. */
const TEXT_TYPES = /^(?:text\/.+|application\/(?:json|xml|yaml|x-yaml|javascript|csv|.+\+json|.+\+xml))$/;

/** What the blocks of a request are written with. */
export interface BlockContext {
  readonly model: string;
  /** Thoughts go back to the model whether or not it signed them. */
  readonly takesUnsigned: boolean;
  readonly ids: CallIds;
  /** Collects the parts that the API does not know. */
  readonly unsupported: UnsupportedFeature[];
  readonly work: Work;
  readonly quirks: Quirks;
}

/** Writes a part as a block; undefined for a part that Anthropic would ignore or refuse. */
export function encodePart(part: Part, context: BlockContext): JsonObject | undefined {
  switch (part.type) {
    case 'text':
      return textOf(part);
    case 'refusal':
      return textOf({ type: 'text', text: part.text });
    case 'reasoning':
      return thoughtOf(part, context);
    case 'media':
      return mediaOf(part, context.quirks);
    case 'tool_call':
      if (part.freeform !== true) context.work.takeJson(part.arguments, `the arguments of ${part.name}`);
      return compact({
        type: 'tool_use',
        id: context.ids.ofCall(part.id),
        name: part.name,
        input: inputOf(part.arguments, part.freeform),
        cache_control: part.cacheControl,
      });
    case 'tool_result':
      return resultOf(part, context);
    case 'native':
      return nativeOf(part, context.unsupported);
  }
}

/** Anthropic refuses texts that are blank. */
export function textOf({ text, cacheControl }: TextPart): JsonObject | undefined {
  return text.trim() === '' ? undefined : compact({ type: 'text', text, cache_control: cacheControl });
}

function thoughtOf(
  { text, signature, redacted }: ReasoningPart,
  { model, takesUnsigned }: BlockContext,
): JsonObject | undefined {
  if (signature === undefined || !isReadableBy(signature, NAME, model))
    return takesUnsigned && text !== '' ? unsignedThought(text) : undefined;
  return redacted === true
    ? { type: 'redacted_thinking', data: signature.value }
    : { type: 'thinking', thinking: text, signature: signature.value };
}

/** A thought for a model that does not check signatures. */
export function unsignedThought(thinking: string): JsonObject {
  return { type: 'thinking', thinking, signature: '' };
}

function resultOf(part: ToolResultPart, { ids, quirks }: BlockContext): JsonObject {
  // A failed result holds text only ("all content must be type 'text' if 'is_error' is true", read in November 2026 in
  // https://github.com/vellum-ai/vellum-assistant/pull/18387). So a failed result with an image says in its text that
  // it is an error.
  const isMixed = part.isError === true && part.content.some(({ type }) => type !== 'text');
  const isMute = part.isError === true && part.content.every((inner) => inner.type === 'text' && !inner.text.trim());
  const given = isMixed || isMute ? failedContent(part.content) : part.content;
  const blocks = given
    .map((inner) => (inner.type === 'text' ? textOf(inner) : mediaOf(inner, quirks)))
    .filter((block) => block !== undefined);
  const [first] = given;
  const plain = blocks.length === 1 && given.length === 1 && first?.type === 'text';
  const content = plain && first.cacheControl === undefined ? first.text : blocks;
  return compact({
    type: 'tool_result',
    tool_use_id: ids.ofResult(part.callId),
    content: content.length === 0 ? undefined : content,
    is_error: isMixed ? undefined : part.isError,
    cache_control: part.cacheControl,
  });
}

function nativeOf(part: NativePart, unsupported: UnsupportedFeature[]): JsonObject | undefined {
  if (part.protocol === NAME) return part.value as JsonObject;
  unsupported.push(unsupportedNativePart(part));
  return undefined;
}

function mediaOf(part: MediaPart, { mediaUrls }: Quirks): JsonObject {
  const { kind, source, name, cacheControl } = part;
  if (kind === 'audio')
    throw new UnsupportedFeatureError(required('input_audio', "is audio, which Anthropic's API does not take"));
  if (kind === 'video')
    throw new UnsupportedFeatureError(required('video', "is a video, which Anthropic's API does not take"));
  const common = compact({ title: kind === 'document' ? name : undefined, cache_control: cacheControl });
  if (source.from === 'file' && source.protocol !== NAME)
    throw new UnsupportedFeatureError(required('file', 'is kept at another provider'));
  if (source.from === 'file') return { type: kind, source: { type: 'file', file_id: source.id }, ...common };
  if (source.from === 'url' && mediaUrls === false)
    throw new UnsupportedFeatureError(
      required(kind === 'image' ? 'image_url' : 'file', 'is a URL, and this backend takes the bytes alone'),
    );
  if (source.from === 'url') return { type: kind, source: { type: 'url', url: source.url }, ...common };
  return { type: kind, source: kind === 'image' ? imageOf(source) : documentOf(source), ...common };
}

type Bytes = Extract<MediaPart['source'], { from: 'base64' | 'text' }>;

function imageOf(source: Bytes): JsonObject {
  const type = source.mediaType.toLowerCase() === 'image/jpg' ? 'image/jpeg' : source.mediaType.toLowerCase();
  if (source.from === 'text' || !IMAGE_TYPES.has(type)) {
    throw new UnsupportedFeatureError(
      required('image', `is of a type that Anthropic's API does not take: ${source.mediaType}`),
    );
  }
  return { type: 'base64', media_type: type, data: source.data };
}

function documentOf(source: Bytes): JsonObject {
  if (source.from === 'text') return { type: 'text', media_type: 'text/plain', data: source.text };
  // Removes parameters such as `; charset=utf-8`.
  const type = source.mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === PDF) return { type: 'base64', media_type: PDF, data: source.data };
  if (TEXT_TYPES.test(type)) {
    return { type: 'text', media_type: 'text/plain', data: Buffer.from(source.data, 'base64').toString() };
  }
  throw new UnsupportedFeatureError(
    required('file', `is a document of a type that Anthropic's API does not take: ${source.mediaType}`),
  );
}

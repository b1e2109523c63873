import type { MediaPart } from '../../core/part.ts';
import { asString, type JsonObject } from '../../lib/json.ts';
import { geminiTraits } from '../../vendors/models/gemini.ts';
import { asksForDetail, type UnsupportedMediaMember } from '../shared/request/turn-members.ts';

/**
 * How closely a medium is to be looked at: Google's words by those of the neutral form. A part says so from the third
 * generation on. https://ai.google.dev/gemini-api/docs/generate-content/media-resolution, read in November 2026.
 */
const LEVELS: ReadonlyMap<string, string> = new Map([
  ['low', 'MEDIA_RESOLUTION_LOW'],
  ['medium', 'MEDIA_RESOLUTION_MEDIUM'],
  ['high', 'MEDIA_RESOLUTION_HIGH'],
  ['original', 'MEDIA_RESOLUTION_ULTRA_HIGH'],
]);
const DETAILS: ReadonlyMap<string, string> = new Map([...LEVELS].map(([detail, level]) => [level, detail]));

/** Reads a part's `mediaResolution`. */
export function detailOf(resolution: JsonObject | undefined): string | undefined {
  return DETAILS.get(asString(resolution?.['level']) ?? '');
}

/** Writes it for a model; nothing for what it has no word for. */
export function resolutionFor({ detail = '', kind }: MediaPart, model: string): JsonObject {
  const level = kind === 'audio' || !geminiTraits(model).isThirdOrLater ? undefined : LEVELS.get(detail);
  return level === undefined ? {} : { mediaResolution: { level } };
}

/**
 * What a model has no place for; a function's response has none for any. What a picture is called is a label, and so is
 * a file's name (`a.pdf`), but a document's title is for the model to read.
 */
export function unsupportedMediaMemberFor(model: string): UnsupportedMediaMember {
  return (media, isResult) => {
    const isCloser = asksForDetail(media);
    if (isCloser && (isResult || resolutionFor(media, model)['mediaResolution'] === undefined)) return 'mediaDetail';
    return media.kind === 'document' && isTitle(media.name) ? 'mediaName' : undefined;
  };
}

function isTitle(name: string | undefined): boolean {
  return name !== undefined && !/\.\w{1,5}$/.test(name);
}

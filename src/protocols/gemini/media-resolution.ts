import type { MediaPart } from '../../core/part.ts';
import { asString, type JsonObject } from '../../lib/json.ts';
import { geminiTraits } from '../../vendors/models/gemini.ts';
import { asksForDetail, type UnsupportedMediaMember } from '../shared/request/turn-members.ts';

/**
 * The level of detail for a medium: Google's values by the neutral ones. A part can have one from the third generation
 * on. https://ai.google.dev/gemini-api/docs/generate-content/media-resolution, read in November 2026.
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

/** Writes the level of detail for a model; nothing if the model has no such level. */
export function resolutionFor({ detail = '', kind }: MediaPart, model: string): JsonObject {
  const level = kind === 'audio' || !geminiTraits(model).isThirdOrLater ? undefined : LEVELS.get(detail);
  return level === undefined ? {} : { mediaResolution: { level } };
}

/**
 * The member of a medium that a model has no place for. Media in a function's response have no place for any detail. An
 * image's name and a file name (`a.pdf`) are only labels, but a document's title is for the model to read.
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

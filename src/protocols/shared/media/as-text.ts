import type { MediaPart } from '../../../core/part.ts';

/** What an answer says that has no place for a medium: that there was one, and where. */
export function mediaAsText({ kind, source }: MediaPart): string {
  if (source.from === 'text') return source.text;
  const where = source.from === 'url' ? source.url : source.mediaType;
  return `[${kind}${where === undefined ? '' : `: ${where}`}]`;
}

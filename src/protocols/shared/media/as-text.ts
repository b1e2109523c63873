import type { MediaPart } from '../../../core/part.ts';

/** Describes a medium as text, for answers that have no place for one: its kind, and where it is. */
export function mediaAsText({ kind, source }: MediaPart): string {
  if (source.from === 'text') return source.text;
  const where = source.from === 'url' ? source.url : source.mediaType;
  return `[${kind}${where === undefined ? '' : `: ${where}`}]`;
}

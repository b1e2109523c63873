import type { SettingName, Turn } from '../../../core/conversation.ts';
import type { MediaPart, Part } from '../../../core/part.ts';
import { leftOut, setting, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';

/** The member of a medium that a dialect has no place for. `isResult`: the medium stands in a tool result. */
export type UnsupportedMediaMember = (media: MediaPart, isResult: boolean) => 'mediaDetail' | 'mediaName' | undefined;

/**
 * The members of turns that a dialect has no place for. `lossOf` finds those of media. `hasSpeakers`: turns may name
 * who speaks.
 */
export function unsupportedTurnMembers(
  turns: readonly Turn[],
  lossOf: UnsupportedMediaMember,
  hasSpeakers = false,
): readonly UnsupportedFeature[] {
  const unsaid = new Set<SettingName>();
  const see = (part: Part, isResult: boolean): void => {
    const lost = part.type === 'media' ? lossOf(part, isResult) : undefined;
    if (lost !== undefined) unsaid.add(lost);
  };
  for (const { name, parts } of turns) {
    if (name !== undefined && !hasSpeakers) unsaid.add('speaker');
    for (const part of parts) {
      if (part.type !== 'tool_result') see(part, false);
      else for (const inner of part.content) see(inner, true);
    }
  }
  return [...unsaid].map((name) => leftOut(setting(name)));
}

/** Whether a medium asks for another level of detail than the default. */
export function asksForDetail({ detail = 'auto' }: MediaPart): boolean {
  return detail !== 'auto';
}

import type { SettingName, Turn } from '../../../core/conversation.ts';
import type { MediaPart, Part } from '../../../core/part.ts';
import { leftOut, setting, type UnsupportedFeature } from '../../../core/unsupported-feature.ts';

/** What of a medium a dialect has no place for; `isResult`: where a tool gave it back. */
export type UnsupportedMediaMember = (media: MediaPart, isResult: boolean) => 'mediaDetail' | 'mediaName' | undefined;

/** The members of turns that a dialect has no place for, `lossOf` those of media; `hasSpeakers`: turns tell who speaks. */
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

/** A medium is to be looked at in another way than it would be anyhow. */
export function asksForDetail({ detail = 'auto' }: MediaPart): boolean {
  return detail !== 'auto';
}

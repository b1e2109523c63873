import type { Turn } from '../../../core/conversation.ts';

/** Turns that become one message. */
export type TurnGroup = readonly [Turn, ...Turn[]];

/** Groups each turn with those right before it, as long as `goTogether` accepts it beside the group's first turn. */
export function groupTurns(
  turns: Iterable<Turn>,
  goTogether: (first: Turn, turn: Turn) => boolean,
): readonly TurnGroup[] {
  const groups: [Turn, ...Turn[]][] = [];
  for (const turn of turns) {
    const group = groups.at(-1);
    if (group !== undefined && goTogether(group[0], turn)) group.push(turn);
    else groups.push([turn]);
  }
  return groups;
}

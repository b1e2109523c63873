import type { AnswerEvent } from '../../src/core/event.ts';

/** What is wrong with the order of a stream's neutral events; empty if all is as `core/event.ts` says. */
export function orderProblems(events: readonly AnswerEvent[]): string[] {
  const problems: string[] = [];
  const open = new Map<number, string>();
  let begun = 0;
  let finished = false;
  for (const [at, event] of events.entries()) {
    const complain = (what: string): number => problems.push(`event ${at} (${event.type}): ${what}`);
    if ((event.type === 'start') !== (at === 0)) complain('start has to come first, once');
    if (finished && event.type !== 'usage') complain('after the finish');
    if (event.type === 'finish') finished = true;
    if (event.type === 'delta' && event.text === '') complain('empty');
    if (event.type === 'part_start' || event.type === 'whole') {
      if (event.index !== begun++) complain(`number ${event.index} out of turn`);
    } else if ('index' in event && !open.has(event.index)) complain(`part ${event.index} is not open`);
    if (event.type === 'part_start') {
      const others = [...open.values()].filter((kind) => kind !== 'tool_call' || event.part !== 'tool_call');
      if (others.length > 0) complain(`${event.part} begins while ${others.join()} is open`);
      open.set(event.index, event.part);
    }
    if (event.type === 'part_end') open.delete(event.index);
  }
  if (!finished) problems.push('no finish');
  if (open.size > 0) problems.push(`left open: ${[...open.keys()].join()}`);
  return problems;
}

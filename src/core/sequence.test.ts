import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { CompletionBuilder } from './completion.ts';
import type { AnswerEvent } from './event.ts';
import { AnswerWork } from './answer-work.ts';
import { Sequence } from './sequence.ts';

/** The events of `count` calls with `pieces` deltas each, in an order in which each call keeps its own. */
const interleaved = fc
  .record({
    pieces: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 5 }),
    picks: fc.array(fc.nat(), { maxLength: 60 }),
  })
  .map(({ pieces, picks }) => {
    const queues = pieces.map((count, index) => eventsOf(index, count));
    const out: AnswerEvent[] = [];
    const starts = queues.map((queue) => queue[0]);
    for (let at = 0; queues.some((queue) => queue.length > 0); at++) {
      // Parts start in their order.
      const open = queues.filter(
        (queue, index) =>
          queue.length > 0 &&
          (queue[0] !== starts[index] || starts.slice(0, index).every((start) => out.includes(start!))),
      );
      out.push(open[(picks[at] ?? 0) % open.length]!.shift()!);
    }
    return out;
  });

function eventsOf(index: number, count: number): AnswerEvent[] {
  return [
    { type: 'part_start', index, part: 'tool_call', id: `c${index}`, name: 'f' },
    ...Array.from({ length: count }, (_, n): AnswerEvent => ({ type: 'delta', index, text: `${index}.${n} ` })),
    { type: 'part_end', index },
  ];
}

function build(events: readonly AnswerEvent[]) {
  const builder = new CompletionBuilder();
  for (const event of events) builder.push(event);
  return builder.build();
}

describe('Sequence', () => {
  test('puts parts one after the other, and loses nothing', () => {
    fc.assert(
      fc.property(interleaved, (events) => {
        const sequence = new Sequence(new AnswerWork());
        const out = events.flatMap((event) => sequence.push(event));
        expect(build(out)).toEqual(build(events));
        let open: number | undefined;
        for (const event of out) {
          if (!('index' in event)) continue;
          if (event.type === 'part_start') expect(open).toBeUndefined();
          else expect(event.index).toBe(open!);
          open = event.type === 'part_end' ? undefined : event.index;
        }
      }),
    );
  });

  test('lets everything pass at once that does not overlap', () => {
    const sequence = new Sequence(new AnswerWork());
    for (const event of [...eventsOf(0, 2), ...eventsOf(1, 1)]) expect(sequence.push(event)).toEqual([event]);
    const finish: AnswerEvent = { type: 'finish', finish: { reason: 'stop', raw: 'stop' } };
    expect(sequence.push(finish)).toEqual([finish]);
  });
});

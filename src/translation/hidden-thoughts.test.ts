import { describe, expect, test } from 'bun:test';
import { CompletionBuilder, unfold, type Completion } from '../core/completion.ts';
import type { AnswerEvent } from '../core/event.ts';
import type { Part } from '../core/part.ts';
import { orderProblems } from '../../test/kit/event-order.ts';
import { ThoughtlessStream, withoutThoughts } from './hidden-thoughts.ts';

const signature = { protocol: 'gemini', model: 'm', value: 'S' } as const;
const PARTS: readonly Part[] = [
  { type: 'reasoning', text: 'unsigned' },
  { type: 'reasoning', text: 'signed', signature },
  { type: 'text', text: 'Hi' },
  { type: 'reasoning', text: 'last', signature },
  { type: 'tool_call', id: 'c', name: 'f', arguments: '{}' },
];

function completion(parts: readonly Part[]): Completion {
  const finish = { reason: 'stop', raw: undefined } as const;
  return { id: 'i', model: 'm', createdAt: 1, parts, finish, usage: undefined };
}

/** The events of an answer, each by itself, as a decoder gives them. */
function streamed(events: readonly AnswerEvent[]): AnswerEvent[] {
  const decoder = { push: (event: unknown) => [event as AnswerEvent], end: () => [] };
  const stream = new ThoughtlessStream(decoder);
  return [...events.flatMap((event) => [...stream.push(event, undefined)]), ...stream.end()];
}

describe('thoughts that nobody wants to read', () => {
  const left = withoutThoughts(completion(PARTS)).parts;

  test('lose their words, or all of themselves where they are not signed', () => {
    expect(left.map((part) => [part.type, 'text' in part ? part.text : ''])).toEqual([
      ['reasoning', ''],
      ['text', 'Hi'],
      ['reasoning', ''],
      ['tool_call', ''],
    ]);
  });

  test('the same in a stream, whose parts have no gaps in their numbers', () => {
    const events = streamed([...unfold(completion(PARTS))]);
    expect(orderProblems(events)).toEqual([]);
    const builder = new CompletionBuilder();
    for (const event of events) builder.push(event);
    expect(JSON.parse(JSON.stringify(builder.build().parts))).toEqual(JSON.parse(JSON.stringify(left)));
  });

  test('calls may overlap', () => {
    const start = (index: number): AnswerEvent => ({
      type: 'part_start',
      index,
      part: 'tool_call',
      id: `${index}`,
      name: 'f',
    });
    const events = streamed([
      { type: 'part_start', index: 0, part: 'reasoning' },
      { type: 'delta', index: 0, text: 'hm' },
      { type: 'part_end', index: 0 },
      start(1),
      start(2),
      { type: 'delta', index: 1, text: '{}' },
      { type: 'part_end', index: 2 },
      { type: 'part_end', index: 1 },
    ]);
    expect(events.map((event) => ('index' in event ? event.index : -1))).toEqual([0, 1, 0, 1, 0]);
  });
});

// Whatever the neutral form can say of an answer, a client of this dialect is told; what comes back is the same answer.
import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { CompletionBuilder, type Completion, type FinishReason } from '../../core/completion.ts';
import type { AnswerEvent } from '../../core/event.ts';
import type { Part, Signature } from '../../core/part.ts';
import { unmarkSignature } from '../../core/signature.ts';
import type { Reply } from '../codec.ts';
import { dataLines } from '../shared/stream/sse.ts';
import { codec } from './codec.ts';
import { withBreaks } from '../shared/texts/breaks.ts';
import { GeminiStreamDecoder } from './decode-stream.ts';
import { gemini } from './protocol.ts';

const reading = { model: 'm', freeform: new Set(['shell']), answerTool: undefined };
const reply: Reply = {
  conversation: { system: [], turns: [], tools: [], settings: {}, stream: true, wantsUsage: true, unsupported: [] },
  model: 'alias',
  id: 'made-up',
  now: 0,
};

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const deltas = fc.array(text, { maxLength: 4 });
const signature: fc.Arbitrary<Signature | undefined> = fc.option(
  fc.record({
    protocol: fc.constantFrom('anthropic-messages', 'openai-responses'),
    model: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    value: fc.base64String({ minLength: 4 }),
  }),
  { nil: undefined },
);

/** A part as the steps that tell it, but for its number. */
interface Told {
  readonly head: Extract<AnswerEvent, { type: 'part_start' }>;
  readonly deltas: readonly string[];
  readonly signature: Signature | undefined;
}

type Head = Omit<Told['head'], 'index' | 'type'>;

function told(head: fc.Arbitrary<Head>, said: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Told> {
  return fc.record({
    head: head.map((inner) => ({ ...inner, type: 'part_start', index: 0 }) as Told['head']),
    deltas: said,
    signature,
  });
}

const words = told(fc.constantFrom<Head>({ part: 'text' }, { part: 'reasoning' }), deltas);
const refusal = told(fc.constant<Head>({ part: 'refusal' }), deltas).map((part) => ({ ...part, signature: undefined }));
const args = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));
const call = fc
  .record({ id: fc.uuid(), cut: fc.nat(), args, signature })
  .map(({ id, cut, args: whole, signature: of }): Told => {
    const at = cut % (whole.length + 1);
    const pieces = [whole.slice(0, at), whole.slice(at)].filter((piece) => piece !== '');
    return {
      head: { type: 'part_start', index: 0, part: 'tool_call', id, name: 'add' },
      deltas: pieces,
      signature: of,
    };
  });
const freeform = fc.record({ id: fc.uuid(), input: text, signature }).map(({ id, input, signature: of }): Told => ({
  head: { type: 'part_start', index: 0, part: 'tool_call', id, name: 'shell', freeform: true },
  deltas: [input],
  signature: of,
}));
/** Calls may overlap: a group is told piece by piece in turns, and its calls end in their order. */
const group = fc.oneof(
  fc.tuple(words),
  fc.tuple(refusal),
  fc.array(fc.oneof(call, freeform), { minLength: 1, maxLength: 3 }),
);
const usage = fc.record({
  promptTokens: fc.nat(99),
  completionTokens: fc.integer({ min: 50, max: 99 }),
  cachedTokens: fc.option(fc.nat(9), { nil: undefined }),
  reasoningTokens: fc.option(fc.nat(50), { nil: undefined }),
});
const reason = fc.constantFrom<FinishReason>('stop', 'length', 'content_filter', 'other');

const sequence = fc
  .record({ groups: fc.array(group, { maxLength: 6 }), usage, reason })
  .map((answer): AnswerEvent[] => {
    let next = 0;
    const steps = answer.groups.flatMap((parts) => interleaved(parts.map((part) => eventsOf(part, next++))));
    return [
      { type: 'start', id: 'up', model: 'gpt' },
      ...steps,
      // Another end is one of a word that nobody knows.
      { type: 'finish', finish: { reason: answer.reason, raw: answer.reason === 'other' ? 'tired' : undefined } },
      { type: 'usage', usage: answer.usage },
    ];
  });

function eventsOf({ head, deltas: pieces, signature: of }: Told, index: number): AnswerEvent[] {
  const signed: AnswerEvent[] = of === undefined ? [] : [{ type: 'signature', index, signature: of }];
  const said = pieces.map((piece): AnswerEvent => ({ type: 'delta', index, text: piece }));
  const isCall = head.part === 'tool_call';
  return [{ ...head, index }, ...(isCall ? [...signed, ...said] : [...said, ...signed]), { type: 'part_end', index }];
}

/** One step of each in turns. */
function interleaved(lists: readonly (readonly AnswerEvent[])[]): AnswerEvent[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  const ends = lists.flatMap((list) => list.slice(-1));
  const before = Array.from({ length: longest }, (_, at) =>
    lists.flatMap((list) => list.slice(0, -1).slice(at, at + 1)),
  );
  return [...before.flat(), ...ends];
}

function encoded(events: readonly AnswerEvent[]): string[] {
  const encoder = codec.encodeStream(reply);
  return [...events.map((event) => encoder.push(event)), encoder.end()];
}

function built(events: Iterable<AnswerEvent>): Completion {
  const builder = new CompletionBuilder();
  for (const event of events) builder.push(event);
  return builder.build();
}

function decodedFrom(chunks: readonly unknown[]): Completion {
  const decoder = new GeminiStreamDecoder(reading);
  return built([...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()]);
}

/** Clients put all texts of an answer together. */
function withBreaksIn(completion: Completion): Completion {
  return { ...completion, parts: withBreaks(completion.parts) };
}

/** What of an answer this dialect carries: refusals are texts, and what follows each other unsigned is one. */
function carried(completion: Completion): unknown {
  const parts: Part[] = [];
  for (const original of completion.parts) {
    const part: Part =
      original.type === 'refusal' ? { type: 'text', text: original.text, signature: undefined } : original;
    const last = parts.at(-1);
    const isSaid = part.type === 'text' || part.type === 'reasoning';
    if (isSaid && part.text === '' && part.signature === undefined) continue;
    if (isSaid && last?.type === part.type && last.signature === undefined) {
      parts[parts.length - 1] = { ...part, text: last.text + part.text };
    } else {
      parts.push(part);
    }
  }
  const hasCalls = parts.some(({ type }) => type === 'tool_call');
  const { reason: of } = completion.finish;
  return {
    id: completion.id,
    model: completion.model,
    usage: completion.usage,
    reason: of === 'stop' && hasCalls ? 'tool_calls' : of,
    parts: parts.map((part) => ('signature' in part ? { ...part, signature: originOf(part.signature) } : part)),
  };
}

/** A signature with its origin, which those that came through a client have in front. */
function originOf(of: Signature | undefined): Signature | undefined {
  return of === undefined ? undefined : (unmarkSignature(of.value)?.signature ?? of);
}

describe('any answer', () => {
  test('comes back from the stream that tells it', () => {
    fc.assert(
      fc.property(sequence, (events) => {
        const chunks = encoded(events).flatMap((chunk) => dataLines(chunk).map((line): unknown => JSON.parse(line)));
        expect(carried(decodedFrom(chunks))).toEqual(carried(withBreaksIn(built(events))));
      }),
    );
  });

  test('is one event for each chunk, complete by the last one only', () => {
    fc.assert(
      fc.property(sequence, (events) => {
        const reader = gemini.stream.read();
        const chunks = encoded(events).filter((chunk) => chunk !== '');
        for (const [at, chunk] of chunks.entries()) {
          const [line = ''] = dataLines(chunk);
          expect(chunk).toBe(`data: ${line}\n\n`);
          expect(reader.see(JSON.parse(line))).not.toBe('error');
          expect(reader.finished).toBe(at === chunks.length - 1);
        }
      }),
    );
  });

  test('comes back from the plain one that tells it', () => {
    fc.assert(
      fc.property(sequence, (events) => {
        const completion = built(events);
        const body: unknown = JSON.parse(JSON.stringify(codec.encodeAnswer(completion, reply)));
        expect(carried(decodedFrom([body]))).toEqual(carried(withBreaksIn(completion)));
      }),
    );
  });

  test('is told in valid steps', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), sequence, (noise, events) => {
        const decoder = new GeminiStreamDecoder(reading);
        const chunks = encoded(events).flatMap((chunk) => dataLines(chunk).map((line): unknown => JSON.parse(line)));
        const steps = [...[...noise, ...chunks].flatMap((chunk) => decoder.push(chunk)), ...decoder.end()];
        expect(steps.map(({ type }) => type).indexOf('start')).toBe(0);
        expect(steps.filter(({ type }) => type === 'start' || type === 'finish')).toHaveLength(2);
        const open = new Set<number>();
        let next = 0;
        for (const step of steps) {
          if (step.type === 'part_start' || step.type === 'whole') expect(step.index).toBe(next++);
          if (step.type === 'part_start') open.add(step.index);
          if (step.type === 'delta' || step.type === 'signature' || step.type === 'citation')
            expect(open).toContain(step.index);
          if (step.type === 'delta') expect(step.text).not.toBe('');
          if (step.type === 'part_end') expect(open.delete(step.index)).toBe(true);
        }
        expect(open.size).toBe(0);
      }),
    );
  });
});

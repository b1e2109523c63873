import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { gathered } from '../../../test/kit/chat-gist.ts';
import { orderProblems } from '../../../test/kit/event-order.ts';
import { parseSse } from '../../../test/kit/sse.ts';
import { CompletionBuilder, type Completion, type FinishReason } from '../../core/completion.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { AnswerEvent } from '../../core/event.ts';
import type { Part, Signature } from '../../core/part.ts';
import type { Reply } from '../codec.ts';
import { withBreaks } from '../shared/texts/breaks.ts';
import { codec } from './codec.ts';

const conversation: Conversation = {
  system: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  settings: {},
  stream: true,
  wantsUsage: true,
  unsupported: [],
};
const reply: Reply = { conversation, model: 'asked', id: 'made-up', now: 1_700_000_000_000 };
const encoded = codec.encodeRequest(conversation, { model: 'behind', quirks: {} });

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const signature: fc.Arbitrary<Signature> = fc.record({
  protocol: fc.constantFrom('anthropic-messages', 'gemini', 'openai-responses'),
  model: fc.constantFrom('a', 'b'),
  value: fc.base64String({ minLength: 4 }),
});
const citation = fc.record({ kind: fc.constant('url' as const), url: fc.webUrl(), title: words });
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: words }),
  fc.record({
    type: fc.constant('text' as const),
    text: words,
    citations: fc.array(citation, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('text' as const), text: words, signature }),
  fc.record({ type: fc.constant('refusal' as const), text: words }),
  fc.record({ type: fc.constant('reasoning' as const), text: words, signature }),
  fc.record({
    type: fc.constant('reasoning' as const),
    text: fc.constant(''),
    signature,
    redacted: fc.option(fc.constant(true), { nil: undefined }),
    id: fc.option(fc.constant('rs_1'), { nil: undefined }),
  }),
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.uuid(),
    name: fc.constantFrom('f', 'g'),
    arguments: fc
      .dictionary(fc.constantFrom('a', 'b'), fc.jsonValue({ maxDepth: 1 }))
      .map((value) => JSON.stringify(value)),
  }),
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.uuid(),
    name: fc.constant('h'),
    arguments: words,
    freeform: fc.constant(true),
  }),
);
const reasons: FinishReason[] = [
  'stop',
  'stop_sequence',
  'length',
  'tool_calls',
  'content_filter',
  'refusal',
  'pause',
  'other',
];
const usage = fc.record({
  promptTokens: fc.nat(),
  completionTokens: fc.nat(),
  cachedTokens: fc.option(fc.nat(), { nil: undefined }),
  reasoningTokens: fc.constant(undefined),
});
const completion: fc.Arbitrary<Completion> = fc.record({
  id: fc.option(fc.uuid(), { nil: undefined }),
  model: fc.option(fc.constant('m'), { nil: undefined }),
  createdAt: fc.option(fc.nat(), { nil: undefined }),
  parts: fc.array(part, { maxLength: 6 }),
  finish: fc.constantFrom(...reasons).map((reason) => ({ reason, raw: undefined })),
  usage: fc.option(usage, { nil: undefined }),
});

/** A completion's events, texts cut into pieces, calls that follow each other mixed. */
function events({ parts, ...rest }: Completion, cuts: readonly number[]): AnswerEvent[] {
  const streams = parts.map((each, index) => eventsOf(each, index, cuts[index % cuts.length] ?? 1));
  const out: AnswerEvent[] = [{ type: 'start', id: rest.id, model: rest.model, createdAt: rest.createdAt ?? 0 }];
  for (let at = 0; at < parts.length; at++) {
    const next = streams[at + 1];
    if (parts[at]?.type === 'tool_call' && parts[at + 1]?.type === 'tool_call' && next !== undefined) {
      const [first, ...others] = streams[at] ?? [];
      if (first !== undefined) out.push(first, ...mixed(others, next));
      at++;
    } else out.push(...(streams[at] ?? []));
  }
  if (rest.usage !== undefined) out.push({ type: 'usage', usage: rest.usage });
  return [...out, { type: 'finish', finish: rest.finish }];
}

function mixed<T>(one: readonly T[], other: readonly T[]): T[] {
  return Array.from({ length: Math.max(one.length, other.length) }, (_, at) => [
    ...other.slice(at, at + 1),
    ...one.slice(at, at + 1),
  ]).flat();
}

function eventsOf(each: Part, index: number, cut: number): AnswerEvent[] {
  if (each.type === 'media' || each.type === 'native' || each.type === 'tool_result') return [];
  const text = each.type === 'tool_call' ? each.arguments : each.text;
  const pieces = text.match(new RegExp(`[^]{1,${cut}}`, 'gu')) ?? [];
  const deltas = pieces.map((piece): AnswerEvent => ({ type: 'delta', index, text: piece }));
  const signed: AnswerEvent[] =
    'signature' in each && each.signature ? [{ type: 'signature', index, signature: each.signature }] : [];
  const cited =
    each.type === 'text'
      ? (each.citations ?? []).map((one): AnswerEvent => ({ type: 'citation', index, citation: one }))
      : [];
  const { type: part, ...head } = each as { type: 'text' };
  return [{ ...head, type: 'part_start', index, part }, ...deltas, ...cited, ...signed, { type: 'part_end', index }];
}

/** What chat carries of it: one text, one refusal, thoughts in plain words unless signed. */
function carried({ parts, finish }: Completion): unknown {
  const text = parts.flatMap((each) => (each.type === 'text' ? [each.text] : [])).join('');
  const refusal = parts.flatMap((each) => (each.type === 'refusal' ? [each.text] : [])).join('');
  return {
    text,
    refusal,
    citations: parts.flatMap((each) =>
      each.type === 'text' ? (each.citations ?? []).map(({ url, title }) => [url, title]) : [],
    ),
    reasoning: parts.flatMap((each) =>
      each.type === 'reasoning' ? [[each.text, each.signature, each.redacted === true, each.id]] : [],
    ),
    calls: parts.flatMap((each) =>
      each.type === 'tool_call' ? [[each.id, each.name, each.arguments, each.freeform === true]] : [],
    ),
    finish: carriedReason(finish.reason, parts),
  };
}

/** There is one text for all that was said. */
function withBreaksIn(completion: Completion): Completion {
  return { ...completion, parts: withBreaks(completion.parts) };
}

function carriedReason(reason: FinishReason, parts: readonly Part[]): FinishReason {
  const hasCalls = parts.some(({ type }) => type === 'tool_call');
  const hasRefusal = parts.some(({ type }) => type === 'refusal');
  if (reason === 'length' || reason === 'content_filter' || reason === 'tool_calls') return reason;
  if (reason === 'refusal' && !hasRefusal) return 'content_filter';
  if (hasCalls) return 'tool_calls';
  return hasRefusal ? 'refusal' : 'stop';
}

describe('an answer for a client, read again', () => {
  test('says the same', () => {
    fc.assert(
      fc.property(completion, (original) => {
        const body: unknown = JSON.parse(JSON.stringify(codec.encodeAnswer(original, reply)));
        const again = encoded.decodeAnswer(body);
        expect(carried(again)).toEqual(carried(withBreaksIn(original)));
        expect(again.model).toBe(original.model ?? 'asked');
        expect(again.usage?.promptTokens).toBe(original.usage?.promptTokens);
      }),
      { numRuns: 500 },
    );
  });

  test('says the same as a stream, whatever its pieces', () => {
    fc.assert(
      fc.property(completion, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (original, cuts) => {
        const sent = events(original, cuts);
        const encoder = codec.encodeStream(reply);
        const text = sent.map((event) => encoder.push(event)).join('') + encoder.end();
        const { json, done, rest } = parseSse(text);
        expect([done, rest]).toEqual([true, '']);
        const decoder = encoded.decodeStream();
        const read = [...json.flatMap((chunk) => [...decoder.push(chunk, undefined)]), ...decoder.end()];
        expect(orderProblems(read)).toEqual([]);
        const builder = new CompletionBuilder();
        for (const event of read) builder.push(event);
        const expected = carried(withBreaksIn(original));
        expect(carried(builder.build())).toEqual(expected);
        expect(carried(encoded.decodeAnswer(gathered(json)))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

/** One piece of what vendors send in a delta. */
const oddDelta = fc.oneof(
  fc.record({ content: fc.oneof(fc.constantFrom(null, '', 7), words) }),
  fc.record({ reasoning_content: words }),
  fc.record({
    reasoning: words,
    reasoning_details: fc.array(
      fc.record({ type: fc.constantFrom('reasoning.text', 'reasoning.encrypted'), text: words, index: fc.nat(2) }),
      { maxLength: 2 },
    ),
  }),
  fc.record({ refusal: fc.oneof(fc.constant(null), words) }),
  fc.record({
    tool_calls: fc.array(
      fc.record(
        {
          index: fc.nat(2),
          id: fc.constantFrom('x', 'y', ''),
          function: fc.record(
            { name: fc.constantFrom('f', ''), arguments: fc.constantFrom('{}', '{"a":', '1}', '', null) },
            { requiredKeys: [] },
          ),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
  }),
  fc.record({
    annotations: fc.array(
      fc.record({ type: fc.constant('url_citation'), url_citation: fc.record({ url: fc.webUrl() }) }),
    ),
  }),
  fc.jsonValue(),
);

test('any stream of a backend becomes a proper one', () => {
  const chunk = fc.oneof(
    fc.record({
      choices: fc.array(
        fc.record({
          index: fc.constantFrom(0, 0, 1),
          delta: oddDelta,
          finish_reason: fc.constantFrom(null, null, '', 'stop', 'eos'),
        }),
        { maxLength: 2 },
      ),
    }),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), (chunks) => {
      const decoder = encoded.decodeStream();
      const read = [...chunks.flatMap((each) => [...decoder.push(each, undefined)]), ...decoder.end()];
      const problems = orderProblems(read).filter(
        (problem) => !/begins while tool_call(,tool_call)* is open/.test(problem),
      );
      expect(problems).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

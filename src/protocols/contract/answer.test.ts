// What every dialect does with answers: as the client's it writes them, as the backend's it reads them, whole and
// streamed. So one half is tested with the other, and its grammar of streams with both.
import { describe, expect, test } from 'bun:test';
import { orderProblems } from '../../../test/kit/event-order.ts';
import { parseSse, type SseEvent } from '../../../test/kit/sse.ts';
import { CompletionBuilder, unfold, type Completion, type FinishReason } from '../../core/completion.ts';
import type { AnswerEvent } from '../../core/event.ts';
import { MalformedAnswer } from '../codec.ts';
import { ContentTemplate } from '../shared/stream/content-template.ts';
import {
  ANSWERS,
  call,
  completionOf,
  conversationOf,
  DIALECTS,
  gist,
  HELLO,
  replyTo,
  text,
  USAGE,
  WEATHER,
  WORDS,
} from './samples.fixture.ts';

// How a stream is framed is told by another row.
const STREAMED = DIALECTS.filter(([, { stream }]) => stream.framing === undefined);

describe.each(STREAMED)('%s', (_key, { name, codec, errors, stream, readUsage }, { model, lacks }) => {
  const asked = conversationOf([HELLO], { tools: [WEATHER], stream: true });
  const encoded = codec.encodeRequest(asked, { model, quirks: {} });
  const reply = replyTo(asked);

  function plain(completion: Completion): unknown {
    return JSON.parse(JSON.stringify(codec.encodeAnswer(completion, reply)));
  }

  function streamed(completion: Completion, pieceLength = 5): string {
    const encoder = codec.encodeStream(reply);
    let written = '';
    for (const event of inPieces(completion, pieceLength)) written += encoder.push(event);
    return written + encoder.end();
  }

  /** A stream as a backend's is read: its own end is not for the decoder. */
  function events(written: string): AnswerEvent[] {
    const decoder = encoded.decodeStream();
    const said: AnswerEvent[] = [];
    for (const { data, event } of parseSse(written).events) {
      if (stream.isEnd(data)) break;
      said.push(...decoder.push(JSON.parse(data), event));
    }
    return [...said, ...decoder.end()];
  }

  function built(said: readonly AnswerEvent[]): Completion {
    const builder = new CompletionBuilder();
    for (const event of said) builder.push(event);
    return builder.build();
  }

  function follow(sent: readonly SseEvent[]) {
    const reader = stream.read({});
    const verdicts = sent.map(({ data, event }) => {
      if (stream.isEnd(data)) return 'end';
      return reader.see(JSON.parse(data), event);
    });
    return { reader, verdicts };
  }

  describe.each(ANSWERS)('%s', (_what, completion) => {
    const { parts, finish } = completion;

    test('is read as it was written', () => {
      const read = encoded.decodeAnswer(plain(completion));
      expect(gist(read.parts)).toEqual(gist(parts));
      expect([read.finish.reason, read.usage]).toMatchObject([finish.reason, USAGE]);
      // Clients of some dialects hold it against an answer if it is of another model than they have asked for.
      expect(['behind', 'asked']).toContain(read.model ?? '');
    });

    test.each([1, 7, 100_000])('is streamed in pieces of %p, and read as it was written', (pieceLength) => {
      const read = built(events(streamed(completion, pieceLength)));
      expect(gist(read.parts)).toEqual(gist(parts));
      expect([read.finish.reason, read.usage]).toMatchObject([finish.reason, USAGE]);
      // Clients of some dialects hold it against an answer if it is of another model than they have asked for.
      expect(['behind', 'asked']).toContain(read.model ?? '');
    });

    test('is read in the order that neutral events have', () => {
      expect(orderProblems(events(streamed(completion)))).toEqual([]);
    });

    test('is streamed as whole SSE events of JSON', () => {
      const { rest, events: sent } = parseSse(streamed(completion));
      expect([rest, sent.length > 0]).toEqual(['', true]);
      for (const { data } of sent) if (!stream.isEnd(data)) expect(JSON.parse(data)).toBeObject();
    });

    test('is followed to its end', () => {
      const { reader, verdicts } = follow(parseSse(streamed(completion)).events);
      expect(reader.finished).toBe(true);
      expect(reader.usage).toMatchObject(USAGE);
      expect(verdicts).not.toContain('error');
      expect(verdicts).toContain(parts.length === 0 && stream.end === '' ? verdicts.at(-1)! : 'content');
    });

    // Or a cut answer would look whole.
    test('is not complete before its last piece', () => {
      const encoder = codec.encodeStream(reply);
      let written = '';
      for (const event of inPieces(completion, 5)) {
        if (event.type === 'finish' || event.type === 'usage') break;
        written += encoder.push(event);
      }
      expect(follow(parseSse(written).events).reader.finished).toBe(false);
    });

    test('replayed as a stream it says the same', () => {
      const written = stream.fromPlain(plain(completion));
      const { reader, verdicts } = follow(parseSse(written ?? '').events);
      expect([reader.finished, verdicts.includes('error')]).toEqual([true, false]);
      expect(gist(built(events(written ?? '')).parts)).toEqual(gist(parts));
      if (stream.end !== '') expect(written).toEndWith(stream.end);
    });

    test('with keep-alives in between it says the same', () => {
      const written = streamed(completion).replaceAll('\n\n', `\n\n${stream.keepAlive}`);
      // A keep-alive of a dialect whose events have names is one of them; the reader passes it over.
      const { reader, verdicts } = follow(parseSse(written).events);
      expect([reader.finished, verdicts.includes('error')]).toEqual([true, false]);
      expect(gist(built(events(written)).parts)).toEqual(gist(parts));
    });

    test('tells its token counts, and is no error', () => {
      expect(readUsage(plain(completion))).toMatchObject(USAGE);
      expect(errors.read(plain(completion))).toBeUndefined();
      expect(errors.asEvent(plain(completion))).toBeUndefined();
    });
  });

  test('events that differ in their text alone are more of the same only where that is so', () => {
    const sent = parseSse(streamed(completionOf([text('abcdefgh'.repeat(20))], 'stop'))).events;
    const reader = stream.read({});
    let template: ContentTemplate | undefined;
    let [fitted, repeatable] = [0, false];
    for (const { data, event } of sent) {
      if (stream.isEnd(data)) break;
      const bytes = Buffer.from(data);
      const isMore = template?.fits(bytes, 0, bytes.length) === true;
      const verdict = reader.see(JSON.parse(data), event);
      if (isMore) {
        fitted++;
        expect(verdict).toBe('content');
      }
      const { textKey } = reader;
      if (textKey === undefined) continue;
      repeatable = true;
      template = ContentTemplate.of(bytes.toString('latin1'), textKey) ?? template;
    }
    expect(fitted > 0).toBe(repeatable);
  });

  describe('the finish', () => {
    test.each<[FinishReason, FinishReason[]]>([
      ['stop', ['stop']],
      ['stop_sequence', ['stop', 'stop_sequence']],
      ['length', ['length']],
      ['content_filter', ['content_filter', 'refusal']],
      ['refusal', ['content_filter', 'refusal']],
      ['pause', ['pause', 'stop', 'other']],
      ['other', ['stop', 'other']],
    ])('%s stays what it means', (reason, allowed) => {
      const completion = completionOf([text('Hi.')], reason);
      expect(allowed).toContain(encoded.decodeAnswer(plain(completion)).finish.reason);
      expect(allowed).toContain(built(events(streamed(completion))).finish.reason);
    });

    // Agents go by it: calls without it would not be made.
    test.each<FinishReason>(['stop', 'tool_calls'])(
      'an answer with calls ends in calls, though it says %s',
      (reason) => {
        const completion = completionOf([call('call_1', 'Rome')], reason);
        expect(encoded.decodeAnswer(plain(completion)).finish.reason).toBe('tool_calls');
        expect(built(events(streamed(completion))).finish.reason).toBe('tool_calls');
      },
    );
  });

  test('a refusal is told, as one if the dialect has such a thing', () => {
    const completion = completionOf([{ type: 'refusal', text: 'I will not.' }], 'refusal');
    for (const read of [encoded.decodeAnswer(plain(completion)), built(events(streamed(completion)))]) {
      expect(gist(read.parts)).toEqual([[lacks.includes('refusals') ? 'text' : 'refusal', 'I will not.']]);
      expect(['refusal', 'content_filter']).toContain(read.finish.reason);
    }
  });

  test('what a text refers to is told', () => {
    const page = { kind: 'url', url: 'https://example.com/', title: 'Example', start: 0, end: 5 } as const;
    const completion = completionOf([{ ...text('Hello, world'), citations: [page] }], 'stop');
    for (const read of [encoded.decodeAnswer(plain(completion)), built(events(streamed(completion)))]) {
      expect(gist(read.parts)).toEqual([['text', 'Hello, world']]);
      const citations = read.parts.flatMap((part) => (part.type === 'text' ? (part.citations ?? []) : []));
      expect(citations).toMatchObject([{ kind: 'url', url: 'https://example.com/', title: 'Example' }]);
    }
  });

  test('the call of a tool that takes plain text is one, though it had to become a function', () => {
    const tool = { type: 'freeform', name: 'run' } as const;
    const { decodeAnswer } = codec.encodeRequest({ ...asked, tools: [tool] }, { model, quirks: {} });
    const told = lacks.includes('freeform tools')
      ? { arguments: JSON.stringify({ input: 'ls -l' }) }
      : { arguments: 'ls -l', freeform: true };
    const written = plain(completionOf([{ type: 'tool_call', id: 'call_1', name: 'run', ...told }], 'tool_calls'));
    expect(decodeAnswer(written).parts).toMatchObject([{ name: 'run', arguments: 'ls -l', freeform: true }]);
  });

  test('a signature of its own goes to the client as it is', () => {
    const [signed] = encoded.decodeAnswer(
      plain(
        completionOf(
          [{ type: 'reasoning', text: 'Hm.', signature: { protocol: name, model, value: 'c2lnbmVk' } }, text('Hi.')],
          'stop',
        ),
      ),
    ).parts;
    expect(signed).toMatchObject({
      type: 'reasoning',
      signature: { protocol: name, model, value: expect.stringContaining('c2lnbmVk') },
    });
  });

  test('where the upstream told neither id nor model, there is one', () => {
    const unnamed = { ...completionOf([text('Hi.')], 'stop'), id: undefined, model: undefined, createdAt: undefined };
    for (const read of [encoded.decodeAnswer(plain(unnamed)), built(events(streamed(unnamed)))]) {
      expect(read.model).toBe('asked');
      expect(read.id).toContain(reply.id);
    }
  });

  test('an answer without counts is told, too', () => {
    const uncounted = { ...completionOf([text(WORDS)], 'stop'), usage: undefined };
    expect(gist(encoded.decodeAnswer(plain(uncounted)).parts)).toEqual([['text', WORDS]]);
    expect(gist(built(events(streamed(uncounted))).parts)).toEqual([['text', WORDS]]);
  });

  test.each([[undefined], [null], [{}], [[]], ['x'], [3], [{ error: { message: 'no' } }]])(
    '%j is no answer',
    (body) => {
      expect(() => encoded.decodeAnswer(body)).toThrow(MalformedAnswer);
      expect(stream.fromPlain(body)).toBeUndefined();
      expect(readUsage(body)).toBeUndefined();
    },
  );
});

/** The events of an answer, its texts cut into pieces. */
function* inPieces(completion: Completion, length: number): Generator<AnswerEvent> {
  for (const event of unfold(completion)) {
    if (event.type !== 'delta') {
      yield event;
      continue;
    }
    const units = Array.from(event.text);
    for (let at = 0; at < units.length; at += length) {
      yield { ...event, text: units.slice(at, at + length).join('') };
    }
  }
}

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { open, requestBytes } from '../kit/client.ts';
import type { RawConnection } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Reply } from '../kit/replies.ts';
import { bigBody, chatAnswer, chatEvents, json, pieces, splitAt, splitEvery, sseText } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

let upstream: Upstream;
let gateway: Gateway;
let connection: RawConnection;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  gateway = await startGateway({
    config: {
      backends: [{ name: 'up', url: upstream.url }],
      models: { alias: { routes: [{ backend: 'up', model: 'the "upstream"/model:1 \\' }] } },
      fallback: { cooldown_seconds: 0, max_retries: 0 },
    },
  });
  connection = await open(gateway.url);
});

afterAll(async () => {
  connection.leave();
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

/** Posts these bytes; the answer's status and bytes. */
async function post(path: string, body: string | Uint8Array): Promise<{ status: number; bytes: Buffer }> {
  const headers = { 'content-type': 'application/json' };
  await connection.write(requestBytes(`${gateway.url}${path}`, { headers, body }));
  const answer = await connection.answer();
  expect(await answer.ending).toBe('complete');
  return { status: answer.status, bytes: Buffer.concat(answer.pieces.map(({ bytes }) => bytes)) };
}

/** How often a property is tried; the seed is printed with a counterexample. */
const RUNS = { numRuns: 300 };
const UPSTREAM_MODEL = JSON.stringify('the "upstream"/model:1 \\');

const blank = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), maxLength: 3 });

/** The text of a JSON string, written in one of the many ways there are. */
const stringText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => JSON.stringify(text).slice(1, -1)),
      fc.constantFrom(
        '\\/',
        '\\u0041',
        '\\u00e9',
        '\\ud83d\\ude00',
        '\\ud800',
        '\\u0000',
        '\\b',
        '/',
        '\u2028',
        '😀',
        '\x7f',
      ),
      fc.constantFrom('model', '\\"model\\":', '{', '}', '[', '\\\\', '\\"', ',', ':'),
    ),
    { maxLength: 5 },
  )
  .map((parts) => `"${parts.join('')}"`);

/** Numbers that a parser in the middle would write otherwise. */
const numberText = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt().map(String),
  fc.constantFrom(
    '-0',
    '1.0',
    '1.50',
    '1e3',
    '1E+2',
    '-1.0e-7',
    '12345678901234567890123',
    '0.1000000000000000055',
    '1e400',
  ),
);

const { value: valueText } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(stringText, numberText, fc.constantFrom('true', 'false', 'null')),
    fc.array(padded(tie('value')), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .array(member(fc.oneof(stringText, fc.constantFrom('"model"', '"role"', '"a"')), tie('value')), { maxLength: 4 })
      .map((members) => `{${members.join(',')}}`),
  ),
}));

function padded(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(blank, text, blank).map((parts) => parts.join(''));
}

function member(key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(padded(key), padded(value)).map(([name, text]) => `${name}:${text}`);
}

/** A key of the body other than `model`, which is the gateway's business. Duplicates are likely. */
const otherKey = fc
  .oneof(stringText, fc.constantFrom('"messages"', '"seed"', '"Model"', '"models"', '"__proto__"', '"constructor"'))
  .filter((key) => JSON.parse(key) !== 'model');

interface BodyText {
  readonly text: string;
  /** The same with the upstream's model. */
  readonly expected: string;
}

const bodyText: fc.Arbitrary<BodyText> = fc
  .record({
    before: fc.array(member(otherKey, valueText), { maxLength: 4 }),
    after: fc.array(member(otherKey, valueText), { maxLength: 4 }),
    key: padded(fc.constantFrom('"model"', '"mod\\u0065l"', '"\\u006d\\u006F\\u0064\\u0065\\u006c"')),
    model: fc.constantFrom('"alias"', '"\\u0061lias"', '"ali\\u0061\\u0073"'),
    blanks: fc.tuple(blank, blank, blank, blank),
  })
  .map(({ before, after, key, model, blanks: [outside, left, right, end] }) => {
    const of = (value: string): string =>
      `${outside}{${[...before, `${key}:${left}${value}${right}`, ...after].join(',')}}${end}`;
    return { text: of(model), expected: of(UPSTREAM_MODEL) };
  });

describe('a request body', () => {
  test('reaches the upstream byte for byte, but for the value of `model`', async () => {
    upstream.script(chatAnswer('ok'));
    await fc.assert(
      fc.asyncProperty(bodyText, async ({ text, expected }) => {
        const { status } = await post('/v1/chat/completions', text);
        expect(status).toBe(200);
        expect(upstream.requests.at(-1)?.text).toBe(expected);
      }),
      RUNS,
    );
  });

  test('with `model` twice: no other bytes change, and no backend can read the alias', async () => {
    upstream.script(chatAnswer('ok'));
    const { status } = await post(
      '/v1/chat/completions',
      '{"model":"alias", "a":[{"model":"alias"}], "model" : "alias"}',
    );
    expect(status).toBe(200);
    expect(upstream.requests.at(-1)?.text).toBe(
      `{"model":${UPSTREAM_MODEL}, "a":[{"model":"alias"}], "model" : ${UPSTREAM_MODEL}}`,
    );
  });

  test('of 20 MB', async () => {
    upstream.script(chatAnswer('ok'));
    const filling = '😀ü\\n"}{'.repeat(1_300_000);
    const of = (model: string): string =>
      `{"messages":[{"content":${JSON.stringify(filling)}}],"model":${model},"z":1.0}`;
    await post('/v1/chat/completions', of('"alias"'));
    // A failing toBe would print all of it.
    expect(upstream.requests.at(-1)?.text === of(UPSTREAM_MODEL)).toBe(true);
  });
});

/** Offsets at which a body of this length is cut. */
function cuts(length: number): fc.Arbitrary<number[]> {
  return fc
    .uniqueArray(fc.integer({ min: 0, max: length }), { maxLength: 12 })
    .map((offsets) => offsets.sort((a, b) => a - b));
}

/** Sends a body in one of the framings that HTTP/1.1 has. */
function framed(parts: readonly Uint8Array[], framing: 'length' | 'chunks' | 'close', type: string): Reply {
  if (framing === 'chunks') return pieces(parts, { headers: { 'content-type': type } });
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return {
    async send(wire) {
      const fields = framing === 'length' ? `content-length: ${length}` : 'connection: close';
      await wire.write(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${fields}\r\n\r\n`);
      for (const part of parts) if (part.length > 0) await wire.write(part);
      if (framing === 'close') wire.end();
    },
  };
}

const framing = fc.constantFrom('length' as const, 'chunks' as const, 'close' as const);

describe('a plain answer', () => {
  test('reaches the client byte for byte', async () => {
    const body = fc
      .tuple(blank, fc.array(member(otherKey, valueText), { maxLength: 6 }), blank)
      .map(([before, members, after]) => {
        return Buffer.from(`${before}{${members.join(',')}}${after}`);
      });
    const cutBody = body.chain((bytes) => fc.tuple(fc.constant(bytes), cuts(bytes.length), framing));
    await fc.assert(
      fc.asyncProperty(cutBody, async ([bytes, offsets, how]) => {
        fc.pre(!isError(bytes));
        upstream.script(framed(splitAt(bytes, ...offsets), how, 'application/json'));
        // To a conversation, what says nothing would be no answer.
        const answer = await post('/v1/moderations', '{"model":"alias"}');
        expect(answer.status).toBe(200);
        expect(answer.bytes.toString('latin1')).toBe(bytes.toString('latin1'));
      }),
      RUNS,
    );
  });

  test('that is no JSON, where none is due, does so too', async () => {
    const cutBytes = fc
      .uint8Array({ minLength: 1, maxLength: 300 })
      .chain((bytes) => fc.tuple(fc.constant(bytes), cuts(bytes.length), framing));
    const types = fc.constantFrom('audio/mpeg', 'image/png', 'application/octet-stream', 'text/plain; charset=utf-8');
    await fc.assert(
      fc.asyncProperty(cutBytes, types, async ([bytes, offsets, how], type) => {
        upstream.script(framed(splitAt(bytes, ...offsets), how, type));
        const answer = await post('/v1/audio/speech', '{"model":"alias"}');
        expect(answer.status).toBe(200);
        expect(answer.bytes.toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
      }),
      RUNS,
    );
  });

  test('of several MiB, more than is held', async () => {
    for (const bodyBytes of [1024 * 1024, 1024 * 1024 + 1, 5_000_000]) {
      upstream.script(bigBody(bodyBytes));
      const { bytes } = await post('/v1/chat/completions', '{"model":"alias"}');
      expect(bytes.length).toBe(bodyBytes);
      const { content } = JSON.parse(bytes.toString()).choices[0].message;
      expect(content === 'x'.repeat(content.length)).toBe(true);
    }
  });

  test('an error, too', async () => {
    const body = fc.record({ message: stringText, code: stringText }).map(({ message, code }) => {
      return ` { "error":{"message" : ${message},"code":${code}, "n":1.0}}\n`;
    });
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom(400, 401, 404, 422, 429, 500, 503), async (text, code) => {
        upstream.script(json(code, text));
        const answer = await post('/v1/chat/completions', '{"model":"alias"}');
        expect(answer.status).toBe(code);
        expect(answer.bytes.toString()).toBe(text);
      }),
      RUNS,
    );
  });
});

/** A 200 with such a member is a failure, and may be routed around. */
function isError(bytes: Buffer): boolean {
  return Object.hasOwn(JSON.parse(bytes.toString()), 'error');
}

describe('a stream', () => {
  const DONE = 'data: [DONE]\n\n';
  const contentEvents = chatEvents(['Grüße 😀', ' \u2028 ', '"\\', ' zwei']).map((event) => JSON.stringify(event));

  /** One event of a chat completion as some server might write it: odd line ends, ids, comments, several data lines. */
  const eventText = (data: string): fc.Arbitrary<string> =>
    fc
      .record({
        end: fc.constantFrom('\n', '\r\n', '\r'),
        colon: fc.constantFrom('data: ', 'data:'),
        before: fc.array(fc.constantFrom(': ping', ':', 'id: 7', 'retry: 100', 'event: message', 'x-odd: 1', 'odd'), {
          maxLength: 2,
        }),
        broken: fc.boolean(),
        comment: fc.boolean(),
      })
      .map(({ end, colon, before, broken, comment }) => {
        // A line may end wherever JSON may have a blank.
        const lines = broken ? [data.slice(0, 1), data.slice(1)] : [data];
        const event = [...before, ...lines.map((line) => `${colon}${line}`)].map((line) => line + end).join('') + end;
        return comment ? `: a comment of its own${end}${end}${event}` : event;
      });

  const streamText = fc
    .tuple(...[...contentEvents, '[DONE]'].map((data) => (data === '[DONE]' ? fc.constant(DONE) : eventText(data))))
    .map((events) => events.join(''));

  const run = async (text: string | Uint8Array, offsets: readonly number[]): Promise<string> => {
    upstream.script(pieces(splitAt(text, ...offsets)));
    const { status, bytes } = await post('/v1/chat/completions', '{"model":"alias","stream":true}');
    expect(status).toBe(200);
    return bytes.toString();
  };

  test('reaches the client byte for byte, however it is written and wherever it is split', async () => {
    const cutStream = streamText.chain((text) => fc.tuple(fc.constant(text), cuts(Buffer.byteLength(text))));
    await fc.assert(
      fc.asyncProperty(cutStream, async ([text, offsets]) => {
        expect(await run(text, offsets)).toBe(text);
      }),
      RUNS,
    );
  });

  test('byte by byte', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = sseText(contentEvents).replaceAll('\n', end);
      upstream.script(pieces(splitEvery(text, 1)));
      const { bytes } = await post('/v1/chat/completions', '{"model":"alias","stream":true}');
      expect(bytes.toString()).toBe(text);
    }
  });

  test('without its BOM, which would hide the first event from some clients', async () => {
    const text = sseText(contentEvents);
    await fc.assert(
      fc.asyncProperty(cuts(Buffer.byteLength(text) + 3), async (offsets) => {
        expect(await run(`\uFEFF${text}`, offsets)).toBe(text);
      }),
      { numRuns: 100 },
    );
  });

  test('that lacks [DONE] gets it; nothing else is added', async () => {
    const text = sseText(contentEvents, { done: false });
    await fc.assert(
      fc.asyncProperty(cuts(Buffer.byteLength(text)), async (offsets) => {
        expect(await run(text, offsets)).toBe(text + DONE);
      }),
      { numRuns: 100 },
    );
  });
});

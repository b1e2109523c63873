import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { cut, read } from './answer-reader.fixture.ts';
import { AnswerReader } from './answer-reader.ts';

const OK = 'HTTP/1.1 200 OK\r\n';

describe('the end of an answer is known by', () => {
  test('its length', () => {
    const answer = read([`${OK}Content-Length: 5\r\n\r\nhello`]);
    expect(answer).toMatchObject({ body: 'hello', ended: true, surplus: 0, keepsAlive: true });
    expect(answer.head).toMatchObject({ status: 200, framing: 5 });
    expect(read([`${OK}Content-Length: 5\r\n\r\nhell`])).toMatchObject({ body: 'hell', error: 'ECONNRESET' });
  });

  test('its chunks, extensions and trailers aside', () => {
    const answer = read([
      `${OK}Transfer-Encoding: Chunked\r\n\r\n5;a="b"\r\nhello\r\n0A;x\r\n, world!!!\r\n000\r\nX-T: 1\r\nY: 2\r\n\r\n`,
    ]);
    expect(answer).toMatchObject({ body: 'hello, world!!!', ended: true, surplus: 0, keepsAlive: true });
    expect(answer.head?.headers.has('x-t')).toBe(false);
    expect(read([`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`])).toMatchObject({
      body: 'hello',
      error: 'ECONNRESET',
    });
  });

  test('the end of the connection, which then cannot be used again', () => {
    expect(read([`${OK}X: y\r\n\r\nhello`, ' world'])).toMatchObject({
      body: 'hello world',
      ended: true,
      keepsAlive: false,
    });
  });

  test.each([204, 304])('its status, if that is %d', (status) => {
    const answer = read([`HTTP/1.1 ${status} X\r\nContent-Length: 5\r\n\r\n`]);
    expect(answer).toMatchObject({ body: '', ended: true, surplus: 0, keepsAlive: true });
  });

  test('the method, if that is HEAD', () => {
    expect(read([`${OK}Content-Length: 5\r\n\r\n`], 'HEAD')).toMatchObject({ ended: true, keepsAlive: true });
  });
});

describe('a connection is not used again', () => {
  test.each([
    ['after Connection: close', `${OK}Connection: Keep-Alive , CLOSE\r\nContent-Length: 0\r\n\r\n`],
    ['in HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ])('%s', (_when, text) => {
    expect(read([text])).toMatchObject({ ended: true, keepsAlive: false, error: undefined });
  });

  test('but for an HTTP/1.0 that says so', () => {
    expect(read(['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n']).keepsAlive).toBe(true);
  });
});

describe('bytes behind the end are told apart from the answer', () => {
  test.each([
    ['by length', `${OK}Content-Length: 2\r\n\r\nhi`],
    ['in chunks', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`],
  ])('%s', (_how, text) => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 6 }), (offsets) => {
        const answer = read(cut(`${text}HTTP/1.1 200 OK\r\n`, offsets));
        expect(answer).toMatchObject({ body: 'hi', ended: true, surplus: 17, error: undefined });
      }),
    );
  });
});

test('interim answers are skipped, up to a bound; a change of protocol is none', () => {
  const interim = 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
  expect(read([`HTTP/1.1 100\r\n\r\n${interim}${OK}Content-Length: 2\r\n\r\nhi`])).toMatchObject({ body: 'hi' });
  expect(read([interim.repeat(17)]).error).toBe('http_interim');
  expect(read(['HTTP/1.1 101 Switching Protocols\r\n\r\n']).error).toBe('http_upgrade');
});

describe('an answer is broken', () => {
  test.each([
    ['http_status_line', 'nonsense\r\n\r\n'],
    ['http_status_line', 'HTTP/2 200 OK\r\n\r\n'],
    ['http_status_line', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['http_status_line', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['http_status_line', ' HTTP/1.1 200 OK\r\n\r\n'],
    ['http_status_line', '\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['http_header', `${OK}A: b\r\n c\r\n\r\n`],
    ['http_header', `${OK}A : b\r\n\r\n`],
    ['http_header', `${OK}: b\r\n\r\n`],
    ['http_header', `${OK}no colon\r\n\r\n`],
    ['http_header', `${OK}A: b\nC: d\r\n\r\n`],
    ['http_header', `${OK}A: b\rC: d\r\n\r\n`],
    ['http_header', `${OK}A: b\0\r\n\r\n`],
    ['http_content_length', `${OK}Content-Length: -1\r\n\r\n`],
    ['http_content_length', `${OK}Content-Length: abc\r\n\r\n`],
    ['http_content_length', `${OK}Content-Length: 0x5\r\n\r\n`],
    ['http_content_length', `${OK}Content-Length: +5\r\n\r\n`],
    ['http_content_length', `${OK}Content-Length:\r\n\r\n`],
    ['http_content_length', `${OK}Content-Length: 5, 5\r\n\r\n`],
    ['http_content_length', `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`],
    ['http_content_length', `${OK}Content-Length: 9999999999999999\r\n\r\n`],
    ['http_content_length', `${OK}Content-Length: \xa05\r\n\r\n`],
    ['http_transfer_encoding', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ['http_transfer_encoding', `${OK}Transfer-Encoding: identity\r\n\r\n`],
    ['http_transfer_encoding', `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['http_transfer_encoding', `${OK}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n`],
    ['http_transfer_encoding', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['http_header_count', `${OK}${'A: b\r\n'.repeat(257)}\r\n`],
    ['http_header_size', `${OK}A: ${'b'.repeat(70_000)}\r\n\r\n`],
    ['http_header_size', `${OK}A: ${'b'.repeat(70_000)}`],
  ])('%s: %j', (code, text) => {
    const answer = read([text]);
    expect(answer).toMatchObject({ error: code, head: undefined, keepsAlive: false });
    expect(read(text.split('')).error).toBe(code);
  });

  test.each([
    'x\r\n',
    '\r\n',
    '-1\r\n',
    '5 5\r\n',
    '5\nhello',
    '1\r\nab\r\n',
    '1\r\na\n',
    'fffffffffffffffff\r\n',
    '20000000000000\r\n',
    `1;${'a'.repeat(2000)}\r\n`,
    '1;a\0\r\n',
    `0\r\n${'A: b\r\n'.repeat(5000)}\r\n`,
    '0\r\n folded\r\n\r\n',
    '0\r\nA: b\n\r\n',
    '0\r\n\rx',
    '5 \r\nhello',
    '5\t;a\r\nhello',
    '5;\r\nhello',
    '5;a="b\r\nhello',
    '0\r\nno colon\r\n\r\n',
    '0\r\nContent-Length: 5\r\n\r\n',
  ])('in its chunks: %j', (text) => {
    const head = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
    expect(read([`${head}${text}`]).error).toBe('http_chunk');
    expect(read([head, ...text.split('')]).error).toBe('http_chunk');
  });

  test('and what came before the damage is good', () => {
    const answer = read([`${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\nzz`]);
    expect(answer).toMatchObject({ body: 'helloyou', error: 'http_chunk', ended: false });
  });
});

test('values keep their bytes and lose the blanks around them', () => {
  const { head } = read([`${OK}X-A:\t a\xe9 b \t\r\nx-a: c\r\nEmpty:\r\nContent-Length: 0\r\n\r\n`]);
  expect(head?.headers.get('x-a')).toBe('a\xe9 b, c');
  expect(head?.headers.get('empty')).toBe('');
});

/** Whole answers, well formed, with what they say. */
const answers = fc
  .record({
    interim: fc.nat(2),
    fields: fc.array(fc.tuple(fc.stringMatching(/^x-[a-z]{1,5}$/), fc.stringMatching(/^[!-~]{0,12}$/)), {
      maxLength: 5,
    }),
    body: fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }), { maxLength: 5 }),
    isChunked: fc.boolean(),
  })
  .map(({ interim, fields, body, isChunked }) => {
    const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const whole = body.join('');
    const framed = isChunked
      ? `Transfer-Encoding: chunked\r\n\r\n${body.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`
      : `Content-Length: ${whole.length}\r\n\r\n${whole}`;
    return { text: `${'HTTP/1.1 102 P\r\n\r\n'.repeat(interim)}${OK}${head}${framed}`, whole };
  });

test('pieces make no difference', () => {
  fc.assert(
    fc.property(answers, fc.array(fc.nat(), { maxLength: 12 }), ({ text, whole }, offsets) => {
      const wanted = { body: whole, ended: true, surplus: 0, keepsAlive: true, error: undefined };
      expect(read([text])).toMatchObject(wanted);
      expect(read(text.split(''))).toMatchObject(wanted);
      expect(read(cut(text, offsets))).toMatchObject(wanted);
    }),
    { numRuns: 300 },
  );
});

test('whatever comes, it is an answer or a broken one, and the pieces do not matter', () => {
  const damaged = fc
    .tuple(answers, fc.nat(), fc.string({ unit: 'binary-ascii', maxLength: 6 }), fc.nat(8))
    .map(([{ text }, at, inserted, left]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + inserted + text.slice(place + left);
    });
  fc.assert(
    fc.property(damaged, fc.array(fc.nat(), { maxLength: 8 }), (text, offsets) => {
      const { head, ...atOnce } = read([text]);
      const { head: cutHead, ...inPieces } = read(cut(text, offsets));
      expect(inPieces).toEqual(atOnce);
      expect(cutHead?.status).toBe(head?.status as number);
    }),
    { numRuns: 1000 },
  );
});

test('a little content does not keep in memory all that came with it', () => {
  const kept: number[] = [];
  const sink = {
    onHead: () => {},
    onContent: (bytes: Uint8Array) => kept.push(bytes.buffer.byteLength),
    onEnd: () => {},
  };
  const reader = new AnswerReader(sink, 'POST');
  const chunks = `1;${'e'.repeat(1000)}\r\nx\r\n`.repeat(500);
  reader.push(Buffer.from(`${OK}Transfer-Encoding: chunked\r\n\r\n${chunks}`));
  expect(kept).toEqual([500]);
});

test('a long head that comes byte by byte is read', () => {
  const head = `${OK}A: ${'b'.repeat(60_000)}\r\nContent-Length: 0\r\n\r\n`;
  expect(read(head.split(''))).toMatchObject({ ended: true, error: undefined });
});

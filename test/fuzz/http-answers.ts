// What the HTTP client reads is compared with what llhttp reads: it may take nothing that llhttp refuses, nor read it in
// another way. It may well refuse more.
import * as fc from 'fast-check';
import { cut, read } from '../../src/upstream/http/answer-reader.fixture.ts';
import { parseByLlhttp } from '../kit/llhttp.ts';
import { HOSTILE_ANSWERS, SOUND_ANSWERS } from './answer-corpus.ts';

/** An answer on the wire, as Latin-1, and where it is cut. */
export interface WireAnswer {
  readonly text: string;
  readonly method: string;
  readonly cuts: readonly number[];
}

/** How the client's reading is laxer than llhttp's, or another; undefined if it is neither. */
export function compareWithLlhttp({ text, method, cuts }: WireAnswer): string | undefined {
  // A tab behind a value is a blank (RFC 9110, 5.6.3), but not to llhttp, which then reads up to the connection's end.
  if (CODING_BEFORE_TAB.test(text)) return undefined;
  const ours = read(cut(text, cuts), method);
  const theirs = parseByLlhttp(text, method);
  if (!ours.ended) {
    // What came before the damage may be handed on; one of the two may see it a little later than the other.
    const isSame = theirs.body.startsWith(ours.body) || ours.body.startsWith(theirs.body);
    return isSame ? undefined : `has the content ${JSON.stringify(ours.body)}, not ${JSON.stringify(theirs.body)}`;
  }
  if (theirs.length === undefined) return `takes what llhttp refuses (${theirs.error})`;
  if (text.length - ours.surplus !== theirs.length)
    return `ends at ${text.length - ours.surplus}, not ${theirs.length}`;
  if (ours.body !== theirs.body) return `reads ${JSON.stringify(ours.body)}, not ${JSON.stringify(theirs.body)}`;
  if (ours.head?.status !== theirs.status) return `has the status ${ours.head?.status}, not ${theirs.status}`;
  if (ours.keepsAlive && !theirs.keepsAlive) return 'uses a connection again that llhttp would close';
  const [our, their] = [[...(ours.head?.headers ?? [])], [...headersOf(theirs.fields)]];
  return Bun.deepEquals(our, their) ? undefined : `has the fields ${JSON.stringify(our)}, not ${JSON.stringify(their)}`;
}

const CODING_BEFORE_TAB = /^transfer-encoding:.*\t\s*$/im;

function headersOf(fields: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at < fields.length; at += 2) headers.append(fields[at] ?? '', fields[at + 1] ?? '');
  return headers;
}

const CRLF = '\r\n';
const byte = fc.nat(255).map((code) => String.fromCharCode(code));
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}$/);
/** Characters that mean something to a parser. */
const mark = fc.constantFrom(
  ...'\r \n \r\n \r\n\r\n \t : ; , " \\ = 0 1 f - + \0 \x0b \x7f \xff HTTP/1.1 Content-Length: Connection:close'.split(
    ' ',
  ),
  ' ',
  'Transfer-Encoding: chunked',
  `${CRLF} `,
);

const field = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(token, fc.stringMatching(/^[\x20-\x7e]{0,12}$/)).map(([name, value]) => `${name}: ${value}`),
  },
  fc.constantFrom(
    'Connection: close',
    'Connection: keep-alive',
    'connection: Keep-Alive, Upgrade',
    'Upgrade: h2c',
    'Connection: close, keep-alive',
  ),
  fc.tuple(token, byte).map(([name, value]) => `${name}:${value}`),
);
const framing = fc.oneof(
  fc.nat(40).map((length) => `Content-Length: ${length}`),
  fc.constantFrom(
    'Transfer-Encoding: chunked',
    'transfer-encoding:CHUNKED',
    'X-None: 1',
    'Transfer-Encoding: gzip, chunked',
    'Content-Length: 5, 5',
  ),
);
const statusLine = fc
  .tuple(
    fc.constantFrom('1.1', '1.1', '1.1', '1.0'),
    fc.constantFrom(200, 200, 200, 204, 304, 404, 500, 100, 103, 101, 600, 999),
    fc.constantFrom(' OK', '', ' ', ' \xe9\t!'),
  )
  .map(([version, status, words]) => `HTTP/${version} ${status}${words}`);
const extension = fc
  .tuple(token, fc.option(fc.oneof(token, fc.constantFrom('"a b"', '"\\"\\\\"', '""', '"\xe9;"')), { nil: undefined }))
  .map(([name, value]) => `;${name}${value === undefined ? '' : `=${value}`}`);
const chunk = fc
  .tuple(
    fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 20 }),
    fc.array(extension, { maxLength: 2 }),
    fc.nat(2),
  )
  .map(
    ([text, extensions, zeros]) =>
      `${'0'.repeat(zeros)}${text.length.toString(16)}${extensions.join('')}${CRLF}${text}${CRLF}`,
  );
const chunks = fc
  .tuple(fc.array(chunk, { maxLength: 4 }), fc.array(field, { maxLength: 2 }))
  .map(([parts, trailers]) => `${parts.join('')}0${CRLF}${trailers.map((each) => each + CRLF).join('')}${CRLF}`);

const made = fc
  .record({
    statusLine,
    fields: fc.array(field, { maxLength: 4 }),
    framing: fc.array(framing, { minLength: 0, maxLength: 2 }),
    body: fc.oneof(chunks, fc.string({ unit: 'binary-ascii', maxLength: 40 })),
  })
  .map(
    ({ statusLine: line, fields, framing: said, body }) =>
      `${[line, ...said, ...fields].join(CRLF)}${CRLF}${CRLF}${body}`,
  );
const known = fc.constantFrom(...[...HOSTILE_ANSWERS, ...SOUND_ANSWERS].map(([, text]) => text));

/** Up to three changes of a few bytes each. */
const damaged = fc
  .tuple(
    fc.oneof(made, known),
    fc.array(fc.tuple(fc.nat(), fc.oneof(mark, byte, fc.constant('')), fc.nat(3)), { maxLength: 3 }),
  )
  .map(([text, changes]) =>
    changes.reduce((whole, [at, inserted, removed]) => {
      const place = at % (whole.length + 1);
      return whole.slice(0, place) + inserted + whole.slice(place + removed);
    }, text),
  );

/** Answers that are in order, that are nearly so, and that are meant to deceive. */
export const wireAnswers: fc.Arbitrary<WireAnswer> = fc.record({
  text: fc.oneof(
    made,
    damaged,
    fc.tuple(damaged, made).map((both) => both.join('')),
  ),
  method: fc.constantFrom('POST', 'POST', 'POST', 'HEAD'),
  cuts: fc.array(fc.nat(), { maxLength: 6 }),
});

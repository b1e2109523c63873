// What upstreams do to a call, and what may come of it.
import {
  closeBeforeAnswer,
  closeIdle,
  json,
  pieces,
  raw,
  slowHeaders,
  splitEvery,
  stall,
  stallAfter,
} from '../kit/replies.ts';
import type { Reply, ReplyHeaders } from '../kit/replies.ts';
import type { Wire } from '../kit/wire.ts';
import type { BackendDialect } from './dialects.ts';
import { allOf } from './dialects.ts';

/** One call of an upstream: whose it is, and what a whole answer to it says. */
export interface Call {
  readonly tag: string;
  /** The dialect in which it came. */
  readonly dialect: BackendDialect;
  readonly stream: boolean;
  readonly words: readonly string[];
}

/**
 * What the client may see of a call: all of it; the beginning of it and then an error; an error; a redirection. Calls
 * that give nothing, or no more than an error, are routed around where there is somewhere to go.
 */
export type Gives = 'whole' | 'part' | 'error' | 'redirection' | 'nothing';

/** One way of answering. */
export interface Fault {
  readonly gives: Gives;
  /** The upstream falls silent before the answer has begun for the client: the route must not be tried again. */
  readonly silent?: boolean;
  /** The connection ends before the head of the answer: the call may be redone. */
  readonly closes?: boolean;
  /** The part is followed by an error event of the upstream's own. */
  readonly ownError?: boolean;
  reply(call: Call): Reply;
}

export type FaultName = string;

/** The names of what may happen to a call for a stream, or for a plain answer. */
export function faultsFor(stream: boolean): readonly [FaultName, ...FaultName[]] {
  return stream ? STREAM_NAMES : PLAIN_NAMES;
}

/** The fault of this name; throws where there is none. */
export function faultOf(name: FaultName, stream: boolean): Fault {
  const fault = { ...COMMON, ...LASTING, ...(stream ? STREAM : PLAIN) }[name];
  if (fault === undefined) throw new Error(`no fault is called ${name}`);
  return fault;
}

type Faults = Readonly<Record<FaultName, Fault>>;

const eventsOf = ({ dialect, words }: Call): string[] => allOf(dialect.events(words));
const streamText = (call: Call): string => eventsOf(call).join('');
/** What comes before the content, and a word or two, without an end. */
const begunOf = ({ dialect, words }: Call): string[] => {
  const { before, content } = dialect.events(words);
  return [...before, ...content.slice(0, Math.min(2, words.length - 1))];
};
/** All but what says that it is over, where that is more than the finish. */
const unendedOf = ({ dialect, words }: Call): string[] => allOf({ ...dialect.events(words), end: '' });
const unfinishedOf = ({ dialect, words }: Call): string[] => {
  const told = dialect.events(words);
  return allOf(told.end === '' ? told : { ...told, finish: [] });
};
const textOf = ({ words }: Call): string => words.join('');
const good = (call: Call): Reply => (call.stream ? pieces(eventsOf(call)) : json(200, call.dialect.answer(call.words)));

interface Said {
  readonly code?: string;
  readonly type?: string;
  readonly retryAfter?: number;
  readonly headers?: ReplyHeaders;
}

const errorBody = ({ tag, dialect }: Call, status: number, { type = 'upstream_error', code }: Said = {}): object =>
  dialect.error({ status, message: `upstream said no <${tag}>`, type, code: code ?? null });
const boom = (call: Call): object => errorBody(call, 500, { type: 'server_error', code: 'boom' });
const boomEvent = (call: Call): string => call.dialect.errorEvent(boom(call));

const whole = (reply: Fault['reply']): Fault => ({ gives: 'whole', reply });
const part = (reply: Fault['reply']): Fault => ({ gives: 'part', reply });
const error = (reply: Fault['reply']): Fault => ({ gives: 'error', reply });
const nothing = (reply: Fault['reply']): Fault => ({ gives: 'nothing', reply });
const refusal = (status: number, said: Said = {}): Fault =>
  error((call) => {
    const { retryAfter, headers = {} } = said;
    const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    return json(status, errorBody(call, status, said), { ...wait, ...headers });
  });

const NEVER = new Promise<never>(() => {});
const LAST_CHUNK = '0\r\n\r\n';
const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const JSON_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const EARLY_HINTS = 'HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n';

const chunk = (bytes: string | Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${Buffer.byteLength(bytes).toString(16)}\r\n`), Buffer.from(bytes), Buffer.from('\r\n')]);
const then = (send: (wire: Wire) => Promise<void>): Reply => ({ send });

const bodyOf = ({ dialect, words }: Call): Buffer<ArrayBuffer> => Buffer.from(JSON.stringify(dialect.answer(words)));

/** A whole answer, head and all, as it goes over the wire. */
const wholeText = (call: Call): string =>
  call.stream
    ? `${STREAM_HEAD}${chunk(streamText(call)).toString()}${LAST_CHUNK}`
    : `${JSON_HEAD}content-length: ${bodyOf(call).length}\r\n\r\n${bodyOf(call).toString()}`;
const surplus = ({ dialect }: Call): string =>
  wholeText({ tag: '', dialect, stream: false, words: ['<999999.0.a>', ' </999999.0.a>'] });

/** What happens after a beginning that has, most likely, gone on to the client. */
const afterBeginning = (call: Call, end: (wire: Wire) => Promise<void> | void): Reply =>
  then(async (wire) => {
    await wire.write(STREAM_HEAD);
    for (const event of begunOf(call)) await wire.write(chunk(event));
    await wire.wait(10);
    await end(wire);
  });

/** Tells nothing new for ever, so that only being left ends it. */
const trickle = async (wire: Wire, piece: string | Uint8Array): Promise<never> => {
  for (;;) {
    await wire.write(piece);
    await wire.wait(40);
  }
};

const COMMON: Faults = {
  good: whole(good),
  slow: whole((call) => slowHeaders(40, good(call))),
  'interim answer': whole((call) =>
    then(async (wire) => {
      await wire.write(EARLY_HINTS);
      await good(call).send(wire);
    }),
  ),
  'dead keep-alive': whole((call) => closeIdle(good(call))),
  // All in one write: what comes later, when the connection has another request, nobody could tell from its answer.
  'an answer too many': whole((call) => then((wire) => wire.write(Buffer.from(wholeText(call) + surplus(call))))),
  'closes when done': whole((call) => then(async (wire) => (await good(call).send(wire), wire.cut()))),
  429: refusal(429),
  '429, at once again': refusal(429, { retryAfter: 0 }),
  '429, a little later': refusal(429, { headers: { 'retry-after-ms': '150' } }),
  '429, much later': refusal(429, { retryAfter: 60 }),
  500: refusal(500),
  503: refusal(503),
  529: refusal(529),
  401: refusal(401),
  400: refusal(400, { code: 'bad_thing', type: 'invalid_request_error' }),
  'too long': refusal(400, { code: 'context_length_exceeded', type: 'invalid_request_error' }),
  filtered: refusal(400, { code: 'content_filter', type: 'invalid_request_error' }),
  'an error of 200': error((call) => json(200, boom(call))),
  'a long error': error((call) => json(500, { ...errorBody(call, 500), more: 'x'.repeat(200_000) })),
  elsewhere: { gives: 'redirection', reply: () => json(302, {}, { location: '/elsewhere' }) },
  'closed before the answer': { gives: 'nothing', closes: true, reply: () => closeBeforeAnswer() },
  'reset before the answer': { gives: 'nothing', closes: true, reply: () => closeBeforeAnswer({ reset: true }) },
  // Bun's fetch does not tell half a head from none.
  'closed inside the head': { gives: 'nothing', closes: true, reply: () => raw('HTTP/1.1 200 OK\r\ncontent-ty') },
  silence: { gives: 'nothing', silent: true, reply: () => stall() },
  'silence inside the head': {
    gives: 'nothing',
    silent: true,
    reply: () => then(async (wire) => (await wire.write('HTTP/1.1 200 OK\r\ncontent-ty'), wire.until(NEVER))),
  },
  garbage: nothing(() => raw('\x00\x01this is no HTTP\r\n\r\n')),
  'a page': nothing(() => json(200, '<html>oops</html>', { 'content-type': 'text/html' })),
  'no JSON': nothing(() => json(200, '{"choices":[{')),
  nothing: nothing(() => json(200, '')),
  'gzip that is none': nothing(() => json(200, 'not gzip at all', { 'content-encoding': 'gzip' })),
};

const STREAM: Faults = {
  'slow events': whole((call) => pieces(eventsOf(call), { gapMs: 3 })),
  'split anywhere': whole((call) => pieces(splitEvery(streamText(call), 7 + Math.ceil(textOf(call).length / 100)))),
  'no [DONE]': whole((call) => pieces(unendedOf(call))),
  'no finish': whole((call) => pieces(unfinishedOf(call))),
  'a line that is no JSON': whole((call) => {
    const [first = '', ...rest] = eventsOf(call);
    return pieces([first, 'data: {"broken\n\n', ...rest]);
  }),
  'CRLF, a BOM and comments': whole((call) =>
    pieces([`\uFEFF: hello\r\n\r\n${streamText(call).replaceAll('\n', '\r\n')}`]),
  ),
  'all at once': whole((call) => pieces([streamText(call)])),
  gzipped: whole((call) =>
    pieces([Bun.gzipSync(Buffer.from(streamText(call)))], {
      headers: { 'content-encoding': 'gzip' },
    }),
  ),
  'plain all the same': whole((call) => json(200, call.dialect.answer(call.words))),
  'silence after the finish': whole((call) => stallAfter(unendedOf(call).join(''))),
  'more after [DONE]': whole((call) => pieces([streamText(call), 'data: {"late":1}\n\n'], { gapMs: 2 })),
  'silence before content': {
    gives: 'nothing',
    silent: true,
    reply: (call) => stallAfter(call.dialect.events(call.words).before.join('')),
  },
  'ended before content': nothing((call) => pieces(call.dialect.events(call.words).before)),
  'silence midway': part((call) => afterBeginning(call, (wire) => wire.until(NEVER))),
  'silence inside an event': part((call) =>
    afterBeginning(call, async (wire) => (await wire.write(chunk('data: {"id":')), wire.until(NEVER))),
  ),
  'closed midway': part((call) => afterBeginning(call, (wire) => wire.cut())),
  'reset midway': part((call) => afterBeginning(call, (wire) => wire.cut({ reset: true }))),
  'ended midway': part((call) => afterBeginning(call, (wire) => wire.write(LAST_CHUNK))),
  'ended inside an event': part((call) =>
    afterBeginning(call, (wire) => wire.write(Buffer.concat([chunk('data: {"id":'), Buffer.from(LAST_CHUNK)]))),
  ),
  'a chunk that is none': part((call) => afterBeginning(call, (wire) => wire.write('no chunk\r\n'))),
  'cut at any byte': part((call) => {
    const bytes = Buffer.from(streamText(call));
    const { before, content, closing } = call.dialect.events(call.words);
    const beforeFinish = Buffer.byteLength([...before, ...content, ...closing].join(''));
    const at = Math.min(beforeFinish, 1 + ((textOf(call).length * 37) % bytes.length));
    return then(async (wire) => {
      await wire.write(STREAM_HEAD);
      await wire.write(chunk(bytes.subarray(0, at)).subarray(0, -2));
      await wire.wait(5);
      wire.cut();
    });
  }),
  'an error midway': {
    gives: 'part',
    ownError: true,
    reply: (call) => pieces([...begunOf(call), boomEvent(call)]),
  },
  'an error later, and [DONE]': {
    gives: 'part',
    ownError: true,
    reply: (call) => pieces([...begunOf(call), boomEvent(call), call.dialect.events(call.words).end], { gapMs: 5 }),
  },
  'an error at first': error((call) => pieces([boomEvent(call)])),
  'gzip cut short': part((call) => {
    const bytes = Bun.gzipSync(Buffer.from(streamText(call)));
    return pieces([bytes.subarray(0, bytes.length / 2)], { headers: { 'content-encoding': 'gzip' } });
  }),
};

/** The beginning of an answer in which the end of the text is not. */
const halfOf = (call: Call): Buffer => {
  const body = bodyOf(call);
  return body.subarray(0, Math.floor(body.length * 0.7));
};

const PLAIN: Faults = {
  chunked: whole((call) =>
    pieces(splitEvery(bodyOf(call), 50 + Math.ceil(textOf(call).length / 50)), {
      headers: { 'content-type': 'application/json' },
    }),
  ),
  'slow pieces': whole((call) =>
    pieces(splitEvery(bodyOf(call), Math.ceil(bodyOf(call).length / 8)), {
      gapMs: 10,
      headers: { 'content-type': 'application/json' },
    }),
  ),
  'without a length': whole((call) =>
    then(async (wire) => {
      await wire.write(`${JSON_HEAD}connection: close\r\n\r\n`);
      await wire.write(bodyOf(call));
      wire.cut();
    }),
  ),
  gzipped: whole((call) => json(200, Bun.gzipSync(bodyOf(call)), { 'content-encoding': 'gzip' })),
  'cut short of its length': part((call) =>
    then(async (wire) => {
      await wire.write(`${JSON_HEAD}content-length: ${bodyOf(call).length}\r\n\r\n`);
      await wire.write(halfOf(call));
      wire.cut();
    }),
  ),
  'reset short of its length': part((call) =>
    then(async (wire) => {
      await wire.write(`${JSON_HEAD}content-length: ${bodyOf(call).length}\r\n\r\n`);
      await wire.write(halfOf(call));
      await wire.wait(20); // a reset discards what has not been read
      wire.cut({ reset: true });
    }),
  ),
  'cut between chunks': part((call) =>
    then(async (wire) => {
      await wire.write(`${JSON_HEAD}transfer-encoding: chunked\r\n\r\n`);
      await wire.write(chunk(halfOf(call)));
      wire.cut();
    }),
  ),
  'a chunk that is none': part((call) =>
    then(async (wire) => {
      await wire.write(`${JSON_HEAD}transfer-encoding: chunked\r\n\r\n`);
      await wire.write(chunk(halfOf(call)));
      await wire.write('no chunk\r\n');
    }),
  ),
  'silence midway': part((call) =>
    then(async (wire) => {
      await wire.write(`${JSON_HEAD}content-length: ${bodyOf(call).length}\r\n\r\n`);
      await wire.write(halfOf(call));
      await wire.until(NEVER);
    }),
  ),
};

/** Of these no end is in sight: only the client's leaving ends them. */
const LASTING: Faults = {
  'silence for ever': nothing(() => stall()),
  'a beginning, then silence': part((call) =>
    call.stream
      ? afterBeginning(call, (wire) => wire.until(NEVER))
      : then(async (wire) => {
          await wire.write(`${JSON_HEAD}content-length: 100000000\r\n\r\n${bodyOf(call).toString().slice(0, -20)}`);
          await wire.until(NEVER);
        }),
  ),
  'one word after the other': part((call) =>
    call.stream
      ? afterBeginning(call, (wire) => trickle(wire, chunk(call.dialect.events([' on']).content[0] ?? '')))
      : then(async (wire) => {
          await wire.write(`${JSON_HEAD}content-length: 100000000\r\n\r\n`);
          await trickle(wire, ' ');
        }),
  ),
  'one comment after the other': nothing((call) =>
    then(async (wire) => {
      await wire.write(call.stream ? STREAM_HEAD : `${JSON_HEAD}transfer-encoding: chunked\r\n\r\n`);
      await trickle(wire, chunk(call.stream ? ': thinking\n\n' : '   '));
    }),
  ),
  '429, in some seconds': refusal(429, { retryAfter: 6 }),
};

/** What happens to calls whose clients leave. */
export const LASTING_FAULTS = namesOf(LASTING);
const STREAM_NAMES = namesOf({ ...COMMON, ...STREAM });
const PLAIN_NAMES = namesOf({ ...COMMON, ...PLAIN });

function namesOf(faults: Faults): [FaultName, ...FaultName[]] {
  const [first = 'good', ...rest] = Object.keys(faults);
  return [first, ...rest];
}

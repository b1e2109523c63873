// Plays one exchange of a campaign as its client, and tells what came back.
import { open, requestBytes } from '../kit/client.ts';
import type { BodyPiece, RawAnswer, RawConnection } from '../kit/client.ts';
import type { Json } from '../kit/json.ts';
import { CLIENT_KEY } from './config.ts';
import type { Plan } from './plan.ts';
import { promptOf } from './plan.ts';
import type { ClientDialect, ErrorSaid } from './dialects.ts';
import { clientDialect } from './dialects.ts';

/**
 * How an exchange ended for its client: a whole answer; a stream that ended in an error after content; a broken
 * transfer; an error that a backend or the gateway made; a request turned down before any backend was called; a
 * redirection; or the client left before the end.
 */
export type Ending = 'whole' | 'interrupted' | 'broken' | 'error' | 'refused' | 'redirected' | 'left';

/** What a client can tell of its exchange. */
export interface Told {
  readonly ending: Ending;
  /** Undefined where it left before the head. */
  readonly status: number | undefined;
  readonly headers: RawAnswer['headers'];
  /** The body as it came. */
  readonly text: string;
  readonly bytes: number;
  /** The content, joined. */
  readonly said: string;
  /** The answer has a finish reason. */
  readonly finished: boolean;
  /** The code of the error, if it got one. */
  readonly code: string | undefined;
  /** When it had its answer or left, `performance.now()`. */
  readonly overAt: number;
}

/** A client that plays one exchange after the other, many of them on one connection. */
export class Client {
  #kept: RawConnection | undefined;

  constructor(
    private readonly url: string,
    private readonly traceIdOf: (n: number) => string,
  ) {}

  /** Sends the request and reads, or leaves, as the plan says. Throws where what comes is neither whole nor an error that says so. */
  async play(plan: Plan): Promise<Told> {
    const connection = await this.#connection(plan.fresh);
    const { model, stream } = plan;
    const dialect = clientDialect(plan.client);
    const { path, headers, body } = dialect.request({ model, stream, prompt: promptOf(plan), key: CLIENT_KEY });
    const bytes = requestBytes(this.url + path, {
      headers: { ...headers, 'x-trace-id': this.traceIdOf(plan.n) },
      body,
    });
    const isHalf = plan.manner === 'leaves while sending';
    // The gateway may answer and close before it has read everything; then the answer is what counts.
    await connection.write(isHalf ? bytes.subarray(0, bytes.length / 2) : bytes).catch(() => undefined);
    const answer = isHalf ? await leaving(connection, plan) : await this.#answer(connection, plan);
    if (answer === undefined || plan.manner.startsWith('leaves')) return leftAt(answer, performance.now());
    const { text, ending } = await within(READ_MS, 'the whole answer', answer.whole());
    if (ending === 'complete' && answer.headers['connection'] !== 'close') this.#keep(connection);
    else connection.leave();
    return judged({ answer, text, ending, stream, dialect });
  }

  /** Closes what it kept open. */
  leave(): void {
    this.#kept?.leave();
  }

  async #answer(connection: RawConnection, plan: Plan): Promise<RawAnswer | undefined> {
    if (plan.manner === 'leaves before the answer') return await leaving(connection, plan);
    const answer = await within(READ_MS, 'the head of the answer', connection.answer());
    if (plan.manner === 'reads slowly') await pausing(connection, plan.leavesAfterMs, 3);
    if (plan.manner === 'stops reading') await pausing(connection, STOPPED_MS, 1);
    if (plan.manner === 'leaves midway') {
      const enough = (text: string): boolean => text.length >= plan.leavesAfterCharacters;
      // Where the answer is short, it leaves after it; where it takes long, without it.
      await Promise.race([answer.textUntil(enough).catch(() => undefined), Bun.sleep(plan.leavesAfterMs * 4)]);
    }
    if (plan.manner.startsWith('leaves')) connection.leave({ reset: plan.resets });
    return answer;
  }

  async #connection(fresh: boolean): Promise<RawConnection> {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept !== undefined && !fresh) return kept;
    kept?.leave();
    return await open(this.url);
  }

  #keep(connection: RawConnection): void {
    this.#kept = connection;
    void connection.closed.then(() => {
      if (this.#kept === connection) this.#kept = undefined;
    });
  }
}

/** Longer than `write_timeout`. */
const STOPPED_MS = 1500;
/** No exchange takes half as long, whatever happens. */
const READ_MS = 30_000;

/** Rejects with what was waited for if it does not come in time. */
async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Leaves when its time has come, answered or not. */
async function leaving(connection: RawConnection, plan: Plan): Promise<RawAnswer | undefined> {
  const answer = connection.answer().catch(() => undefined);
  await Bun.sleep(plan.leavesAfterMs);
  connection.leave({ reset: plan.resets });
  return await Promise.race([answer, Promise.resolve(undefined)]);
}

async function pausing(connection: RawConnection, ms: number, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    connection.pause();
    await Bun.sleep(ms);
    connection.resume();
    await Bun.sleep(1);
  }
}

function leftAt(answer: RawAnswer | undefined, overAt: number): Told {
  const { status, headers = {}, text = '', pieces = [] } = answer ?? {};
  const bytes = bytesOf(pieces);
  return { ending: 'left', status, headers, text, bytes, said: '', finished: false, code: undefined, overAt };
}

interface Got {
  readonly answer: RawAnswer;
  readonly text: string;
  readonly ending: 'complete' | 'broken';
  readonly stream: boolean;
  readonly dialect: ClientDialect;
}

function bytesOf(pieces: readonly BodyPiece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function judged({ answer: { status, headers, pieces }, text, ending, stream, dialect }: Got): Told {
  const overAt = performance.now();
  const told = { status, headers, text, bytes: bytesOf(pieces), said: '', finished: false, code: undefined, overAt };
  if (ending === 'broken') return { ...told, ending };
  if (status === 302) return { ...told, ending: 'redirected' };
  const isSse = headers['content-type']?.startsWith('text/event-stream') === true;
  if (isSse && !stream) throw new Error('a stream that was not asked for');
  const isStream = isSse || (stream && /^\s*\[/.test(text));
  return { ...told, ...(isStream ? streamed(text, dialect) : plain(status, text, dialect)) };
}

const REFUSALS = new Set(['queue_full', 'queue_timeout']);

type Judgement = Pick<Told, 'ending' | 'said' | 'finished' | 'code'>;

function failed({ message, code }: ErrorSaid, said: string): Judgement {
  if (typeof message !== 'string') throw new Error('an error that says nothing');
  const ending = said !== '' ? 'interrupted' : REFUSALS.has(code ?? '') ? 'refused' : 'error';
  return { ending, said, finished: false, code };
}

function plain(status: number, text: string, dialect: ClientDialect): Judgement {
  const body: Json = JSON.parse(text);
  const error = dialect.readError(body);
  if (error !== undefined) return failed(error, '');
  if (status !== 200) throw new Error(`status ${status} without an error`);
  const { said, finished } = dialect.readAnswer(body);
  return { ending: 'whole', said, finished, code: undefined };
}

function streamed(text: string, dialect: ClientDialect): Judgement {
  const { said, finished, ended, error, afterError } = dialect.readStream(text);
  if (error === undefined) {
    if (!ended) throw new Error('a stream with neither an error nor an end');
    return { ending: 'whole', said, finished, code: undefined };
  }
  if (ended) throw new Error('an error, and yet an end');
  if (afterError > 0) throw new Error('events after an error');
  if (finished) throw new Error('an error, and yet a finish');
  return failed(error, said);
}

import type { Failure, HeldAnswer } from '../core/failure.ts';
import { transportFailure } from '../core/failure.ts';
import type { LongAnswer, PlainAnswer } from './answer.ts';
import type { AttemptRun } from './attempt.ts';
import { classify, fail, succeed } from './attempt.ts';
import { transportFailureOf } from './transport.ts';

/** An answer of up to this size is held until it is whole, so that one that breaks off can be had elsewhere. */
const HOLD_BYTES = 1024 * 1024;

type BodyReader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

/** Reads an answer that is no event stream, and judges it once it is whole. */
export async function readPlain(response: Response, run: AttemptRun): Promise<PlainAnswer | LongAnswer | Failure> {
  const { watch, exchange } = run;
  const { status, headers } = response;
  if (status > 599) return transportFailure('broken_answer', `status_${status}`);
  watch.committed();
  const good = status >= 200 && status <= 299;
  const isJson = /\bjson\b/.test(headers.get('content-type') ?? '');
  const reader = response.body?.getReader() as BodyReader | undefined;
  const held: Uint8Array[] = [];
  let bytes = 0;
  // Sound and pictures are played as they come; nobody waits for a whole one.
  let whole = reader === undefined || !(good && isMedia(headers));
  while (whole && reader !== undefined) {
    watch.waits();
    const { done, value } = await reader.read();
    watch.gotBytes();
    if (done) break;
    held.push(value);
    bytes += value.byteLength;
    whole = bytes <= HOLD_BYTES;
  }
  if (!whole && reader !== undefined) return longAnswer(response, held, reader, run);
  const answer = { status, headers, body: joined(held, bytes) };
  const json = isJson || (good && exchange.endpoint?.answersJson === true) || !good ? parsed(answer.body) : undefined;
  const failure = judge(answer, json, isJson, run);
  if (failure !== undefined) return failure;
  succeed(run);
  watch.stop();
  exchange.usage = run.protocol.readUsage(json);
  run.attempt.end({ status });
  return { type: 'plain', ...answer, json };
}

function judge(answer: HeldAnswer, json: unknown, isJson: boolean, run: AttemptRun): Failure | undefined {
  const { status } = answer;
  if (status >= 300 && status <= 399) return undefined;
  if (status < 200 || status > 299 || run.protocol.readError(json) !== undefined) return classify(answer, json, run);
  // A transfer without length or chunks ends the same way whether whole or cut; JSON shows the difference.
  const mustParse = answer.body.byteLength > 0 && (isJson || run.exchange.endpoint?.answersJson === true);
  return mustParse && json === undefined ? transportFailure('broken_answer', 'invalid_json') : undefined;
}

/** The answer is too long to be held, so what is here of it is judged, and the rest goes out as it comes. */
function longAnswer(response: Response, held: Uint8Array[], reader: BodyReader, run: AttemptRun): LongAnswer | Failure {
  const { status, headers } = response;
  const { attempt, watch } = run;
  const cancel = (): void => {
    watch.stop();
    attempt.end({ status });
    reader.cancel().catch(ignoreBrokenPipe);
  };
  if (status >= 400) {
    const failure = classify({ status, headers, body: joined(held, HOLD_BYTES) }, undefined, run);
    if (failure.routedAround) {
      reader.cancel().catch(ignoreBrokenPipe);
      return { ...failure, answer: undefined };
    }
  }
  succeed(run);
  let position = 0;
  const next = async (): Promise<Uint8Array | undefined> => {
    const first = held[position++];
    if (first !== undefined) return first;
    held.length = 0;
    try {
      watch.waits();
      const { done, value } = await reader.read();
      watch.gotBytes();
      if (!done) return value;
    } catch (error) {
      const failure = transportFailureOf(error, attempt);
      fail(run, failure);
      throw error;
    }
    watch.stop();
    attempt.end({ status });
    return undefined;
  };
  return { type: 'long', status, headers, next, cancel };
}

function isMedia(headers: Headers): boolean {
  return /^(?:audio|image|video)\/|^application\/octet-stream/.test(headers.get('content-type') ?? '');
}

function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0] as Uint8Array<ArrayBuffer>;
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    const fitting = part.subarray(0, bytes - at);
    whole.set(fitting, at);
    at += fitting.byteLength;
  }
  return whole;
}

const decoder = new TextDecoder();

function parsed(body: Uint8Array): unknown {
  if (body.byteLength === 0) return undefined;
  try {
    return JSON.parse(decoder.decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

/** Cancelling a body whose connection is gone already is no news. */
function ignoreBrokenPipe(): void {
  return undefined;
}

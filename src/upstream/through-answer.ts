import type { Failure } from '../core/failure.ts';
import type { UpstreamAnswer } from '../core/upstream-answer.ts';
import { LongAnswer } from './answer.ts';
import type { AttemptAnswer } from './answer.ts';
import { onGateway, originOf } from './own-addresses.ts';
import { HOLD_BYTES, HOLD_WHOLE_BYTES, joined, readPieces } from './read-pieces.ts';
import { editedAnswer, type AnswerEdits, type SealingFor } from './seal-answer.ts';
import { begun, classify, succeed } from './settle.ts';
import type { AttemptContext } from './settle.ts';
import { ThroughEvents } from './through-events.ts';

/** Reads the answer to a request that is passed through: nothing is asked of it but to come whole. */
export async function readThrough(response: UpstreamAnswer, ongoing: AttemptContext): Promise<AttemptAnswer | Failure> {
  ongoing.attempt.watch.committed();
  onGateway(response.headers, ongoing);
  const { status, headers, body } = response;
  const isGood = status >= 200 && status <= 299;
  const type = headers.get('content-type') ?? '';
  if (isGood && EVENTS.test(type)) {
    begun(ongoing);
    return new LongAnswer(
      { status, headers, isScrubbed: true },
      [],
      new ThroughEvents(body, ongoing, editsFor(ongoing)),
      ongoing,
    );
  }
  const isJson = JSON_TYPE.test(type) && ongoing.exchange.endpoint?.through?.isContent !== true;
  if (isGood && !isJson) return begunLong(response, [], ongoing);
  const edits = isGood ? editsFor(ongoing) : undefined;
  const read = await readPieces(body, edits === undefined ? HOLD_BYTES : HOLD_WHOLE_BYTES, ongoing);
  if (!isGood && (read.isWhole || status >= 400)) {
    const whole = joined(read);
    return classify({ status, headers, body: whole }, parsed(whole), ongoing);
  }
  return read.isWhole ? wholeAnswer(response, joined(read), edits, ongoing) : begunLong(response, read.pieces, ongoing);
}

function begunLong(
  { status, headers, body }: UpstreamAnswer,
  pieces: Uint8Array[],
  ongoing: AttemptContext,
): LongAnswer {
  begun(ongoing);
  return new LongAnswer({ status, headers }, pieces, body, ongoing);
}

const EVENTS = /^\s*text\/event-stream/i;
const JSON_TYPE = /^\s*(?:application|text)\/json\s*(?:;|$)/i;

/** Undefined where nothing of the answer is changed. */
function editsFor(ongoing: AttemptContext): AnswerEdits | undefined {
  const { exchange, context } = ongoing;
  const sealing = sealingFor(ongoing);
  const addresses = exchange.endpoint?.through?.addresses;
  if (sealing === undefined && addresses === undefined) return undefined;
  return { sealing, addresses, origin: originOf(exchange, context.snapshot) };
}

/** Undefined where ids pass as they are. */
function sealingFor({ attempt, exchange, context }: AttemptContext): SealingFor | undefined {
  const { seal } = context.snapshot;
  const { through } = exchange.endpoint ?? {};
  if (seal === undefined || through === undefined || through.isAccount) return undefined;
  return { seal, caller: exchange.callerId, backend: attempt.route.backend.name, form: through.idForm };
}

function wholeAnswer(
  { status, headers }: UpstreamAnswer,
  bytes: Uint8Array<ArrayBuffer>,
  edits: AnswerEdits | undefined,
  ongoing: AttemptContext,
): AttemptAnswer {
  const body = edits === undefined ? bytes : encoder.encode(editedAnswer(decoder.decode(bytes), edits));
  begun(ongoing);
  succeed(ongoing, status);
  return { type: 'plain', attempt: ongoing.attempt, status, headers, body, json: undefined };
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

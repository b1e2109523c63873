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
export async function readThrough(response: UpstreamAnswer, run: AttemptContext): Promise<AttemptAnswer | Failure> {
  run.attempt.watch.committed();
  onGateway(response.headers, run);
  const { status, headers, body } = response;
  const isGood = status >= 200 && status <= 299;
  const type = headers.get('content-type') ?? '';
  if (isGood && EVENTS.test(type)) {
    begun(run);
    return new LongAnswer({ status, headers, isScrubbed: true }, [], new ThroughEvents(body, run, editsFor(run)), run);
  }
  const isJson = JSON_TYPE.test(type) && run.exchange.endpoint?.through?.isContent !== true;
  if (isGood && !isJson) return begunLong(response, [], run);
  const edits = isGood ? editsFor(run) : undefined;
  const read = await readPieces(body, edits === undefined ? HOLD_BYTES : HOLD_WHOLE_BYTES, run);
  if (!isGood && (read.isWhole || status >= 400)) {
    const whole = joined(read);
    return classify({ status, headers, body: whole }, parsed(whole), run);
  }
  return read.isWhole ? wholeAnswer(response, joined(read), edits, run) : begunLong(response, read.pieces, run);
}

function begunLong({ status, headers, body }: UpstreamAnswer, pieces: Uint8Array[], run: AttemptContext): LongAnswer {
  begun(run);
  return new LongAnswer({ status, headers }, pieces, body, run);
}

const EVENTS = /^\s*text\/event-stream/i;
const JSON_TYPE = /^\s*(?:application|text)\/json\s*(?:;|$)/i;

/** Undefined where nothing of the answer is changed. */
function editsFor(run: AttemptContext): AnswerEdits | undefined {
  const { exchange, context } = run;
  const sealing = sealingFor(run);
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
  run: AttemptContext,
): AttemptAnswer {
  const body = edits === undefined ? bytes : encoder.encode(editedAnswer(decoder.decode(bytes), edits));
  begun(run);
  succeed(run, status);
  return { type: 'plain', attempt: run.attempt, status, headers, body, json: undefined };
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

import type { Failure } from '../core/failure.ts';
import type { UpstreamAnswer } from '../core/upstream-answer.ts';
import { hasRoomFor, NoRoom, UNCOUNTED_BYTES } from '../core/buffered-bytes.ts';
import { LongAnswer } from './answer.ts';
import type { PlainAnswer } from './answer.ts';
import { onGateway, originOf } from './own-addresses.ts';
import { editedAnswer, type AnswerEdits, type SealingFor } from './seal-answer.ts';
import { begun, classify, succeed } from './settle.ts';
import type { AttemptContext } from './settle.ts';
import { ThroughEvents } from './through-events.ts';

/** An error, or an answer that nothing is changed in, is held up to this size. */
const HOLD_BYTES = 1024 * 1024;
/** One in which ids are sealed has to be whole. */
const HOLD_WHOLE_BYTES = 64 * 1024 * 1024;

/** Reads the answer to a request that is passed through: nothing is asked of it but to come whole. */
export async function readThrough(
  response: UpstreamAnswer,
  run: AttemptContext,
): Promise<PlainAnswer | LongAnswer | Failure> {
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
  const edits = isGood && isJson ? editsFor(run) : undefined;
  const mostBytes = edits === undefined ? HOLD_BYTES : HOLD_WHOLE_BYTES;
  const pieces: Uint8Array[] = [];
  const isWhole = (!isGood || isJson) && (await readPieces(response, pieces, mostBytes, run));
  if (!isGood && (isWhole || status >= 400))
    return classify({ status, headers, body: new Uint8Array(Buffer.concat(pieces)) }, parsed(pieces), run);
  if (isWhole) return whole(response, pieces, edits, run);
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

function whole(
  { status, headers }: UpstreamAnswer,
  pieces: readonly Uint8Array[],
  edits: AnswerEdits | undefined,
  run: AttemptContext,
): PlainAnswer {
  const bytes = new Uint8Array(Buffer.concat(pieces));
  const body = edits === undefined ? bytes : encoder.encode(editedAnswer(decoder.decode(bytes), edits));
  begun(run);
  succeed(run, status);
  return { type: 'plain', attempt: run.attempt, status, headers, body, json: undefined };
}

/** Reads up to `mostBytes` into `pieces`; false if there is more. */
async function readPieces(
  { body }: UpstreamAnswer,
  pieces: Uint8Array[],
  mostBytes: number,
  { attempt, context }: AttemptContext,
): Promise<boolean> {
  const { watch } = attempt;
  for (let bytes = 0; bytes <= mostBytes;) {
    watch.waits();
    const { done, value } = await body.read();
    watch.gotBytes();
    if (done) return true;
    pieces.push(value);
    bytes += value.byteLength;
    if (bytes > UNCOUNTED_BYTES && !hasRoomFor(value.byteLength, attempt, context)) throw new NoRoom();
  }
  return false;
}

function parsed(pieces: readonly Uint8Array[]): unknown {
  try {
    return JSON.parse(decoder.decode(Buffer.concat(pieces))) as unknown;
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

import { brokenAnswer } from '../core/broken-answer.ts';
import type { Failure, HeldAnswer } from '../core/failure.ts';
import { transportFailure } from '../core/failure.ts';
import { Refusal } from '../core/refusal.ts';
import type { Route } from '../core/route.ts';
import type { UpstreamAnswer } from '../core/upstream-answer.ts';
import { Work } from '../core/work.ts';
import { parseKeepingLongNumbers } from '../lib/exact-json.ts';
import { SMALL_UNITS } from '../lib/json-extent.ts';
import { jsonFootprint } from '../lib/json-footprint.ts';
import { parseJson } from '../lib/parse-json.ts';
import { MalformedAnswer } from '../protocols/codec.ts';
import type { BrokenEnd } from '../protocols/shared/finish/words.ts';
import { readBaseResp, readVendorError } from '../core/vendor-error.ts';
import { beginsAsEvents, wholeBody } from './answer-form.ts';
import { AnswerIds } from './answer-ids.ts';
import { LongAnswer } from './answer.ts';
import type { AttemptAnswer } from './answer.ts';
import { brokenEndFailure } from './broken-end.ts';
import { hasRoomFor, NoRoom, UNCOUNTED_BYTES } from '../core/buffered-bytes.ts';
import { collectStream } from './collect-stream.ts';
import { HOLD_BYTES, HOLD_WHOLE_BYTES, joined, readPieces, type Pieces } from './read-pieces.ts';
import { framedWhole, streamType } from '../translation/framing.ts';
import { counted, noteAnswer } from './note-usage.ts';
import { withOwnIds } from './own-ids.ts';
import type { AttemptContext } from './settle.ts';
import { begun, classify, rememberKept, succeed } from './settle.ts';

/** Reads an answer that is no event stream, and judges it once it is whole. */
export async function readPlain(response: UpstreamAnswer, ongoing: AttemptContext): Promise<AttemptAnswer | Failure> {
  ongoing.attempt.watch.committed();
  const isToBeHeld = isHeld(response, ongoing);
  // Mostly it has come with its head.
  const whole = isToBeHeld ? response.body.takeWhole() : undefined;
  if (whole !== undefined) return judged(response, whole, ongoing);
  const mostBytes = mustBeWhole(ongoing) ? HOLD_WHOLE_BYTES : HOLD_BYTES;
  const isGood = response.status >= 200 && response.status <= 299;
  const body = isGood && isGenerated(ongoing) ? counted(response.body, ongoing.attempt) : response.body;
  const read = isToBeHeld ? await readPieces(body, mostBytes, ongoing) : { pieces: [], bytes: 0, isWhole: false };
  return read.isWhole ? judged(response, joined(read), ongoing) : beginLong(response, read, ongoing);
}

/** The answer is whole. */
function judged(
  response: UpstreamAnswer,
  body: Uint8Array<ArrayBuffer>,
  ongoing: AttemptContext,
): AttemptAnswer | Failure | Promise<AttemptAnswer | Failure> {
  const { status, headers } = response;
  const good = status >= 200 && status <= 299;
  const isJson = /json/i.test(headers.get('content-type') ?? '');
  const mustBeJson = isJson || ongoing.translation !== undefined || ongoing.exchange.endpoint?.answersJson === true;
  const json = mustBeJson || !good ? parsed(body, ongoing) : undefined;
  if (good && json === undefined && isGenerated(ongoing) && beginsAsEvents(body))
    return collectStream({ status, headers, body: wholeBody(body) }, ongoing);
  const failure = judge({ status, headers, body }, json, mustBeJson, ongoing);
  if (failure !== undefined) {
    noteAnswer(ongoing, json);
    return failure;
  }
  const passed = good && json !== undefined ? withOwnIds(body, json, ongoing) : { body, json };
  const inForm = good ? inClientsForm(passed.json, ongoing) : undefined;
  if (inForm !== undefined && typeof inForm !== 'string') return inForm;
  begun(ongoing);
  ongoing.attempt.watch.ends();
  if (good) noteAnswer(ongoing, json);
  succeed(ongoing, status);
  if (good) {
    ongoing.attempt.keptId = ongoing.protocol.providerState?.idOf(json);
    rememberKept(ongoing);
  }
  if (inForm === undefined) {
    // SDKs hand on as a text what is not labelled as JSON.
    if (good && !isJson && json !== undefined) headers.set('content-type', 'application/json');
    return { type: 'plain', attempt: ongoing.attempt, status, headers, ...passed };
  }
  const isStream = ongoing.exchange.stream;
  headers.set('content-type', isStream ? streamType(ongoing.client) : 'application/json');
  const { attempt } = ongoing;
  return { type: 'plain', attempt, status, headers, body: encoder.encode(inForm), json: passed.json, isStream };
}

/**
 * The answer in the client's dialect, and as a stream where it asked for one; undefined where it can be passed on as it
 * is. One that makes no sense in the backend's own dialect is as good as none.
 */
function inClientsForm(json: unknown, { exchange, client, translation }: AttemptContext): string | Failure | undefined {
  const { stream, endpoint } = exchange;
  if (translation === undefined) {
    const events = stream && endpoint?.operation === 'generate' ? client.stream.fromPlain(json) : undefined;
    return events === undefined ? undefined : framedWhole(events, client);
  }
  try {
    const text = translation.answer(json);
    return stream ? framedWhole(text, client) : text;
  } catch (error) {
    if (!(error instanceof MalformedAnswer)) throw error;
    return brokenAnswer('malformed');
  }
}

function judge(answer: HeldAnswer, json: unknown, mustBeJson: boolean, ongoing: AttemptContext): Failure | undefined {
  const { status } = answer;
  if (status < 200 || status > 299) return classify(answer, json, ongoing);
  // Of what is kept, also a response that has failed is what was asked for.
  const isKept = ongoing.exchange.endpoint?.handler === 'resource';
  if (!isKept && (ongoing.protocol.errors.read(json) ?? readBaseResp(json)) !== undefined)
    return classify(answer, json, ongoing);
  const broken = isKept ? undefined : ongoing.protocol.brokenEnd(json, ongoing.exchange.body?.fields);
  if (broken !== undefined) return brokenPlain(broken, answer, json, ongoing);
  if (isGenerated(ongoing)) return noAnswer(answer, json, ongoing);
  // A transfer without length or chunks ends the same way whether whole or cut; JSON shows the difference.
  return mustBeJson && json === undefined && status !== 204 && status !== 205 ? noJson(answer) : undefined;
}

/** Of a word that nobody knows its own client may judge, where nothing better is to be had than the answer as it is. */
function brokenPlain(broken: BrokenEnd, answer: HeldAnswer, json: unknown, ongoing: AttemptContext): Failure {
  const { exchange, translation } = ongoing;
  const failure = brokenEndFailure(broken, answer.headers, ongoing);
  if (broken.cause !== 'unknown' || translation !== undefined || exchange.stream) return failure;
  noteAnswer(ongoing, json);
  return { ...failure, status: answer.status, answer };
}

/** A page is most often that of a wrong URL or of a proxy between, which is quicker found than any other broken answer. */
function noJson({ body }: HeldAnswer): Failure {
  const start = new TextDecoder().decode(body.subarray(0, PAGE_START_BYTES)).trimStart();
  return brokenAnswer(start.startsWith('<') ? 'html' : 'invalid_json');
}

const PAGE_START_BYTES = 64;

/** Whoever went on with a conversation has said something, or why not. What holds neither may hold a vendor's own error. */
function noAnswer(answer: HeldAnswer, json: unknown, ongoing: AttemptContext): Failure | undefined {
  if (json === undefined) return answer.body.byteLength === 0 ? brokenAnswer('no_answer') : noJson(answer);
  if (ongoing.protocol.holdsAnswer(json)) return undefined;
  return readVendorError(json) === undefined ? brokenAnswer('no_answer') : classify(answer, json, ongoing);
}

function isGenerated({ exchange }: AttemptContext): boolean {
  return exchange.endpoint?.operation === 'generate';
}

/** Audio and images are played as they come; nobody waits for a whole one. What has to be JSON is none, whatever its label. */
function isHeld({ status, headers }: UpstreamAnswer, ongoing: AttemptContext): boolean {
  if (status < 200 || status > 299 || mustBeWhole(ongoing) || ongoing.exchange.endpoint?.answersJson === true)
    return true;
  return !MEDIA.test(headers.get('content-type') ?? '');
}

/** The answer is not held: what is here of it is judged, and the rest goes out as it comes. */
function beginLong(
  { status, headers, body }: UpstreamAnswer,
  read: Pieces,
  ongoing: AttemptContext,
): LongAnswer | Failure {
  if (mustBeWhole(ongoing)) {
    ongoing.attempt.refusal = tooLong(ongoing.attempt.route);
    return transportFailure('not_carried', 'too_long_to_translate');
  }
  if (status >= 400) {
    const failure = classify({ status, headers, body: joined(read, HOLD_BYTES) }, undefined, ongoing);
    if (failure.routedAround) return { ...failure, answer: undefined };
  }
  begun(ongoing);
  // What is so long holds media: its bytes say nothing of tokens.
  ongoing.attempt.saidBytes = 0;
  return new LongAnswer({ status, headers }, read.pieces, body, ongoing);
}

function mustBeWhole(ongoing: AttemptContext): boolean {
  return ongoing.translation !== undefined || AnswerIds.for(ongoing) !== undefined;
}

/** Nothing is wrong with the backend; one of the client's own dialect could pass the answer on as it comes. */
function tooLong({ backend }: Route): Refusal {
  return new Refusal(
    'upstream_error',
    `The answer of the backend ${backend.name} is over 64 MiB, too long for what has to be changed in it. Ask for a stream, or for less.`,
    { headers: { 'x-should-retry': 'false' } },
  );
}

const MEDIA = /^(?:audio|image|video)\/|^application\/octet-stream/i;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Undefined for what is no JSON. Throws TooComplex for what would be too much to translate. */
function parsed(body: Uint8Array, { translation, exchange, attempt, context }: AttemptContext): unknown {
  if (body.byteLength === 0) return undefined;
  const text = decoder.decode(body);
  if (text.length > SMALL_UNITS && (translation !== undefined || exchange.stream)) {
    new Work(context.snapshot.work).takeJson(text, 'the answer');
  }
  const isLarge = body.byteLength > UNCOUNTED_BYTES;
  if (isLarge && !hasRoomFor(jsonFootprint(text, context.random), attempt, context)) throw new NoRoom();
  try {
    return translation === undefined ? parseJson(text) : parseKeepingLongNumbers(text);
  } catch {
    return undefined;
  }
}

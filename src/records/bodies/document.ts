import { protocolOf } from '../../protocols/registry.ts';
import type { Attempt } from '../../core/attempt.ts';
import type { BodyCopy } from '../../core/body-copy.ts';
import { MARGIN_BYTES, type ExchangeBodies } from '../../core/exchange-bodies.ts';
import type { KeptAnswer, KeptAttempt, KeptBodies, KeptRequest } from '../../core/kept-bodies.ts';
import { keptHeaders } from '../../core/kept-headers.ts';
import type { ProtocolName } from '../../core/part.ts';
import { ScrubbedDeltas } from '../../core/scrubbed-deltas.ts';
import { credentialIn } from '../../vendors/presented-credential.ts';
import { maskedBeginning } from '../log/masked-beginning.ts';
import { toldAttempts } from '../record-of.ts';

/** Returns the text without secrets. */
export type Mask = (text: string) => string;

/** A message as it was copied. */
interface Copied {
  readonly headers: Readonly<Record<string, string>>;
  readonly copy: BodyCopy;
  /** Whose events they are, if they are events. */
  readonly dialect: ProtocolName | undefined;
}

/** Makes of the copies what is kept, masked. Long texts take time, so others may run between two of them. */
export async function keptBodiesOf(bodies: ExchangeBodies, mask: Mask): Promise<KeptBodies> {
  const { exchange } = bodies;
  const masker = new Masker(bodies, withoutCredential(mask, credentialIn(exchange.headers)));
  const attempts: KeptAttempt[] = [];
  for (const attempt of toldAttempts(exchange)) attempts.push(await attemptOf(attempt, bodies, masker));
  const dialect = exchange.endpoint?.protocol;
  const request = await requestOf(bodies, masker);
  const answer = await answerOf(bodies, masker);
  const { traceId, startedAtWall: startedAt } = exchange;
  return { traceId: masker.text(traceId), startedAt, dialect, request, answer, attempts };
}

/** What the client has shown as its key may be a key of any form. */
function withoutCredential(mask: Mask, credential: string | undefined): Mask {
  if (credential === undefined || credential.length < MIN_CREDENTIAL_CHARS) return mask;
  return (text) => mask(text.replaceAll(credential, '****'));
}

/** A shorter one would be found in ordinary words. */
const MIN_CREDENTIAL_CHARS = 6;

async function requestOf({ exchange, request }: ExchangeBodies, masker: Masker): Promise<KeptRequest> {
  const { method, path, query, headers, endpoint, bytesIn } = exchange;
  const message = await masker.message({ headers: keptHeaders(headers), copy: request, dialect: endpoint?.protocol });
  return { method, path: masker.text(path + query), ...message, bytes: Math.max(bytesIn, message.bytes) };
}

/** Undefined: the client had left before there was one. */
async function answerOf(bodies: ExchangeBodies, masker: Masker): Promise<KeptAnswer | undefined> {
  const { exchange, answer: copy, answerHeaders } = bodies;
  const { status } = exchange.delivery;
  if (status === 0) return undefined;
  const headers = answerHeaders === undefined ? {} : keptHeaders(answerHeaders);
  return { status, ...(await masker.message({ headers, copy, dialect: exchange.endpoint?.protocol })) };
}

async function attemptOf(attempt: Attempt, bodies: ExchangeBodies, masker: Masker): Promise<KeptAttempt> {
  const { route, failure, upstreamProtocol: dialect } = attempt;
  const copied = bodies.of(attempt);
  const told = { backend: route.backend.name, model: masker.text(route.model), dialect, failure: failure?.kind };
  if (copied === undefined) return { ...told, request: undefined, answer: undefined };
  const { method, path, headers, answer } = copied;
  const request = {
    method,
    path: masker.text(path),
    ...(await masker.message({ headers, copy: copied.request, dialect: undefined })),
  };
  if (answer === undefined) return { ...told, request, answer };
  return { ...told, request, answer: { status: answer.status, ...(await masker.message({ ...answer, dialect })) } };
}

/** Takes secrets out of the messages of one exchange. */
class Masker {
  constructor(
    private readonly bodies: Pick<ExchangeBodies, 'mostBytes' | 'scrubber'>,
    readonly text: Mask,
  ) {}

  async message({ headers, copy, dialect }: Copied): Promise<Omit<KeptAnswer, 'status'>> {
    await turn();
    const { bytes, kept } = copy;
    const masked = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.text(value)]));
    const type = headers['content-type'];
    if (kept.byteLength === 0 || (type !== undefined && !TEXT.test(type)))
      return { headers: masked, body: undefined, bytes, cut: false };
    this.#scrub(kept, type, dialect);
    const seen = Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength).toString('utf8');
    const { text, isCut } = maskedBeginning(await this.#masked(seen), {
      mostBytes: this.bodies.mostBytes,
      marginBytes: MARGIN_BYTES,
      isWhole: bytes === kept.byteLength,
    });
    return { headers: masked, body: text, bytes, cut: isCut };
  }

  /** Of a long text piece by piece, for others are to run meanwhile. */
  async #masked(text: string): Promise<string> {
    if (text.length <= MOST_AT_ONCE) return this.text(text);
    let masked = '';
    for (const piece of piecesOf(text)) {
      masked += this.text(piece);
      await turn();
    }
    return masked;
  }

  /** In place, as what goes to clients is: a secret may be said in several events. */
  #scrub(kept: Uint8Array, type: string | undefined, dialect: ProtocolName | undefined): void {
    const { scrubber } = this.bodies;
    if (scrubber === undefined) return;
    if (dialect === undefined || type === undefined || !EVENTS.test(type)) scrubber.scrub(kept);
    else new ScrubbedDeltas(scrubber, protocolOf(dialect).stream.textFields).push(kept);
  }
}

/** So much text is masked at once. */
const MOST_AT_ONCE = 64 * 1024;

/** A text in pieces, cut where no key and nothing that tells of one goes on: between members of JSON and between events. */
function* piecesOf(text: string): Generator<string> {
  let from = 0;
  while (text.length - from > MOST_AT_ONCE) {
    BETWEEN.lastIndex = from + MOST_AT_ONCE / 2;
    if (!BETWEEN.test(text)) break;
    yield text.slice(from, BETWEEN.lastIndex);
    from = BETWEEN.lastIndex;
  }
  yield text.slice(from);
}

const BETWEEN = /(?<=[^\\]",)(?=")|\n\n/g;
const TEXT = /json|text|xml|javascript|urlencoded|graphql/i;
const EVENTS = /event-stream/i;

async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

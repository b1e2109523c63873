import { brokenAnswer } from '../core/broken-answer.ts';
import type { Failure, HeldAnswer } from '../core/failure.ts';
import type { UpstreamAnswer } from '../core/upstream-answer.ts';
import { OverBudget } from '../core/spend-lease.ts';
import { TooComplex } from '../core/work.ts';
import { MalformedAnswer } from '../protocols/codec.ts';
import { UnreadableStream } from '../protocols/shared/stream/sse.ts';
import type { AttemptAnswer } from './answer.ts';
import { hasRoomFor, NoRoom, UNCOUNTED_BYTES } from '../core/buffered-bytes.ts';
import type { StreamCollection } from '../translation/translation.ts';
import { translationFor } from '../translation/translation-for.ts';
import { noteStream } from './note-usage.ts';
import { withOwnIds } from './own-ids.ts';
import type { AttemptContext } from './settle.ts';
import { begun, classify, rememberKept, succeed } from './settle.ts';
import { piecesOf } from './stream-feed.ts';
import { StreamInspector } from './stream-inspector.ts';

/** One that is longer is given up. */
const MOST_BYTES = 64 * 1024 * 1024;
/** How long the end of a stream is waited for after its finish. */
const AFTER_FINISH_MS = 2000;

/** Reads a stream that nobody asked for to its end, and makes of it the plain answer that the client did ask for. */
export async function collectStream(
  response: UpstreamAnswer,
  ongoing: AttemptContext,
): Promise<AttemptAnswer | Failure> {
  const collector = collectorFor(ongoing);
  if (collector === undefined) return brokenAnswer('unasked_stream');
  const { status, headers } = response;
  const events = new StreamInspector(ongoing.protocol, ongoing.attempt, collector, {
    limits: ongoing.context.snapshot.work,
  });
  try {
    ongoing.attempt.watch.committed();
    await readAll(response, events, ongoing);
    ongoing.attempt.watch.ends();
    if (events.state === 'error') {
      const answer: HeldAnswer = { status, headers, body: encoder.encode(JSON.stringify(events.error)) };
      headers.set('content-type', 'application/json');
      return classify(answer, events.error, ongoing);
    }
    if (events.isEmpty) return brokenAnswer('no_answer');
    if (!events.isComplete) return brokenAnswer('stream_ended_early');
    const text = collector.answer();
    begun(ongoing);
    succeed(ongoing, status);
    rememberKept(ongoing);
    headers.set('content-type', 'application/json');
    return {
      type: 'plain',
      attempt: ongoing.attempt,
      status,
      headers,
      ...withOwnIds(encoder.encode(text), JSON.parse(text), ongoing),
    };
  } catch (error) {
    if (error instanceof MalformedAnswer || error instanceof UnreadableStream) return brokenAnswer('malformed');
    throw error;
  } finally {
    noteStream(ongoing, events);
    response.body.cancel();
  }
}

async function readAll({ body }: UpstreamAnswer, events: StreamInspector, ongoing: AttemptContext): Promise<void> {
  const { attempt, context } = ongoing;
  let bytes = 0;
  while (!events.isOver) {
    attempt.watch.waits(events.finished ? AFTER_FINISH_MS : undefined);
    let chunk;
    try {
      chunk = await body.read();
    } catch (error) {
      // What has had its finish is whole, whatever became of the connection.
      const isSilent = attempt.aborted === undefined || attempt.aborted.kind === 'read_timeout';
      if (events.isComplete && isSilent) return;
      throw error;
    }
    attempt.watch.gotBytes();
    if (chunk.done) {
      events.last();
      return;
    }
    bytes += chunk.value.byteLength;
    if (bytes > MOST_BYTES) throw new UnreadableStream('too long to be collected');
    if (bytes > UNCOUNTED_BYTES && !hasRoomFor(chunk.value.byteLength, attempt, context)) throw new NoRoom();
    const { spending } = ongoing.exchange.leases;
    for (const piece of spending === undefined ? [chunk.value] : piecesOf(chunk.value)) {
      events.push(piece);
      const refusal = spending?.grew(attempt, events.tokensSeen);
      if (refusal !== undefined && !events.isComplete) throw new OverBudget(refusal);
    }
  }
}

/** Undefined where the dialect cannot say again what was asked for: then nor can it be known what is answered. */
function collectorFor(ongoing: AttemptContext): Collector | undefined {
  const { attempt, exchange, protocol, client, context } = ongoing;
  // Of several choices a plain answer made of it would have the first.
  if (ongoing.translation === undefined && asksForSeveral(exchange.body?.fields)) return undefined;
  try {
    const ends = { client, upstream: protocol };
    return new Collector((ongoing.translation ?? translationFor(attempt, ends, context)).collect());
  } catch (error) {
    if (error instanceof TooComplex) throw error;
    return undefined;
  }
}

function asksForSeveral(fields: Readonly<Record<string, unknown>> | undefined): boolean {
  const n = fields?.['n'];
  return typeof n === 'number' && n > 1;
}

/** Takes events where others are said anew: nothing of them goes out. */
class Collector {
  readonly isSameDialect = false;

  constructor(private readonly collection: StreamCollection) {}

  push(_data: string, event: unknown, name: string | undefined): string {
    this.collection.push(event, name);
    return '';
  }

  pushError(): string {
    return '';
  }

  answer(): string {
    return this.collection.answer();
  }
}

const encoder = new TextEncoder();

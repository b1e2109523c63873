import type { Clock } from '../../../lib/clock.ts';
import type { AnswerEvent } from './answer.ts';

/** How a stream goes out, and whether it ends well. */
export interface Pace {
  readonly clock: Clock;
  readonly wordDelayMs: number;
  /** `stall`: silence for ever after a few words; `cut`: the connection breaks there. */
  readonly breakdown: 'stall' | 'cut' | undefined;
  readonly signal: AbortSignal | undefined;
}

/** How many words a stream that breaks down sends before it does. */
const WORDS_BEFORE_BREAKDOWN = 4;

const encoder = new TextEncoder();

/** SSE bytes, one event for each pull and none before it, ended by `[DONE]`. Errors with the signal's reason. */
export function eventStream(events: Iterable<AnswerEvent>, pace: Pace): ReadableStream<Uint8Array> {
  const iterator = events[Symbol.iterator]();
  const cancelled = new AbortController();
  const stop = pace.signal === undefined ? cancelled.signal : AbortSignal.any([pace.signal, cancelled.signal]);
  let words = 0;
  let done = false;

  const next = async (): Promise<string | undefined> => {
    stop.throwIfAborted();
    if (done) return undefined;
    const event = iterator.next();
    done = event.done === true;
    if (pace.breakdown !== undefined && breaksAt(event, words)) {
      if (pace.breakdown === 'cut') throw breakOff();
      await pause(Number.POSITIVE_INFINITY, pace.clock, stop);
    }
    if (event.done) return 'data: [DONE]\n\n';
    if (event.value.kind === 'words') {
      words++;
      await pause(pace.wordDelayMs, pace.clock, stop);
    }
    return `data: ${JSON.stringify(event.value.data)}\n\n`;
  };

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const text = await next();
        if (text === undefined) controller.close();
        else controller.enqueue(encoder.encode(text));
      },
      cancel() {
        cancelled.abort();
      },
    },
    { highWaterMark: 0 },
  );
}

/** A stream breaks down after its few words, or before its end where it has fewer. */
function breaksAt(event: IteratorResult<AnswerEvent>, words: number): boolean {
  return event.done === true || event.value.kind === 'end' || words >= WORDS_BEFORE_BREAKDOWN;
}

/** What `fetch` throws where a provider's connection breaks. */
export function breakOff(): Error {
  return Object.assign(new Error('the demo broke the connection, as its model name asked for'), { code: 'ECONNRESET' });
}

/** Resolves after `delayMs` (never, if infinite); rejects with the signal's reason, leaving no timer and no listener. */
export async function pause(delayMs: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (delayMs <= 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancelTimer = Number.isFinite(delayMs) ? clock.after(delayMs, resolve) : undefined;
  const onAbort = () => {
    cancelTimer?.();
    resolve();
  };
  signal?.addEventListener('abort', onAbort);
  await promise;
  signal?.removeEventListener('abort', onAbort);
  signal?.throwIfAborted();
}

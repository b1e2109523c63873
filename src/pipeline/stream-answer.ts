import { transportFailure } from '../core/failure.ts';
import type { Failure, FailureKind } from '../core/failure.ts';
import { isJson } from '../lib/is-json.ts';
import { dataLines, eventData, eventEnd, eventName, EventSplitter, structureOf } from '../protocols/sse.ts';
import type { StreamReader } from '../protocols/protocol.ts';
import type { BodyReader } from './answer.ts';
import { interruption } from './explain.ts';
import type { AttemptRun } from './settle.ts';
import { classify, fail, succeed } from './settle.ts';
import { transportFailureOf } from './transport.ts';

/** How much may wait for the first content. */
const MAX_HELD_EVENTS = 64;
const MAX_HELD_BYTES = 256 * 1024;
/** One event longer than this is not an event. Pictures come in events of several MiB. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;
/** How long the end of a transfer is waited for after the end of its stream, so that the connection can be used again. */
const LINGER_MS = 1000;
/** How long the end of a stream is waited for after its finish. */
const AFTER_FINISH_MS = 500;

/** What the events so far amount to. */
type State = 'waiting' | 'flowing' | 'complete' | 'error';

/** A stream whose first content is here. Every event of it is looked at once, on its way through. */
export class StreamAnswer {
  readonly type = 'stream';
  readonly status: number;
  readonly headers: Headers;
  readonly #splitter = new EventSplitter();
  readonly #events: StreamReader;
  readonly #body: BodyReader;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #heldEvents = 0;
  #state: State = 'waiting';
  /** The commit point has been passed: what comes after is the client's, however it came. */
  #hasContent = false;
  /** The upstream's own error event, when it has sent one. */
  #error: unknown;
  /** That event is not in the client's dialect, and is to go out in other words. */
  #isForeignError = false;
  #ended = false;

  private constructor(
    response: Response,
    private readonly run: AttemptRun,
  ) {
    this.status = response.status;
    this.headers = response.headers;
    this.#events = run.protocol.readStream(run.exchange.body?.fields);
    this.#body = (response.body ?? new Blob([]).stream()).getReader() as BodyReader;
  }

  /** Reads up to the commit point: the first event of a good answer. Until then a failure can be routed around. */
  static async open(response: Response, run: AttemptRun): Promise<StreamAnswer | Failure> {
    const answer = new StreamAnswer(response, run);
    const failure = await answer.#prime();
    if (failure !== undefined) {
      answer.#dropBody();
      return failure;
    }
    run.watch.committed();
    succeed(run);
    // Nothing is tried again from here on; a long stream must not keep a long prompt in memory.
    if (run.exchange.captured === undefined) run.exchange.body = undefined;
    run.exchange.ttftMs ??= run.context.clock.now() - run.exchange.startedAt;
    return answer;
  }

  /**
   * The next bytes for the client, whole events always; undefined at the end. A stream that cannot be completed ends in
   * an error event and lacks its dialect's end, so that it never looks whole.
   */
  next(): Promise<Uint8Array | undefined> {
    const held = this.#held.shift();
    if (held !== undefined || this.#ended) return Promise.resolve(held);
    // One step for each chunk: no frame of an async function lives between them, in any of thousands of streams.
    return this.#read().then(this.#onRegion, this.#onBroken);
  }

  readonly #onRegion = (bytes: Uint8Array | undefined): Uint8Array | undefined | Promise<Uint8Array | undefined> => {
    // The client may have left while the bytes were waited for.
    if (this.#ended) return undefined;
    if (bytes === undefined) return this.#atEnd();
    this.run.exchange.usage = this.#events.usage ?? this.run.exchange.usage;
    return bytes.byteLength > 0 ? bytes : this.next();
  };

  readonly #onBroken = (error: unknown): Uint8Array | undefined =>
    this.#ended ? undefined : this.#breakOff(transportFailureOf(error, this.run.attempt));

  /** To be called when nobody wants the rest. */
  cancel(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.run.watch.ends();
    this.#dropBody();
    fail(this.run, transportFailure(this.run.attempt.aborted?.kind ?? 'client_gone'));
  }

  async #prime(): Promise<Failure | undefined> {
    for (;;) {
      const bytes = await this.#read();
      if (bytes !== undefined && bytes.byteLength > 0) {
        this.#held.push(bytes);
        this.#heldBytes += bytes.byteLength;
      }
      if (this.#is('error') && !this.#hasContent) return this.#classifyError(this.#held);
      if (bytes === undefined)
        return this.#isComplete() ? undefined : transportFailure('broken_answer', 'stream_without_content');
      if (!this.#is('waiting') || this.#isHoldingEnough()) return undefined;
    }
  }

  #is(state: State): boolean {
    return this.#state === state;
  }

  #isHoldingEnough(): boolean {
    return this.#heldEvents >= MAX_HELD_EVENTS || this.#heldBytes + this.#splitter.pendingBytes >= MAX_HELD_BYTES;
  }

  /** Reads once and looks at the whole events that this gave. Undefined at the end of the transfer or of the stream. */
  #read(): Promise<Uint8Array | undefined> {
    if (this.#state === 'complete' || this.#state === 'error') return Promise.resolve(undefined);
    // After the finish only the usage may follow, at once; nobody waits for a [DONE] that may never come.
    this.run.watch.waits(this.#events.finished ? AFTER_FINISH_MS : undefined);
    return this.#body.read().then(this.#onChunk);
  }

  readonly #onChunk = ({ done, value }: { done: boolean; value?: Uint8Array | undefined }): Uint8Array | undefined => {
    this.run.watch.gotBytes();
    if (done || value === undefined) return this.#last();
    const region = this.#splitter.push(value);
    if (region !== undefined) return this.#inspect(region);
    if (this.#splitter.pendingBytes > MAX_EVENT_BYTES)
      throw Object.assign(new Error('event too long'), { code: 'EventHeader_TooLong' });
    return EMPTY;
  };

  /** An event may lack its blank line at the end of the stream. If it is one, it is given it. */
  #last(): Uint8Array | undefined {
    const rest = this.#splitter.flush();
    if (rest === undefined) return undefined;
    const text = structureOf(rest).trimEnd();
    const data = eventData(`${text}\n\n`, 0, text.length + 2);
    if (data === undefined || !(this.run.protocol.isStreamEnd(data) || isJson(data))) return undefined;
    return this.#inspect(Buffer.from(`${text}\n\n`, 'latin1'));
  }

  /** Looks at every event of the region. Returns what of it may go out: all of it, nearly always. */
  #inspect(region: Uint8Array): Uint8Array {
    const text = structureOf(region);
    const mixed = this.#splitter.mixedLineEnds;
    let kept: Uint8Array[] | undefined;
    let keptTo = 0;
    for (let start = 0, end = 0; start < text.length; start = end) {
      end = eventEnd(text, start, mixed);
      const data = eventData(text, start, end);
      if (data === undefined) continue;
      const verdict = this.#see(data, eventName(text, start, end));
      if (verdict === 'malformed') {
        kept ??= [];
        kept.push(region.subarray(keptTo, start), ...this.#salvage(text.slice(start, end)));
        keptTo = end;
      } else if (verdict === 'last') {
        // What follows the end, or an error, is not the client's.
        return assembled(kept, region.subarray(keptTo, this.#isForeignError ? start : end));
      }
    }
    return assembled(kept, region.subarray(keptTo));
  }

  #see(data: string, name?: string): 'on' | 'last' | 'malformed' {
    this.#heldEvents++;
    if (name === undefined && this.#events.isMoreOfTheSame(data)) return 'on';
    if (this.run.protocol.isStreamEnd(data)) {
      this.#state = 'complete';
      return 'last';
    }
    let event: unknown;
    try {
      event = JSON.parse(data);
    } catch {
      return 'malformed';
    }
    const seen = this.#events.see(event, data, name);
    if (seen === 'error' || seen === 'foreign_error') {
      // Before the commit point, the whole answer may yet be passed on as it is.
      this.#isForeignError = seen === 'foreign_error' && this.#hasContent;
      // Looked at by structure alone so far; its words may be met by the user's patterns.
      this.#error = JSON.parse(Buffer.from(data, 'latin1').toString('utf8'));
      this.#state = 'error';
      return 'last';
    }
    if (seen === 'content' && this.#state === 'waiting') {
      this.#state = 'flowing';
      this.#hasContent = true;
    }
    return 'on';
  }

  /** Of an event that is no JSON, those of its data lines that are some. The rest is left out and counted. */
  #salvage(event: string): Uint8Array[] {
    const lines = dataLines(event);
    const good =
      lines.length < 2
        ? []
        : lines.filter(
            (line) => this.#state !== 'error' && this.#state !== 'complete' && this.#see(line) !== 'malformed',
          );
    this.run.exchange.droppedEvents += lines.length - good.length;
    return good.map((line) => Buffer.from(`data: ${line}\n\n`, 'latin1'));
  }

  #isComplete(): boolean {
    return this.#state === 'complete' || this.#events.finished;
  }

  /** The transfer is over, or the stream has said that it is. */
  #atEnd(): Uint8Array | undefined {
    this.run.exchange.usage = this.#events.usage ?? this.run.exchange.usage;
    if (this.#state === 'error') return this.#afterError();
    if (!this.#isComplete()) return this.#breakOff(transportFailure('broken_answer', 'stream_ended_early'));
    return this.#complete();
  }

  /** Ends a stream that is whole; properly, even if the upstream forgot to. */
  #complete(): Uint8Array | undefined {
    this.#ended = true;
    this.run.watch.ends();
    this.run.attempt.end({ status: this.status });
    void this.#linger();
    return this.#state === 'complete' ? undefined : encoder.encode(this.run.protocol.streamEnd);
  }

  /** The upstream's own error event has gone out as it was, if it is in the client's dialect. */
  #afterError(): Uint8Array | undefined {
    this.#ended = true;
    this.#dropBody();
    const failure = this.#classifyError([]);
    fail(this.run, failure);
    this.#interrupted(failure.detail ?? failure.kind);
    if (!this.#isForeignError) return undefined;
    const { protocol } = this.run;
    const event =
      protocol.errorAsEvent(this.#error) ?? protocol.errorEvent(interruption(failure.kind, 'stream_interrupted'));
    return encoder.encode(event);
  }

  /** Ends a stream that cannot be completed. One that was complete but for its last words is finished properly. */
  #breakOff(failure: Failure): Uint8Array | undefined {
    const { aborted } = this.run.attempt;
    if (this.#isComplete() && (aborted === undefined || aborted.kind === 'read_timeout')) return this.#complete();
    this.#ended = true;
    this.#dropBody();
    fail(this.run, failure);
    // What the gateway did itself has a name; whatever else befell the backend is in the tries.
    const code = OWN_DOING.has(failure.kind) ? failure.kind : 'stream_interrupted';
    this.#interrupted(code);
    return encoder.encode(this.run.protocol.errorEvent(interruption(failure.kind, code)));
  }

  #interrupted(code: string): void {
    const { exchange } = this.run;
    exchange.interrupted = true;
    exchange.errorCode = code;
  }

  #classifyError(events: readonly Uint8Array[]): Failure {
    const body = new Uint8Array(Buffer.concat(events));
    return classify({ status: this.status, headers: this.headers, body }, this.#error, this.run);
  }

  /** Waits a moment for the end of the transfer, so that its connection is good for another request. */
  async #linger(): Promise<void> {
    const cancel = this.run.context.clock.after(LINGER_MS, () => this.#dropBody());
    try {
      while (!(await this.#body.read()).done);
    } catch {
      // Whatever happens to the connection now, the answer was whole.
    } finally {
      cancel();
    }
  }

  #dropBody(): void {
    this.#body.cancel().catch(() => undefined);
  }
}

const OWN_DOING: ReadonlySet<FailureKind> = new Set(['total_timeout', 'read_timeout', 'shutting_down']);
const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();

function assembled(kept: Uint8Array[] | undefined, rest: Uint8Array): Uint8Array {
  return kept === undefined ? rest : Buffer.concat([...kept, rest]);
}

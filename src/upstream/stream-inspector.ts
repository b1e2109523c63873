import type { Attempt } from '../core/attempt.ts';
import { tokensOfBytes } from '../core/estimate-tokens.ts';
import { Work, type WorkLimits } from '../core/work.ts';
import { parseKeepingLongNumbers } from '../lib/exact-json.ts';
import { isJson } from '../lib/is-json.ts';
import type { Span } from '../lib/json-span.ts';
import { SMALL_UNITS } from '../lib/json-extent.ts';
import { ContentTemplate } from '../protocols/shared/stream/content-template.ts';
import type { BrokenEnd } from '../protocols/shared/finish/words.ts';
import type { Blocks } from '../protocols/shared/stream/blocks.ts';
import type { GatewayError } from '../core/gateway-error.ts';
import type { AnswerFacts, Protocol, StreamReader, UsageRequest } from '../protocols/protocol.ts';
import {
  dataLines,
  eventData,
  eventEnd,
  eventName,
  EventSplitter,
  structureOf,
  UnreadableStream,
  withData,
} from '../protocols/shared/stream/sse.ts';
import { readVendorError } from '../core/vendor-error.ts';
import type { AnswerIds } from './answer-ids.ts';
import type { StreamRewrite } from './stream-rewrite.ts';

/** One event longer than this is not an event. Pictures come in events of several MiB. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024;
/** So many events that are no JSON are left out of a stream; one with more is no answer. */
const MOST_DROPPED = 1000;

/** Whatever takes events that do not pass as they are. */
type Rewrite = Pick<StreamRewrite, 'isSameDialect' | 'push' | 'pushError'>;

/** What the events so far amount to. */
type State = 'waiting' | 'flowing' | 'complete' | 'error';

/** Looks at every event of a stream once, on its way through, and knows by them how the stream stands. */
export class StreamInspector {
  /** Events seen. */
  seen = 0;
  /** Its finish has come, if not its end. */
  finished = false;
  /** The upstream's own error event, parsed, when it has sent one. */
  error: unknown;
  /** That event is not one that the client would take for an error, and is to go out in other words. */
  isForeignError = false;
  /** The answer has begun. Unless its blocks are followed, what comes after is the client's, however it came. */
  hasContent = false;
  /** What is noted of the stream's blocks, as long as its commit point depends on them. */
  blocks: Blocks | undefined;
  /** Its own error event as its client may have it, kept back: another stream may yet go on in the place of this one. */
  ownError: Uint8Array | undefined;
  readonly #splitter = new EventSplitter();
  readonly #reader: StreamReader;
  #state: State = 'waiting';
  /** What passes reaches the client. */
  #isCommitted = false;
  #dropped = 0;
  /** Bytes of text that the reader has not counted. */
  #moreBytes = 0;
  #broken: BrokenEnd | undefined;
  /** The event last seen, parsed; undefined for an end that is no JSON. */
  #event: unknown;
  /** What an event looks like that says nothing but more text, once one was seen. */
  #template: ContentTemplate | undefined;

  constructor(
    private readonly protocol: Protocol,
    private readonly attempt: Attempt,
    /** Says the events anew; undefined where they pass as they are. */
    private readonly rewrite: Rewrite | undefined,
    private readonly looking: {
      /** How much one event may hold. */
      readonly limits: WorkLimits;
      /** Seals the ids in what passes; undefined where they pass, too. */
      readonly ids?: Pick<AnswerIds, 'sealed'> | undefined;
      /** Says what stands in the events that the client did not ask for; undefined: nothing. */
      readonly hidden?: Pick<UsageRequest, 'isExtra' | 'extraIn'> | undefined;
    },
  ) {
    this.#reader = protocol.stream.read(attempt.exchange.body?.fields, attempt.exchange.endpoint?.operation);
  }

  /** From now on what passes is the client's. */
  commit(): void {
    this.#isCommitted = true;
    this.blocks = undefined;
  }

  get state(): State {
    return this.#state;
  }

  /** Nothing more of it matters: it has failed; or it has ended, and what follows its end is not passed on. */
  get isOver(): boolean {
    return this.#state === 'error' || (this.#state === 'complete' && this.rewrite !== undefined);
  }

  /** The stream has said all that it has to say, unless more content follows. */
  get isComplete(): boolean {
    return this.#state === 'complete' || (this.finished && this.#reader.broken === undefined);
  }

  /** Its end has come, and neither content nor a finish before. */
  get isEmpty(): boolean {
    return this.#state === 'complete' && !this.hasContent && !this.#reader.finished;
  }

  /** Its end has come, or at least a finish, whatever that is worth. */
  get hasEnded(): boolean {
    return this.#state === 'complete' || this.finished;
  }

  /** What it has ended with, where it has said by that that it is not whole. */
  get broken(): BrokenEnd | undefined {
    return this.#broken ?? (this.finished && this.#state !== 'complete' ? this.#reader.broken : undefined);
  }

  /** The client has all of it, the end included if there has to be one. */
  get isDelivered(): boolean {
    return this.rewrite === undefined && this.isComplete;
  }

  get usage(): StreamReader['usage'] {
    return this.#reader.usage;
  }

  /** Its token counts are the last. */
  get isCounted(): boolean {
    return this.finished && this.#reader.usage?.completionTokens !== undefined;
  }

  /** How much text the events have said. */
  get saidBytes(): number {
    return this.#reader.said + this.#moreBytes;
  }

  /** About how many tokens have come: by the length of the text, and many backends send one at a time. */
  get tokensSeen(): number {
    return Math.max(this.seen, tokensOfBytes(this.saidBytes));
  }

  get facts(): AnswerFacts {
    return this.#reader;
  }

  /** The event that breaks off a stream whose events pass as they are; it goes on with what passed. */
  errorEvent(error: GatewayError): string {
    const event = this.protocol.errors.event(error, this.#reader.begun);
    const { ids } = this.looking;
    if (ids === undefined) return event;
    const data = dataLines(event).join('\n');
    return isJson(data) ? withData(event, data, ids.sealed(data, JSON.parse(data))) : event;
  }

  /** Bytes that wait for the rest of their event. */
  get pendingBytes(): number {
    return this.#splitter.pendingBytes;
  }

  /**
   * Takes what the network gave; returns what may go out: whole events, or nothing yet. Throws an UnreadableStream for
   * what is none, TooComplex for an event that holds too much.
   */
  push(chunk: Uint8Array): Uint8Array {
    // Most chunks are one event of more text.
    if (this.pendingBytes === 0 && this.#isMoreText(chunk, 0, chunk.length)) return this.#shown(chunk);
    const region = this.#splitter.push(chunk);
    if (region !== undefined) return this.#inspect(region);
    if (this.#splitter.pendingBytes > MAX_EVENT_BYTES) throw new UnreadableStream('an event of too many bytes');
    return EMPTY;
  }

  /** An event may lack its blank line at the end of the transfer. If it is one, it is given it. Undefined: nothing is left. */
  last(): Uint8Array | undefined {
    const rest = this.#splitter.flush();
    if (rest === undefined) return undefined;
    // Behind the end it is the client's, whatever it is.
    if (this.#state === 'complete') return this.isOver ? undefined : Uint8Array.from(rest);
    const text = structureOf(rest).trimEnd();
    const data = eventData(`${text}\n\n`, 0, text.length + 2, this.#splitter.mixedLineEnds);
    if (data === undefined || !(this.protocol.stream.isEnd(data) || isJson(data))) return undefined;
    return this.#inspect(Buffer.from(`${text}\n\n`, 'latin1'));
  }

  /** Looks at every event of the region. Returns what of it may go out: all of it, nearly always. */
  #inspect(region: Uint8Array): Uint8Array {
    if (this.rewrite !== undefined) return this.#rewritten(region, this.rewrite);
    if (this.#state === 'complete' && this.looking.ids === undefined) return region;
    const text = structureOf(region);
    const mixed = this.#splitter.mixedLineEnds;
    let kept: Uint8Array[] | undefined;
    let keptTo = 0;
    for (let start = 0, end = 0; start < text.length; start = end) {
      end = eventEnd(text, start, mixed);
      if (this.#isMoreText(region, start, end)) {
        const gap = this.#template?.hiddenIn(start, end);
        if (gap === undefined) continue;
        (kept ??= []).push(region.subarray(keptTo, gap.start));
        keptTo = gap.end;
        continue;
      }
      const data = eventData(text, start, end, mixed);
      if (data === undefined) continue;
      const verdict = this.#state === 'complete' ? this.#seeBehind(data) : this.#see(data, eventName(text, start, end));
      if (verdict === 'on' && this.looking.hidden?.isExtra(this.#event) === true) {
        (kept ??= []).push(region.subarray(keptTo, start));
        keptTo = end;
        continue;
      }
      const passed = this.#forClient(data);
      if (this.#keepsErrorBack && verdict === 'last') {
        const isSame = passed === data;
        this.ownError = isSame
          ? region.subarray(start, end)
          : Buffer.from(withData(text.slice(start, end), data, passed), 'latin1');
        return assembled(kept, region.subarray(keptTo, start));
      }
      const hidden = this.#hiddenIn(data, text, start);
      if (passed !== data) {
        const event = withData(text.slice(start, end), data, passed);
        (kept ??= []).push(region.subarray(keptTo, start), Buffer.from(event, 'latin1'));
        keptTo = end;
      } else if (hidden !== undefined) {
        (kept ??= []).push(region.subarray(keptTo, start + hidden.start));
        keptTo = start + hidden.end;
      }
      if (verdict === 'behind') continue;
      if (verdict === 'on') {
        // What was put in other words is no event to compare with.
        if (passed === data) this.#compareWith(text, start, end, hidden);
      } else if (verdict === 'malformed') {
        (kept ??= []).push(region.subarray(keptTo, start));
        for (const line of this.#salvaged(text.slice(start, end)))
          kept.push(Buffer.from(`data: ${this.#forClient(line)}\n\n`, 'latin1'));
        keptTo = end;
      } else if (this.#state === 'error') {
        // What follows an error is not the client's.
        return assembled(kept, region.subarray(keptTo, this.isForeignError ? start : end));
      } else if (this.looking.ids === undefined) {
        break;
      }
    }
    // A view of the bytes is dear to make, and nearly always of all of them.
    return kept === undefined ? region : assembled(kept, region.subarray(keptTo));
  }

  /** If the event last seen says nothing but more text, those that follow are compared with it. */
  #compareWith(text: string, start: number, end: number, hidden: Span | undefined): void {
    const { textKey } = this.#reader;
    if (textKey === undefined) return;
    this.#template = ContentTemplate.of(text.slice(start, end), textKey, hidden) ?? this.#template;
  }

  /** The data of the event last seen, as the client is to have it. */
  #forClient(data: string): string {
    const { ids, hidden } = this.looking;
    if (ids === undefined || this.isForeignError || this.#event === undefined) return data;
    const extra = hidden?.extraIn(data, this.#event);
    const shown = extra === undefined ? data : data.slice(0, extra.start) + data.slice(extra.end);
    return ids.sealed(shown, this.#event);
  }

  /** What of the event last seen, whose data stands behind `from`, the client did not ask for; from the event's start on. */
  #hiddenIn(data: string, text: string, from: number): Span | undefined {
    const extra = this.#event === undefined ? undefined : this.looking.hidden?.extraIn(data, this.#event);
    if (extra === undefined) return undefined;
    const first = text.indexOf('{', from);
    // To look for all of it is expensive. Data of several lines stands there in pieces.
    const at = text.startsWith(data, first) ? first : text.indexOf(data, from);
    return at < 0 ? undefined : { start: at - from + extra.start, end: at - from + extra.end };
  }

  /** An event of more text, as the client is to have it. */
  #shown(event: Uint8Array): Uint8Array {
    const gap = this.#template?.hiddenIn(0, event.length);
    return gap === undefined ? event : bothOf(event.subarray(0, gap.start), event.subarray(gap.end));
  }

  /** The same where every event is said anew. Comments are left out: the gateway keeps its client's connection alive itself. */
  #rewritten(region: Uint8Array, rewrite: Rewrite): Uint8Array {
    // Whole events, so that no character is torn.
    const text = decoder.decode(region);
    // What is not ASCII is text, which the reader counts in characters.
    this.#moreBytes += region.length - text.length;
    const mixed = this.#splitter.mixedLineEnds;
    let said = '';
    for (let start = 0, end = 0; start < text.length; start = end) {
      end = eventEnd(text, start, mixed);
      const data = eventData(text, start, end, mixed);
      if (data === undefined) continue;
      const name = eventName(text, start, end);
      const verdict = this.#see(data, name);
      if (verdict === 'malformed') {
        for (const line of this.#salvaged(text.slice(start, end))) said += rewrite.push(line, this.#event, name);
      } else if (this.#keepsErrorBack) this.ownError = encoder.encode(rewrite.pushError(data));
      else if (this.#state === 'error')
        said += rewrite.isSameDialect && !this.isForeignError ? rewrite.pushError(data) : '';
      else if (this.#event !== undefined) said += rewrite.push(data, this.#event, name);
      if (verdict === 'last') break;
    }
    return said === '' ? EMPTY : encoder.encode(said);
  }

  /** Before the commit point the whole answer may yet be passed on as it is, its error with it. */
  get #keepsErrorBack(): boolean {
    const isClients = this.#isCommitted || (this.hasContent && this.blocks === undefined);
    return isClients && this.#state === 'error' && !this.isForeignError;
  }

  #isMoreText(bytes: Uint8Array, start: number, end: number): boolean {
    // Behind a finish it would say that there was none.
    if (this.finished || this.#template?.fits(bytes, start, end) !== true) return false;
    this.seen++;
    this.#moreBytes += end - start - this.#template.envelopeBytes;
    return true;
  }

  #see(data: string, name?: string): 'on' | 'last' | 'malformed' {
    this.seen++;
    const isRewritten = this.rewrite !== undefined;
    this.#event = undefined;
    if (this.protocol.stream.isEnd(data)) {
      if (this.#reader.broken !== undefined) return this.#breaks();
      this.#state = 'complete';
      return 'last';
    }
    if (data.length > SMALL_UNITS) new Work(this.looking.limits).takeJson(data, 'an event');
    try {
      this.#event = isRewritten ? parseKeepingLongNumbers(data) : JSON.parse(data);
    } catch {
      return 'malformed';
    }
    let seen = this.#reader.see(this.#event, name, isRewritten ? undefined : data);
    // What no reader of a dialect takes for anything may be a vendor's way to say that it failed.
    if (seen === 'other' && this.attempt.exchange.endpoint?.operation === 'generate' && readVendorError(this.#event))
      seen = 'foreign_error';
    this.finished = this.#reader.finished;
    if (seen === 'error' || seen === 'foreign_error') {
      // Before the commit point, the whole answer may yet be passed on as it is.
      this.isForeignError = seen === 'foreign_error' && this.hasContent && this.blocks === undefined;
      // What passes is looked at by structure alone so far; its words may be met by the user's patterns.
      this.error = isRewritten ? this.#event : JSON.parse(Buffer.from(data, 'latin1').toString('utf8'));
      this.#state = 'error';
      return 'last';
    }
    if (seen === 'broken') return this.#breaks();
    if (this.blocks !== undefined) this.protocol.stream.noteBlocks(this.#event, name, this.blocks);
    if (seen === 'end') {
      this.#state = 'complete';
      return 'last';
    }
    if (this.#state === 'waiting') {
      this.attempt.keptId ??= this.protocol.providerState?.idOf(this.#event);
      if (seen === 'content') {
        this.#state = 'flowing';
        this.hasContent = true;
      }
    }
    return 'on';
  }

  /** The answer has ended by a word that no client takes for an error. */
  #breaks(): 'last' {
    this.isForeignError = true;
    this.#broken = this.#reader.broken;
    this.error = this.#broken?.error;
    this.#state = 'error';
    return 'last';
  }

  /** An event behind the end: only the ids in it matter. */
  #seeBehind(data: string): 'behind' {
    this.#event = undefined;
    if (data.length > SMALL_UNITS) new Work(this.looking.limits).takeJson(data, 'an event');
    if (isJson(data)) this.#event = JSON.parse(data);
    return 'behind';
  }

  /** Of an event that is no JSON, those of its data lines that are some. The rest is left out and counted. */
  *#salvaged(event: string): Generator<string> {
    const lines = dataLines(event);
    for (const line of lines) {
      if (lines.length > 1 && !this.isOver && this.#see(line) !== 'malformed') yield line;
      else this.#drop();
    }
  }

  #drop(): void {
    this.attempt.droppedEvents++;
    if (++this.#dropped > MOST_DROPPED) throw new UnreadableStream('too many events that are no JSON');
  }
}

const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function assembled(kept: Uint8Array[] | undefined, rest: Uint8Array): Uint8Array {
  if (kept === undefined) return rest;
  const [first] = kept;
  // Mostly a piece was taken out of one event.
  return kept.length === 1 && first !== undefined ? bothOf(first, rest) : Buffer.concat([...kept, rest]);
}

function bothOf(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

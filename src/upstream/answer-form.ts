import type { Exchange } from '../core/exchange.ts';
import type { BodyChunk, UpstreamAnswer, UpstreamBody } from '../core/upstream-answer.ts';
import type { Watch } from '../core/watch.ts';

/** What a body is, by its first bytes: some servers label a stream as JSON, or an error as a stream. */
type Form = 'events' | 'json' | 'other';

/** So many bytes of blanks in front of an answer are looked past. */
const MOST_BLANKS = 1024;
/** The longest beginning by which an event stream is known. */
const LONGEST_FIELD = 'event:'.length;

/**
 * Decides whether an answer is to be read as a stream of events. Where its label and what was asked for leave a doubt,
 * its first bytes decide; the answer to go on with still has them.
 */
export async function asStreamOrNot(
  answer: UpstreamAnswer,
  exchange: Exchange,
  watch: Watch,
): Promise<{ readonly answer: UpstreamAnswer; readonly isStream: boolean }> {
  // Who asked for no stream is given a whole answer, whatever comes.
  if (!isLookedAt(answer, exchange)) return { answer, isStream: false };
  const { headers } = answer;
  const type = headers.get('content-type') ?? '';
  const isLabelled = EVENT_STREAM.test(type);
  const { form, body } = await look(answer.body, watch);
  const seen = { ...answer, body };
  const isLines = form === 'json' && LINES.test(type);
  if (!isLines && form !== 'events' && !(isLabelled && form === 'other')) return { answer: seen, isStream: false };
  if (!isLabelled) headers.set('content-type', 'text/event-stream');
  return { answer: isLines ? { ...answer, body: new LinesAsEvents(body) } : seen, isStream: true };
}

/** A whole body that turned out to be no JSON begins as a stream of events. */
export function beginsAsEvents(body: Uint8Array): boolean {
  return (
    formOf(
      Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, MOST_BLANKS + LONGEST_FIELD)).toString(
        'latin1',
      ),
      true,
    ) === 'events'
  );
}

/** A body that is here as a whole, to be read once more. */
export function wholeBody(bytes: Uint8Array<ArrayBuffer>): UpstreamBody {
  return new SeenBody([{ done: false, value: bytes }, { done: true }], {
    read: () => Promise.resolve({ done: true }),
    takeWhole: () => undefined,
    cancel: () => undefined,
  });
}

const EVENT_STREAM = /^text\/event-stream/i;
const LINES = /^(?:application|text)\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines)\b/i;
const MEDIA = /^(?:audio|image|video)\//i;

function isLookedAt({ status, headers }: UpstreamAnswer, { stream }: Exchange): boolean {
  return (
    stream &&
    status >= 200 &&
    status <= 299 &&
    status !== 204 &&
    status !== 205 &&
    !MEDIA.test(headers.get('content-type') ?? '')
  );
}

/** Reads until it is clear what comes. */
async function look(body: UpstreamBody, watch: Watch): Promise<{ form: Form; body: UpstreamBody }> {
  const first = await body.read();
  watch.gotBytes();
  const plain = first.done ? undefined : plainForm(first.value);
  if (plain !== undefined) return { form: plain, body: new SeenBody([first], body) };
  const seen: BodyChunk[] = [];
  let text = '';
  for (let chunk = first; ; chunk = await body.read()) {
    watch.gotBytes();
    seen.push(chunk);
    if (!chunk.done)
      text += Buffer.from(
        chunk.value.buffer,
        chunk.value.byteOffset,
        Math.min(chunk.value.byteLength, MOST_BLANKS),
      ).toString('latin1');
    const isAll = chunk.done || text.length > MOST_BLANKS;
    const form = formOf(text, isAll);
    if (form !== undefined) return { form, body: new SeenBody(seen, body) };
  }
}

/** What begins as nearly all answers do is told by a byte or two. */
function plainForm(bytes: Uint8Array): Form | undefined {
  switch (bytes[0]) {
    case 0x7b:
      return 'json';
    case 0x3a:
      return 'events';
    case 0x64:
      // `data:`
      return bytes[1] === 0x61 && bytes[4] === 0x3a ? 'events' : undefined;
    case 0x65:
      // `event:`
      return bytes[1] === 0x76 && bytes[5] === 0x3a ? 'events' : undefined;
    default:
      return undefined;
  }
}

/** Undefined: more has to be seen. `text` is Latin-1, in which a BOM is three characters. */
function formOf(text: string, isAll: boolean): Form | undefined {
  const rest = text.replace(/^\u00EF\u00BB\u00BF/, '').trimStart();
  if (/^(?:(?:data|event|id|retry) *:|:)/i.test(rest)) return 'events';
  if (/^[[{]/.test(rest)) return 'json';
  return isAll || (rest.length >= LONGEST_FIELD && !/^(?:data|event|id|retry) *$/i.test(rest)) ? 'other' : undefined;
}

/** A body of which some was read to see what it is. */
class SeenBody implements UpstreamBody {
  constructor(
    private readonly seen: BodyChunk[],
    private readonly rest: UpstreamBody,
  ) {}

  read(): Promise<BodyChunk> {
    const first = this.seen.shift();
    return first === undefined ? this.rest.read() : Promise.resolve(first);
  }

  takeWhole(): undefined {
    return undefined;
  }

  cancel(): void {
    this.rest.cancel();
  }
}

const LF = 10;
const CR = 13;
const PREFIX = Buffer.from('data: ');
const END = Buffer.from('\n\n');

/** JSON, one value a line, as the events of a stream. Nothing is held: a line is an event as it comes. */
class LinesAsEvents implements UpstreamBody {
  #isInLine = false;

  constructor(private readonly lines: UpstreamBody) {}

  async read(): Promise<BodyChunk> {
    const chunk = await this.lines.read();
    return chunk.done ? chunk : { done: false, value: this.#events(chunk.value) };
  }

  takeWhole(): undefined {
    return undefined;
  }

  cancel(): void {
    this.lines.cancel();
  }

  #events(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const newline = bytes.indexOf(LF, at);
      const end = newline === -1 ? bytes.length : newline;
      let line = bytes.subarray(at, end);
      if (line[line.length - 1] === CR) line = line.subarray(0, -1);
      if (line.length > 0 && !this.#isInLine) parts.push(PREFIX);
      if (line.length > 0) parts.push(line);
      this.#isInLine ||= line.length > 0;
      if (newline !== -1 && this.#isInLine) {
        parts.push(END);
        this.#isInLine = false;
      }
      at = end + 1;
    }
    return Buffer.concat(parts);
  }
}

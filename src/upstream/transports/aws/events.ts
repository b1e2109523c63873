import type { UpstreamBody } from '../../../core/upstream-answer.ts';
import { asString, asWord, parseObject } from '../../../lib/json.ts';
import { anthropicError } from '../anthropic-error.ts';
import { bedrockError, messageOf } from './errors.ts';
import type { EventFrame } from './event-frames.ts';
import { BrokenEventStream, EventFrameReader } from './event-frames.ts';

/** Bedrock's stream of an Anthropic model as the SSE stream that Anthropic's own API would have sent. */
export function asServerSentEvents(source: UpstreamBody): UpstreamBody {
  const frames = new EventFrameReader();
  return {
    async read() {
      for (;;) {
        const { done, value } = await source.read();
        if (done) {
          frames.end();
          return { done };
        }
        const text = frames.push(value).map(eventOf).join('');
        if (text !== '') return { done: false, value: encoder.encode(text) };
      }
    },
    takeWhole: () => undefined,
    cancel: () => source.cancel(),
  };
}

const encoder = new TextEncoder();

/** A frame as an event; empty for what says nothing to a client. */
function eventOf({ headers, payload }: EventFrame): string {
  const kind = headers.get(':message-type') ?? 'event';
  const text = new TextDecoder().decode(payload);
  if (kind !== 'event') {
    const name = headers.get(':exception-type') ?? headers.get(':error-code');
    const message = headers.get(':error-message') ?? messageOf(text);
    return sse('error', anthropicError(bedrockError(name).type, message));
  }
  if (headers.get(':event-type') !== 'chunk') return '';
  const bytes = asString(parseObject(text)?.['bytes']);
  // A line end of JSON says no more than a space.
  const data =
    bytes === undefined
      ? ''
      : Buffer.from(bytes, 'base64')
          .toString('utf8')
          .replaceAll(/[\r\n]/g, ' ');
  const type = asWord(parseObject(data)?.['type']);
  if (type === undefined) throw new BrokenEventStream('the event stream has a chunk that is no event');
  return sse(type, data);
}

function sse(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}

import type { Frames, Protocol } from '../protocols/protocol.ts';
import { dataLines } from '../protocols/sse.ts';

/** Events that the gateway has made, as SSE, in the client's own way to write a stream. */
export function framed(events: string, frames: Frames): string {
  let text = '';
  for (const data of dataOf(events)) text += frames.frame(data);
  return text;
}

/** The event of an error likewise; nothing follows it. */
export function framedError(event: string, frames: Frames | undefined): string {
  return frames === undefined
    ? event
    : dataOf(event)
        .map((data) => frames.error(data))
        .join('');
}

/** All events of a stream likewise, its end included. */
export function framedWhole(events: string, { stream }: Protocol): string {
  const frames = stream.framing?.open();
  return frames === undefined ? events : framed(events, frames) + frames.end();
}

/** The content type of a client's streams. */
export function streamType({ stream }: Protocol): string {
  return stream.framing?.contentType ?? 'text/event-stream';
}

function dataOf(events: string): string[] {
  return events
    .split('\n\n')
    .map((event) => dataLines(event).join('\n'))
    .filter((data) => data !== '');
}

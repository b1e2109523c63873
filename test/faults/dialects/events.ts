import type { Json } from '../../kit/json.ts';
import { parseSse } from '../../kit/sse.ts';
import type { ErrorSaid, StreamSaid } from '../dialects.ts';

/** The text of an event; `name` is its `event` field. */
export function event(data: Json, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** What one event adds to what its stream says. */
export interface EventSaid {
  readonly text?: string | undefined;
  readonly finished?: boolean;
  readonly ended?: boolean;
  readonly error?: ErrorSaid | undefined;
}

/** Reads the events of a stream one by one, up to its end. Throws where half an event is left over. */
export function readSse(text: string, read: (data: Json, name: string | undefined) => EventSaid): StreamSaid {
  const { events, rest } = parseSse(text);
  if (rest !== '') throw new Error(`half an event: ${rest.slice(0, 200)}`);
  return readAll(
    events.map(({ data, event: name }) => (data === '[DONE]' ? { ended: true } : read(JSON.parse(data), name))),
  );
}

export function readAll(events: readonly EventSaid[]): StreamSaid {
  const errorAt = events.findIndex(({ error }) => error !== undefined);
  return {
    said: events.map(({ text = '' }) => text).join(''),
    finished: events.some(({ finished }) => finished === true),
    ended: events.some(({ ended }) => ended === true),
    error: events[errorAt]?.error,
    afterError: errorAt === -1 ? 0 : events.length - 1 - errorAt,
  };
}

import type { Json } from './json.ts';

/** One event of a stream, as a client that follows the standard reads it. */
export interface SseEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  /** The data lines joined by line feeds. */
  readonly data: string;
}

/** What a text of a stream holds. */
export interface SseText {
  readonly events: readonly SseEvent[];
  /** The data of every event but `[DONE]`, parsed; throws where one is no JSON. */
  readonly json: readonly Json[];
  /** Comments without the colon and the space, with the number of events before each. */
  readonly comments: readonly { readonly text: string; readonly eventsBefore: number }[];
  /** The stream ended with `data: [DONE]`. */
  readonly done: boolean;
  /** What follows the last blank line: an event that never ended. */
  readonly rest: string;
}

/** Parses the text of a stream as WHATWG's standard says; independent of the gateway's own parser on purpose. */
export function parseSse(text: string): SseText {
  const normal = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const blocks = normal.split('\n\n');
  const rest = blocks.pop() ?? '';
  const events: SseEvent[] = [];
  const comments: { text: string; eventsBefore: number }[] = [];
  for (const block of blocks) {
    const fields = new Map<string, string[]>();
    for (const line of block.split('\n').filter((one) => one !== '')) {
      const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (name === '') comments.push({ text: value, eventsBefore: events.length });
      else fields.set(name, [...(fields.get(name) ?? []), value]);
    }
    const data = fields.get('data');
    if (data !== undefined)
      events.push({ event: fields.get('event')?.at(-1), id: fields.get('id')?.at(-1), data: data.join('\n') });
  }
  return {
    events,
    get json() {
      return events.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data));
    },
    comments,
    done: events.at(-1)?.data === '[DONE]',
    rest,
  };
}

import type { Leftover } from '../core/conversation.ts';
import type { MediaSource } from '../core/part.ts';
import { Refusal } from '../core/refusal.ts';
import type { JsonObject } from '../lib/json.ts';

/** Turns a request down whose field `param` is not of its dialect; `what` ends the sentence: "has to be a list". */
export function refuseField(param: string, what: string): never {
  throw new Refusal('invalid_request', `The field \`${param}\` ${what}.`, { param });
}

/** What a dialect knows of its top-level fields beyond those that have a neutral form. */
export interface FieldRules {
  /** Have a neutral form, or are the gateway's own business (`model`, `stream`). */
  readonly known: ReadonlySet<string>;
  /** Without effect on the answer: left out without a word. */
  readonly hints: ReadonlySet<string>;
  /** Without them the answer would mean something else; the value ends the sentence that the field begins. */
  readonly refused: Readonly<Record<string, string>>;
}

/** The fields of a request that have no neutral form. `null` says as little as absence. */
export function leftoversOf(body: JsonObject, { known, hints, refused }: FieldRules): Leftover[] {
  return Object.entries(body).flatMap(([field, value]): Leftover[] => {
    if (value === null || value === undefined || known.has(field) || hints.has(field)) return [];
    const why = Object.hasOwn(refused, field) ? refused[field] : undefined;
    return [why === undefined ? { field, weight: 'named' } : { field, weight: 'refused', why }];
  });
}

/** One SSE event; `name` is its `event` field. */
export function sseEvent(data: unknown, name?: string): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return name === undefined ? `data: ${text}\n\n` : `event: ${name}\ndata: ${text}\n\n`;
}

/** Where a URL's bytes are: in itself (`data:image/png;base64,…`), or elsewhere. */
export function mediaSourceOf(url: string): MediaSource {
  const data = /^data:([^;,]*)((?:;[^;,]*)*),/i.exec(url);
  if (data === null) return { from: 'url', url };
  const [head, type = '', parameters = ''] = data;
  const rest = url.slice(head.length);
  const mediaType = type === '' ? 'text/plain' : type;
  if (/;base64$/i.test(parameters)) return { from: 'base64', mediaType, data: rest };
  return { from: 'base64', mediaType, data: Buffer.from(decodeURIComponent(rest)).toString('base64') };
}

/** The same the other way round: an URL for the source; undefined for a file that is kept at a provider. */
export function mediaUrlOf(source: MediaSource): string | undefined {
  switch (source.from) {
    case 'url':
      return source.url;
    case 'base64':
      return `data:${source.mediaType};base64,${source.data}`;
    case 'text':
      return `data:${source.mediaType};base64,${Buffer.from(source.text).toString('base64')}`;
    case 'file':
      return undefined;
  }
}

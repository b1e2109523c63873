import type { Exchange } from '../../core/exchange.ts';

/** How much a request asks for, as far as it can be told without reading it as its model does. */
export interface RequestSize {
  /** The bytes of its text. */
  readonly bytes: number;
  /** Pictures, sounds and documents in it. */
  readonly media: number;
  /** The most tokens that its answer may have; `Infinity` where it sets no limit. */
  readonly mostOutput: number;
}

/** A body of up to so many bytes is not searched for media: they would not be worth it. */
const SMALL_BYTES = 16 * 1024;
/** A shorter text is no picture. */
const LEAST_MEDIA_CHARS = 1024;

/** The size of an exchange whose body is known. */
export function sizeOf({ body }: Pick<Exchange, 'body'>): RequestSize {
  if (body === undefined) return NOTHING;
  const { fields } = body;
  const mostOutput = mostOutputOf(fields);
  // A form: what it uploads is not text.
  if (body.text === undefined) return { bytes: JSON.stringify(fields).length, media: 1, mostOutput };
  if (body.bytes <= SMALL_BYTES) return { bytes: body.bytes, media: 0, mostOutput };
  const media = mediaIn(fields);
  return { bytes: Math.max(0, body.bytes - media.chars), media: media.count, mostOutput };
}

const NOTHING: RequestSize = { bytes: 0, media: 0, mostOutput: Infinity };

/** What the dialects call the limit of an answer's tokens. */
const LIMITS = ['max_completion_tokens', 'max_tokens', 'max_output_tokens', 'maxOutputTokens'];
/** What they call the number of answers. */
const CHOICES = ['n', 'candidateCount', 'candidate_count', 'best_of'];
/** Where those of one dialect stand. */
const SETTINGS = ['generationConfig', 'generation_config'];

function mostOutputOf(fields: Readonly<Record<string, unknown>>): number {
  const places = [fields, ...SETTINGS.map((name) => fields[name])].filter(isMap);
  const firstOf = (names: readonly string[], otherwise: number): number => {
    for (const place of places) {
      for (const name of names) {
        const value = place[name];
        if (typeof value === 'number' && value >= 1) return value;
      }
    }
    return otherwise;
  };
  return firstOf(LIMITS, Infinity) * firstOf(CHOICES, 1);
}

/** Texts that are the bytes of a picture or the like: they cost by their size in pixels, not in bytes. */
function mediaIn(fields: Readonly<Record<string, unknown>>): { chars: number; count: number } {
  const found = { chars: 0, count: 0 };
  const open: unknown[] = [fields];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value === 'string') {
      if (value.length < LEAST_MEDIA_CHARS || !isEncoded(value)) continue;
      found.chars += value.length;
      found.count++;
    } else if (Array.isArray(value)) {
      for (const item of value) if (item !== undefined) open.push(item);
    } else if (isMap(value)) {
      for (const name in value) if (value[name] !== undefined) open.push(value[name]);
    }
  }
  return found;
}

/** Base64 has no spaces, and no other text is as long without one. */
function isEncoded(text: string): boolean {
  return text.startsWith('data:') || /^[A-Za-z0-9+/=_-]{256}$/.test(text.slice(0, 256));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

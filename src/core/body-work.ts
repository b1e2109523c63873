import type { Exchange } from './exchange.ts';
import { Refusal } from './refusal.ts';
import { SMALL_UNITS } from '../lib/json-extent.ts';
import { TextTooLong } from '../lib/json-span.ts';
import { TooComplex, Work, type WorkLimits } from './work.ts';

/** Looks at the text of a body before it is parsed, unless it is small. Throws TooComplex. */
export function measureLarge(text: string, exchange: Exchange, limits: WorkLimits): void {
  if (text.length > SMALL_UNITS) exchange.workBy(() => measured(text, new Work(limits)));
}

/** The exchange's budget of work, from which its body has been taken. Throws TooComplex. */
export function workOf(exchange: Exchange, limits: WorkLimits): Work {
  return exchange.workBy(() => measured(exchange.body?.text ?? '', new Work(limits)));
}

/** `work`, with what a body's text takes of it. */
export function measured(text: string, work: Work): Work {
  work.takeJson(text, '');
  return work;
}

/** The refusal of a request that takes more work than is allowed; undefined for any other error. */
export function tooComplex(error: unknown): Refusal | undefined {
  if (error instanceof TextTooLong) return tooComplex(new TooComplex('units', LONGEST_TEXT, ''));
  if (!(error instanceof TooComplex)) return undefined;
  const { limit, most, place } = error;
  const where = place === '' ? 'The body' : place.length > MOST_PLACE ? `${place.slice(0, MOST_PLACE)}…` : place;
  return new Refusal('request_too_complex', `The request is too complex. ${where} ${WORDS[limit](most)}`, {
    detail: KEYS[limit](most),
  });
}

const KEYS: Readonly<Record<keyof WorkLimits, (most: number) => string>> = {
  nesting: (most) => `server.max_nesting ${most}`,
  values: (most) => `server.max_values ${most}`,
  units: (most) => `server.max_body_mb ${Math.floor(most / 1024 / 1024)}`,
};

const MOST_PLACE = 200;
/** What even the highest limit leaves to a text. */
const LONGEST_TEXT = 2 ** 31;

const WORDS: Readonly<Record<keyof WorkLimits, (most: number) => string>> = {
  nesting: (most) => `is nested deeper than ${most} levels (server.max_nesting). Send it with fewer levels.`,
  values: (most) =>
    `comes to more than ${most} objects, lists and texts, what its references stand for included (server.max_values). Send less, or use fewer references.`,
  units: (most) =>
    `comes to more than ${Math.floor(most / 1024 / 1024)} MiB with what it refers to or repeats (server.max_body_mb). Use fewer references.`,
};

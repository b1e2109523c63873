import type { Finish, FinishReason } from '../../core/completion.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { brokenBy, meaningOf, type BrokenEnd } from '../shared/finish/words.ts';

/** What an answer holds, as far as it decides what its end means. */
export interface Said {
  readonly calls: boolean;
  readonly refusal: boolean;
}

/** Reads a `finish_reason`. Some vendors leave it empty, others say `stop` where tools are to be called. */
export function decodeFinish(value: unknown, said: Said): Finish {
  const raw = asString(value);
  const meaning = meaningOf(raw);
  const reason = meaning === 'unfinished' ? 'stop' : typeof meaning === 'string' ? meaning : 'other';
  if (reason !== 'stop') return { reason, raw };
  if (said.calls) return { reason: 'tool_calls', raw };
  return { reason: said.refusal ? 'refusal' : 'stop', raw };
}

/**
 * Writes one. A refusal without words would be an empty answer that looks whole; calls that end with `stop`, as some who
 * copy Anthropic's dialect tell them, would not be made.
 */
export function encodeFinish({ reason }: Finish, said: Said): string {
  if (reason === 'refusal') return said.refusal ? 'stop' : 'content_filter';
  const word = WORDS[reason];
  return word === 'stop' && said.calls ? 'tool_calls' : word;
}

const WORDS: Readonly<Record<Exclude<FinishReason, 'refusal'>, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  pause: 'stop',
  other: 'stop',
};

/** What a plain answer says of its end where it is not whole. */
export function brokenEnd(body: unknown): BrokenEnd | undefined {
  for (const choice of asArray(asObject(body)?.['choices'])) {
    const broken = brokenChoice(asObject(choice) ?? {});
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** The same of one choice. OpenRouter has an error of its own for each, beside the finish `error`. */
export function brokenChoice(choice: JsonObject): BrokenEnd | undefined {
  const broken = brokenBy(choice['finish_reason']);
  const error = choiceError(choice);
  return error === undefined ? broken : { word: broken?.word ?? 'error', cause: 'server', error: { error } };
}

/** The error of a choice, wherever it stands: beside its message, or in it. */
export function choiceError({ error, delta, message }: JsonObject): unknown {
  const said = error ?? asObject(delta)?.['error'] ?? asObject(message)?.['error'];
  return said === null || said === false || said === '' ? undefined : said;
}

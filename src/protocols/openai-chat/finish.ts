import type { Finish, FinishReason } from '../../core/completion.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { brokenBy, meaningOf, type BrokenEnd } from '../shared/finish/words.ts';

/** The content of an answer that decides what its end means. */
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
 * Writes a `finish_reason`. A refusal without text would look like a complete, empty answer. Clients would ignore calls
 * that end with `stop`, as some servers that copy Anthropic's dialect report them.
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

/** How a plain answer says that it is incomplete. */
export function brokenEnd(body: unknown): BrokenEnd | undefined {
  for (const choice of asArray(asObject(body)?.['choices'])) {
    const broken = brokenChoice(asObject(choice) ?? {});
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** The same for one choice. OpenRouter has an error for each choice, beside the finish `error`. */
export function brokenChoice(choice: JsonObject): BrokenEnd | undefined {
  const broken = brokenBy(choice['finish_reason']);
  const error = choiceError(choice);
  return error === undefined ? broken : { word: broken?.word ?? 'error', cause: 'server', error: { error } };
}

/** The error of a choice: beside its message, or in it. */
export function choiceError({ error, delta, message }: JsonObject): unknown {
  const said = error ?? asObject(delta)?.['error'] ?? asObject(message)?.['error'];
  return said === null || said === false || said === '' ? undefined : said;
}

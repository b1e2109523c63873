import type { ReasoningPart, Signature } from '../../core/part.ts';
import { signatureFrom } from '../../core/signature.ts';
import { asArray, asObject, asString, asWord, compact, parseObject, type JsonObject } from '../../lib/json.ts';
import { DIALECTS } from '../../vendors/dialects.ts';
import { NAME } from './name.ts';

/**
 * `reasoning_details` of a message, as OpenRouter writes them (https://openrouter.ai/docs/use-cases/reasoning-tokens):
 * `{type: "reasoning.text", text, signature, format, index}`, `{type: "reasoning.summary", summary, …}`,
 * `{type: "reasoning.encrypted", data, …}`. An entry that the gateway made for another dialect's model has a member of
 * its own, `origin: {protocol, model}`. Of any other entry all but its text is what has to come back unchanged: as JSON,
 * that is its signature in neutral form.
 */
export interface Details {
  readonly parts: readonly ReasoningPart[];
  /** Of the message's text: Gemini signs texts. */
  readonly ofText: Signature | undefined;
}

/** Reads them. `model` is the one that has just answered; undefined in a request. */
export function decodeDetails(value: unknown, model?: string): Details {
  const entries: Record<string, unknown>[] = [];
  for (const detail of asArray(value)) {
    const entry = asObject(detail);
    if (entry === undefined) continue;
    const last = entries.at(-1);
    if (last !== undefined && isMoreOf(last, entry)) join(last, entry);
    else entries.push({ ...entry });
  }
  const isOfText = (entry: JsonObject): boolean => asObject(entry['origin'])?.['on'] === 'text';
  const signed = entries.findLast(isOfText);
  return {
    parts: entries.filter((entry) => !isOfText(entry)).map((entry) => partOf(entry, model)),
    ofText: signed === undefined ? undefined : signatureOf(signed, model),
  };
}

/** The thoughts of a message: what the details say, or, where that is encrypted, the words beside them first. */
export function withThought(details: readonly ReasoningPart[], message: JsonObject): readonly ReasoningPart[] {
  const text = asWord(message['reasoning_content']) ?? asWord(message['reasoning']);
  return text === undefined || details.some((part) => part.text !== '')
    ? details
    : [{ type: 'reasoning', text }, ...details];
}

/** Whether `next` goes on with what `entry` began: streams tell a thought in fragments of one index. */
export function isMoreOf(entry: JsonObject, next: JsonObject): boolean {
  return (
    entry['type'] === next['type'] &&
    entry['type'] !== 'reasoning.encrypted' &&
    entry['index'] === next['index'] &&
    (entry['signature'] ?? null) === null
  );
}

/** Adds the second to the first, which is changed: a thought may come in as many fragments as it has letters. */
export function join(entry: Record<string, unknown>, next: JsonObject): void {
  const text = textOf(entry) + textOf(next);
  for (const [key, value] of Object.entries(next)) if (value !== null && value !== undefined) entry[key] = value;
  entry[textKey(entry)] = text;
}

/** The neutral part of an entry that is whole. */
export function partOf(entry: JsonObject, model?: string): ReasoningPart {
  const origin = asObject(entry['origin']);
  const redacted = origin === undefined ? entry['type'] === 'reasoning.encrypted' : origin['redacted'] === true;
  return {
    type: 'reasoning',
    text: textOf(entry),
    signature: signatureOf(entry, model),
    ...(redacted ? { redacted } : {}),
    id: asWord(entry['id']),
  };
}

/** An entry for a part's signature, whoever made it; undefined for a part without. */
export function encodeDetail(part: ReasoningPart, index: number): JsonObject | undefined {
  const { text, signature, redacted, id } = part;
  if (signature === undefined) return undefined;
  if (signature.protocol === NAME) return ownDetail(text, signature, index);
  const origin = compact({ ...originOf(signature), redacted: redacted === true ? true : undefined });
  const rest = { format: formatOf(signature), ...(id === undefined ? {} : { id }), index };
  return text === ''
    ? { type: 'reasoning.encrypted', data: signature.value, ...rest, origin }
    : { type: 'reasoning.text', text, signature: signature.value, ...rest, origin };
}

/** An entry for the signature of the message's text. */
export function encodeTextSignature(signature: Signature, index: number): JsonObject {
  const format = formatOf(signature);
  const origin = { ...originOf(signature), on: 'text' };
  return { type: 'reasoning.encrypted', data: signature.value, format, index, origin };
}

/** Where a signature comes from, as the gateway writes it beside one. */
export function originOf({ protocol, model }: Signature): JsonObject {
  return model === undefined ? { protocol } : { protocol, model };
}

/** OpenRouter's word for whose signature it is. */
function formatOf({ protocol }: Signature): string {
  return DIALECTS.find((dialect) => dialect.protocol === protocol)?.signatureFormat ?? 'unknown';
}

/** What of an entry is no proof of anything. */
const TELLS_NOTHING = new Set(['type', 'index']);

function signatureOf(entry: JsonObject, model: string | undefined): Signature | undefined {
  const value = asString(entry['data']) ?? asString(entry['signature']);
  const origin = asObject(entry['origin']);
  const protocol = asWord(origin?.['protocol']);
  if (protocol !== undefined)
    return value === undefined ? undefined : { protocol, model: asWord(origin?.['model']), value };
  if (value !== undefined) {
    const { signature } = signatureFrom(value, NAME);
    if (signature.value !== value) return signature;
  }
  const { text: _text, summary: _summary, ...rest } = entry;
  if (Object.keys(rest).every((key) => TELLS_NOTHING.has(key))) return undefined;
  return { protocol: NAME, model, value: JSON.stringify(rest) };
}

function ownDetail(text: string, { value }: Signature, index: number): JsonObject {
  const entry = parseObject(value) ?? { type: 'reasoning.text', signature: value, index };
  return entry['type'] === 'reasoning.encrypted' ? entry : { ...entry, [textKey(entry)]: text };
}

function textKey(entry: JsonObject): 'summary' | 'text' {
  return entry['type'] === 'reasoning.summary' ? 'summary' : 'text';
}

/** The words of an entry. */
export function textOf(entry: JsonObject): string {
  return asString(entry['text']) ?? asString(entry['summary']) ?? '';
}

import type { ReasoningPart, Signature } from '../../core/part.ts';
import { signatureFrom } from '../../core/signature.ts';
import { asArray, asObject, asString, asWord, compact, parseObject, type JsonObject } from '../../lib/json.ts';
import { DIALECTS } from '../../vendors/dialects.ts';
import { NAME } from './name.ts';

/**
 * `reasoning_details` of a message, as OpenRouter writes them (https://openrouter.ai/docs/use-cases/reasoning-tokens):
 * `{type: "reasoning.text", text, signature, format, index}`, `{type: "reasoning.summary", summary, …}`, `{type:
 * "reasoning.encrypted", data, …}`. An entry that the gateway made for another dialect's model has an extra member,
 * `origin: {protocol, model}`. Of other entries, everything but the text must come back unchanged: its JSON is the
 * signature in neutral form.
 */
export interface Details {
  readonly parts: readonly ReasoningPart[];
  /** Signs the message's text: Gemini signs texts. */
  readonly ofText: Signature | undefined;
}

/** Reads `reasoning_details`. `model` gave the answer; undefined when reading a request. */
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

/** The thoughts of a message: the details, and, if those are encrypted, the text beside them first. */
export function withThought(details: readonly ReasoningPart[], message: JsonObject): readonly ReasoningPart[] {
  const text = asWord(message['reasoning_content']) ?? asWord(message['reasoning']);
  return text === undefined || details.some((part) => part.text !== '')
    ? details
    : [{ type: 'reasoning', text }, ...details];
}

/** Whether `next` continues `entry`: streams send a thought in fragments of one index. */
export function isMoreOf(entry: JsonObject, next: JsonObject): boolean {
  return (
    entry['type'] === next['type'] &&
    entry['type'] !== 'reasoning.encrypted' &&
    entry['index'] === next['index'] &&
    (entry['signature'] ?? null) === null
  );
}

/** Appends the second to the first, which changes: a thought may come letter by letter. */
export function join(entry: Record<string, unknown>, next: JsonObject): void {
  const text = textOf(entry) + textOf(next);
  for (const [key, value] of Object.entries(next)) if (value !== null && value !== undefined) entry[key] = value;
  entry[textKey(entry)] = text;
}

/** The neutral part for a complete entry. */
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

/** The entry for the signature of a part; undefined if the part has none. */
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

/** The entry for the signature of the message's text. */
export function encodeTextSignature(signature: Signature, index: number): JsonObject {
  const format = formatOf(signature);
  const origin = { ...originOf(signature), on: 'text' };
  return { type: 'reasoning.encrypted', data: signature.value, format, index, origin };
}

/** The origin of a signature, as the gateway writes it. */
export function originOf({ protocol, model }: Signature): JsonObject {
  return model === undefined ? { protocol } : { protocol, model };
}

/** OpenRouter's name for the maker of a signature. */
function formatOf({ protocol }: Signature): string {
  return DIALECTS.find((dialect) => dialect.protocol === protocol)?.signatureFormat ?? 'unknown';
}

/** Members of an entry that prove nothing. */
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

/** The text of an entry. */
export function textOf(entry: JsonObject): string {
  return asString(entry['text']) ?? asString(entry['summary']) ?? '';
}

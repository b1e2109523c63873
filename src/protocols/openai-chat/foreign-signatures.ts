import { memberRemoval, memberRemovals } from '../../lib/json-removal.ts';
import type { Signature } from '../../core/part.ts';
import type { Quirks } from '../../core/route.ts';
import { isReadableBy } from '../../core/signature.ts';
import { applyEdits, elementSpans, memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import { asArray, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { NAME } from './name.ts';

/** The members with the origin of a signature. A text without them has no signature of the gateway. */
const MARKS = ['"origin"', '"llm_proxy"'];

/**
 * Removes from the request's text the signatures of another dialect's model: entries of `reasoning_details` with an
 * `origin`, the text beside them if the backend does not want it back, and the members of a call's `extra_content`
 * beside `llm_proxy`. Signatures of this model lose the origin only. A backend that refuses foreign thoughts gets none.
 * All other bytes stay.
 */
export function removeForeignSignatures(text: string, body: JsonObject, model: string, quirks: Quirks = {}): string {
  const said = asArray(body['messages']);
  const reader = { model, quirks, refused: refusedFields(quirks) };
  const isRefused = (message: JsonObject): boolean => reader.refused.some((field) => message[field] !== undefined);
  const hasRefused = reader.refused.length > 0 && said.some((message) => isRefused(asObject(message) ?? {}));
  // Most requests have no place for a mark. Looking at their messages is faster than searching their text.
  if (!hasRefused && (!said.some(holdsMarkable) || !MARKS.some((mark) => text.includes(mark)))) return text;
  const [messages] = memberSpans(text, 'messages').slice(-1);
  if (messages === undefined) return text;
  const isConcerned = (message: JsonObject): boolean => isRefused(message) || isMarked(message);
  if (!said.some((message) => isConcerned(asObject(message) ?? {}))) return text;
  const spans = elementSpans(text, messages.start);
  const edits = said.flatMap((value, index) => {
    const message = asObject(value);
    if (message === undefined || !isConcerned(message)) return [];
    const span = spans[index];
    return span === undefined ? [] : messageEdits(text, span, message, reader);
  });
  return edits.length === 0 ? text : applyEdits(text, edits);
}

function holdsMarkable(value: unknown): boolean {
  const message = asObject(value);
  return message?.['reasoning_details'] !== undefined || message?.['tool_calls'] !== undefined;
}

function isMarked(message: JsonObject | undefined): boolean {
  return (
    asArray(message?.['reasoning_details']).some((detail) => originOf(asObject(detail)?.['origin']) !== undefined) ||
    asArray(message?.['tool_calls']).some((call) => originOf(extraOf(asObject(call))?.['llm_proxy']) !== undefined)
  );
}

/** Message fields for which the backend refuses a request, whoever wrote them. */
function refusedFields({ fields, reasoningBack }: Quirks): readonly string[] {
  if (fields?.['messages.reasoning_content'] !== false) return [];
  return [...THOUGHT_FIELDS, 'reasoning_details'].filter((field) => field !== reasoningBack);
}

function messageEdits(text: string, span: Span, message: JsonObject, reader: Reader): Edit[] {
  const { model, quirks, refused } = reader;
  const details = memberSpans(text, 'reasoning_details', span.start).at(-1);
  const calls = memberSpans(text, 'tool_calls', span.start).at(-1);
  const found =
    details === undefined ? undefined : detailsEdit(text, details, asArray(message['reasoning_details']), model);
  const gone = new Set([
    ...refused,
    ...(found === 'nothing left' ? ['reasoning_details'] : []),
    // The gateway wrote the text beside them, too. Many backends refuse it.
    ...(found === undefined || THOUGHT_FIELDS.includes(quirks.reasoningBack ?? '') ? [] : THOUGHT_FIELDS),
  ]);
  const isRewritten = found !== undefined && found !== 'nothing left' && !gone.has('reasoning_details');
  const edits = [
    ...(gone.size === 0 ? [] : memberRemovals(text, [...gone], span.start)),
    ...(isRewritten ? [found] : []),
    ...(calls === undefined ? [] : callEdits(text, calls, asArray(message['tool_calls']), model)),
  ];
  return edits.sort((a, b) => a.start - b.start);
}

/** The model and backend that will read the request. */
interface Reader {
  readonly model: string;
  readonly quirks: Quirks;
  readonly refused: readonly string[];
}

/** Fields that repeat the text of `reasoning_details`. */
const THOUGHT_FIELDS: readonly string[] = ['reasoning_content', 'reasoning'];

function detailsEdit(
  text: string,
  span: Span,
  details: readonly unknown[],
  model: string,
): Edit | 'nothing left' | undefined {
  const isForeign = foreignAmong(details, model);
  const kept = details.filter((detail) => !isForeign(detail));
  if (kept.length === details.length && !details.some((detail) => asObject(detail)?.['origin'] !== undefined))
    return undefined;
  if (kept.length === 0) return 'nothing left';
  const elements = elementSpans(text, span.start);
  const texts = details.flatMap((detail, index) => {
    const element = isForeign(detail) ? undefined : elements[index];
    return element === undefined ? [] : [withoutMember(text.slice(element.start, element.end), 'origin')];
  });
  return { ...span, text: `[${texts.join(',')}]` };
}

/** Only the first fragment of a thought has the mark. The others share its type and index. */
function foreignAmong(details: readonly unknown[], model: string): (detail: unknown) => boolean {
  const key = (detail: JsonObject): string => JSON.stringify([detail['type'], detail['index']]);
  const foreign = new Set<string>();
  for (const value of details) {
    const detail = asObject(value);
    const origin = originOf(detail?.['origin']);
    if (detail !== undefined && origin !== undefined && !isReadableBy(origin, NAME, model)) foreign.add(key(detail));
  }
  return (value) => {
    const detail = asObject(value);
    return detail !== undefined && foreign.has(key(detail));
  };
}

function callEdits(text: string, span: Span, calls: readonly unknown[], model: string): Edit[] {
  const elements = elementSpans(text, span.start);
  return calls.flatMap((value, index): Edit[] => {
    const extra = extraOf(asObject(value));
    const origin = originOf(extra?.['llm_proxy']);
    const call = origin === undefined ? undefined : elements[index];
    const content = call === undefined ? undefined : memberSpans(text, 'extra_content', call.start).at(-1);
    if (extra === undefined || origin === undefined || content === undefined) return [];
    const { llm_proxy: _mark, google, ...rest } = extra;
    const { thought_signature: _signature, ...ofGoogle } = asObject(google) ?? {};
    const isReadable = isReadableBy(origin, NAME, model);
    const left = isReadable
      ? { ...rest, google }
      : Object.keys(ofGoogle).length > 0
        ? { ...rest, google: ofGoogle }
        : rest;
    return [Object.keys(left).length === 0 ? memberRemoval(text, content) : { ...content, text: JSON.stringify(left) }];
  });
}

/** The text of an object without a member. */
function withoutMember(text: string, name: string): string {
  if (memberSpans(text, name).length === 0) return text;
  const { [name]: _removed, ...rest } = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(rest);
}

function extraOf(call: JsonObject | undefined): JsonObject | undefined {
  return asObject(call?.['extra_content']);
}

/** The origin as a signature without its value. */
function originOf(value: unknown): Signature | undefined {
  const origin = asObject(value);
  const protocol = asWord(origin?.['protocol']);
  return protocol === undefined ? undefined : { protocol, model: asWord(origin?.['model']), value: '' };
}

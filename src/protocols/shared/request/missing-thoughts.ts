import type { Quirks } from '../../../core/route.ts';
import { asArray, asObject, type JsonObject } from '../../../lib/json.ts';
import { applyEdits, elementSpans, memberSpans, type Edit, type Span } from '../../../lib/json-span.ts';
import type { FittedRequest } from '../../protocol.ts';

/** How a dialect's messages hold thoughts and calls. */
export interface ThoughtFormat {
  hasThought(message: JsonObject): boolean;
  hasCall(message: JsonObject): boolean;
  /** The edits of `text` that add a thought to the message at `span`. */
  edits(text: string, span: Span, message: JsonObject): Edit[];
}

/**
 * Adds a thought to each assistant turn that needs one and has none; undefined if there is no such turn. Only a
 * conversation with tools needs any: in all turns, or in those with a call (`needed`).
 */
export function fillMissingThoughts(
  text: string,
  body: JsonObject,
  needed: NonNullable<Quirks['thoughtsNeeded']>,
  form: ThoughtFormat,
): FittedRequest | undefined {
  const messages = asArray(body['messages']).map((message) => asObject(message) ?? {});
  const lacks = (message: JsonObject): boolean =>
    message['role'] === 'assistant' && !form.hasThought(message) && (needed === 'all' || form.hasCall(message));
  const hasTools = asArray(body['tools']).length > 0 || messages.some((message) => form.hasCall(message));
  if (!hasTools || !messages.some(lacks)) return undefined;
  const [list] = memberSpans(text, 'messages').slice(-1);
  if (list === undefined) return undefined;
  const edits = elementSpans(text, list.start).flatMap((span, index) => {
    const message = messages[index];
    return message === undefined || !lacks(message) ? [] : form.edits(text, span, message);
  });
  return { text: applyEdits(text, edits), unsupported: [] };
}

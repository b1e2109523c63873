import type { Quirks } from '../../core/route.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import { factsOf } from '../../vendors/models/facts.ts';
import type { FittedRequest } from '../protocol.ts';
import { fillMissingThoughts, type ThoughtFormat } from '../shared/request/missing-thoughts.ts';
import { insertion } from '../shared/request/system-edits.ts';

const FIELD = 'reasoning_content';

const FORM: ThoughtFormat = {
  hasThought: (message) => Boolean(message[FIELD]),
  hasCall: (message) => asArray(message['tool_calls']).length > 0,
  edits: thoughtEdits,
};

/**
 * Some backends refuse a conversation with tools while the model thinks if a turn lacks its thoughts, as turns from
 * another backend do (`Quirks.thoughtsNeeded`). Each such turn gets the text of another field, or a blank: an empty
 * text counts as missing. All other bytes stay.
 */
export function addMissingThoughts(
  text: string,
  body: JsonObject,
  model: string,
  quirks: Quirks,
): FittedRequest | undefined {
  const { thoughtsNeeded, reasoningBack } = quirks;
  if (thoughtsNeeded === undefined || reasoningBack !== FIELD || isUnthinking(body, model)) return undefined;
  return fillMissingThoughts(text, body, thoughtsNeeded, FORM);
}

function isUnthinking(body: JsonObject, model: string): boolean {
  if (factsOf(model).efforts?.length === 0) return true;
  return asObject(body['thinking'])?.['type'] === 'disabled' || body['reasoning_effort'] === 'none';
}

function thoughtEdits(text: string, { start }: Span, { reasoning }: JsonObject): Edit[] {
  const words = JSON.stringify(asString(reasoning) || ' ');
  const spans = memberSpans(text, FIELD, start);
  if (spans.length === 0) return [insertion(start + 1, `"${FIELD}":${words},`)];
  return spans.map((span) => ({ ...span, text: words }));
}

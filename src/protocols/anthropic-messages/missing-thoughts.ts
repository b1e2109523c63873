import { isThoughtType } from './thoughts.ts';
import type { Quirks } from '../../core/route.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { memberSpans, type Edit, type Span } from '../../lib/json-span.ts';
import { factsOf } from '../../vendors/models/facts.ts';
import { claudeTraits } from '../../vendors/models/claude.ts';
import type { FittedRequest } from '../protocol.ts';
import { fillMissingThoughts, type ThoughtFormat } from '../shared/request/missing-thoughts.ts';
import { insertion } from '../shared/request/system-edits.ts';
import { unsignedThought } from './encode-parts.ts';

/** An empty text would count as missing. */
const BLANK = JSON.stringify(unsignedThought(' '));

const FORM: ThoughtFormat = {
  hasThought: (message) => holds(message, isThoughtType),
  hasCall: (message) => holds(message, isCall),
  edits: thoughtEdits,
};

/**
 * Some vendors whose models do not check signatures refuse a conversation with tools if a turn lacks its thoughts, as
 * turns from another backend do (`Quirks.thoughtsNeeded`). Each such turn gets a blank thought. All other bytes stay.
 */
export function addMissingThoughts(
  text: string,
  body: JsonObject,
  model: string,
  quirks: Quirks,
): FittedRequest | undefined {
  const { thoughtsNeeded } = quirks;
  if (thoughtsNeeded === undefined || claudeTraits(model).signs || isUnthinking(body, model)) return undefined;
  return fillMissingThoughts(text, body, thoughtsNeeded, FORM);
}

function holds({ content }: JsonObject, isOne: (type: unknown) => boolean): boolean {
  return asArray(content).some((block) => isOne(asObject(block)?.['type']));
}

function isCall(type: unknown): boolean {
  return type === 'tool_use';
}

function isUnthinking(body: JsonObject, model: string): boolean {
  return asObject(body['thinking'])?.['type'] === 'disabled' || factsOf(model).efforts?.length === 0;
}

function thoughtEdits(text: string, { start }: Span, { content }: JsonObject): Edit[] {
  return memberSpans(text, 'content', start).map((span) => {
    const words = asString(content);
    if (words === undefined) return insertion(span.start + 1, asArray(content).length === 0 ? BLANK : `${BLANK},`);
    const block = words === '' ? '' : `,${JSON.stringify({ type: 'text', text: words })}`;
    return { ...span, text: `[${BLANK}${block}]` };
  });
}

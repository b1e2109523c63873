import { isThoughtlessLoop } from './thoughts.ts';
import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { elementRemovals, memberRemovals } from '../../lib/json-removal.ts';
import { applyEdits, elementSpans, memberSpans, type Edit } from '../../lib/json-span.ts';
import { field, leftOut } from '../../core/unsupported-feature.ts';
import type { Quirks } from '../../core/route.ts';
import { claudeTraits, isClaude } from '../../vendors/models/claude.ts';
import type { FittedRequest } from '../protocol.ts';
import { addMissingThoughts } from './missing-thoughts.ts';

/**
 * Anthropic refuses a tool loop with a thinking budget if the turn with the call does not begin with a thought, as when
 * a model of another dialect made the call (https://platform.claude.com/docs/en/build-with-claude/extended-thinking,
 * "Preserving thinking blocks"). The request then goes out without thinking, and without the context edits that depend
 * on it. Other vendors want a blank thought in such a turn.
 */
export function fitToModel(
  text: string,
  body: Record<string, unknown>,
  model: string,
  quirks: Quirks = {},
): FittedRequest | undefined {
  const fitted = addMissingThoughts(text, body, model, quirks);
  if (fitted !== undefined) return fitted;
  if (asObject(body['thinking'])?.['type'] !== 'enabled' || !isThoughtlessLoop(messagesOf(body))) return undefined;
  // Compatible models of other vendors do not want thoughts back.
  if (!isClaude(model) || claudeTraits(model).thinking === 'none') return undefined;
  const edits = asArray(asObject(body['context_management'])?.['edits']);
  const clearing = new Set(edits.flatMap((edit, index) => (clearsThoughts(edit) ? [index] : [])));
  const isAll = clearing.size > 0 && clearing.size === edits.length;
  const removals: Edit[] = memberRemovals(text, isAll ? ['thinking', 'context_management'] : ['thinking']);
  if (clearing.size > 0 && !isAll) {
    for (const management of memberSpans(text, 'context_management').slice(-1)) {
      for (const list of memberSpans(text, 'edits', management.start).slice(-1))
        removals.push(...elementRemovals(elementSpans(text, list.start), clearing));
    }
  }
  removals.sort((a, b) => a.start - b.start);
  return { text: applyEdits(text, removals), unsupported: [leftOut(field('thinking'))] };
}

function messagesOf(body: JsonObject) {
  return asArray(body['messages']).map((value) => {
    const { role, content } = asObject(value) ?? {};
    return { role, content: asArray(content).map((block) => asObject(block) ?? {}) };
  });
}

function clearsThoughts(edit: unknown): boolean {
  return asString(asObject(edit)?.['type'])?.startsWith('clear_thinking_') === true;
}

import type { Turn } from '../../core/conversation.ts';
import type { TextPart } from '../../core/part.ts';
import { asArray, asObject, asWord, compact } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import { decodeParts } from './decode-parts.ts';

/** Reads `messages` as the model is to see them. */
export function decodeTurns(messages: unknown): Turn[] {
  if (!Array.isArray(messages)) refuseField('messages', 'has to be a list');
  const list = asArray(messages);
  const lastUser = list.findLastIndex((message) => asObject(message)?.['role'] === 'user');
  const from = list.findLastIndex((message) => summaryAt(asObject(message)?.['content']) !== -1);
  return list.flatMap((message, index) => {
    if (index < from) return [];
    const turns = decodeTurn(message, index);
    const isCleared = asObject(message)?.['clear_at'] === 'next_user_message' && index < lastUser;
    return isCleared ? [] : turns;
  });
}

function decodeTurn(value: unknown, index: number): Turn[] {
  const field = `messages[${index}]`;
  const message = asObject(value) ?? refuseField(field, 'has to be an object');
  const { role, content } = message;
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    return refuseField(`${field}.role`, 'has to be one of `user`, `assistant` and `system`');
  }
  const at = summaryAt(content);
  if (at === -1) {
    const turn: Turn = { role, parts: decodeParts(content, `${field}.content`) };
    // A message that only changes tools or effort has no content.
    return role === 'system' && turn.parts.length === 0 ? [] : [turn];
  }
  const blocks = asArray(content);
  const rest: Turn = { role, parts: decodeParts(blocks.slice(at + 1), `${field}.content`) };
  return [summaryTurn(blocks[at]), ...(rest.parts.length === 0 ? [] : [rest])];
}

/**
 * The index of the last summary, which replaces everything before it; -1 if there is none. A summary without content
 * has failed and counts as absent. https://platform.claude.com/docs/en/build-with-claude/compaction, read in November
 * 2026.
 */
function summaryAt(content: unknown): number {
  if (!Array.isArray(content)) return -1;
  return content.findLastIndex((value) => {
    const block = asObject(value);
    return block?.['type'] === 'compaction' && asWord(block['content']) !== undefined;
  });
}

/** Only its provider can read an encrypted summary, so the user tells the summary in plain text. */
function summaryTurn(value: unknown): Turn {
  const block = asObject(value);
  const part: TextPart = {
    type: 'text',
    text: `Summary of the conversation so far:\n\n${asWord(block?.['content']) ?? ''}`,
    ...compact({ cacheControl: asObject(block?.['cache_control']) }),
  };
  return { role: 'user', parts: [part] };
}

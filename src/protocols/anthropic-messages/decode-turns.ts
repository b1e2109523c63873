import type { Turn } from '../../core/conversation.ts';
import { asArray, asObject } from '../../lib/json.ts';
import { refuseField } from '../fields.ts';
import { decodeParts } from './decode-parts.ts';

/** Reads `messages`. */
export function decodeTurns(messages: unknown): Turn[] {
  if (!Array.isArray(messages)) refuseField('messages', 'has to be a list');
  return asArray(messages).map(decodeTurn);
}

function decodeTurn(value: unknown, index: number): Turn {
  const field = `messages[${index}]`;
  const message = asObject(value) ?? refuseField(field, 'has to be an object');
  const role = message['role'];
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    return refuseField(`${field}.role`, 'has to be one of `user`, `assistant` and `system`');
  }
  return { role, parts: decodeParts(message['content'], `${field}.content`) };
}

import type { Conversation } from '../../core/conversation.ts';
import { asCount, asObject } from '../../lib/json.ts';
import type { Addressee, Counting } from '../codec.ts';
import { encodeRequest } from './encode-request.ts';

/** `POST /responses/input_tokens`: a request without the settings of the answer. */
export const counting: Counting = {
  encodeCount(conversation: Conversation, addressee: Addressee) {
    const body = Object.entries(encodeRequest(conversation, addressee).body);
    return Object.fromEntries(body.filter(([field]) => COUNTED.has(field)));
  },
  decodeCount: (body) => asCount(asObject(body)?.['input_tokens']),
  encodeCountAnswer: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
};

const COUNTED = new Set([
  'model',
  'instructions',
  'input',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning',
  'text',
]);

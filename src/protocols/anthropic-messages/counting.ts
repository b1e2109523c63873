import { asCount, asObject } from '../../lib/json.ts';
import type { Counting } from '../codec.ts';
import { encodeRequest } from './encode-request.ts';

/** Fields that do not change the length of the prompt. The counting endpoint refuses them. */
const NOT_COUNTED: ReadonlySet<string> = new Set(
  'max_tokens stream temperature top_p top_k stop_sequences metadata'.split(' '),
);

/** `POST /messages/count_tokens` */
export const counting: Counting = {
  encodeCount: (conversation, addressee) => {
    const { body } = encodeRequest(conversation, addressee);
    return Object.fromEntries(Object.entries(body).filter(([field]) => !NOT_COUNTED.has(field)));
  },
  decodeCount: (body) => asCount(asObject(body)?.['input_tokens']),
  encodeCountAnswer: (tokens) => ({ input_tokens: tokens }),
};

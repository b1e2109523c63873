import { asCount, asObject } from '../../lib/json.ts';
import type { Counting } from '../codec.ts';
import { encodeRequest } from './encode-request.ts';
import { modelName } from './camel-case.ts';

/** `:countTokens` of the whole request. With `contents` alone it would not count system instruction and tools. */
export const counting: Counting = {
  encodeCount: (conversation, addressee) => ({
    generateContentRequest: { model: modelName(addressee.model), ...encodeRequest(conversation, addressee).body },
  }),
  decodeCount: (body) => asCount(asObject(body)?.['totalTokens']),
  encodeCountAnswer: (totalTokens) => ({ totalTokens }),
};

import { asCount, asObject } from '../../lib/json.ts';
import type { Counting } from '../codec.ts';
import { encodeRequest } from './encode-request.ts';
import { modelName } from './camel-case.ts';

/** `:countTokens`, of the whole request: of `contents` alone it would leave the system's words and the tools out. */
export const counting: Counting = {
  encodeCount: (conversation, addressee) => ({
    generateContentRequest: { model: modelName(addressee.model), ...encodeRequest(conversation, addressee).body },
  }),
  decodeCount: (body) => asCount(asObject(body)?.['totalTokens']),
  encodeCountAnswer: (totalTokens) => ({ totalTokens }),
};

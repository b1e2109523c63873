import type { Endpoint, Operation } from '../../core/exchange.ts';
import type { Front } from '../protocol.ts';
import { NAME } from './name.ts';

/** `/v1/messages` and the counting of its tokens. Lists of models are at OpenAI's path, told by the version header. */
export const front: Front = {
  fixed: {
    '/v1/messages': modelEndpoint('/messages', 'generate'),
    '/messages': modelEndpoint('/messages', 'generate'),
    '/v1/messages/count_tokens': modelEndpoint('/messages/count_tokens', 'count_tokens'),
    '/messages/count_tokens': modelEndpoint('/messages/count_tokens', 'count_tokens'),
  },
  find: () => undefined,
  covers: (path) => /^(?:\/v1)?\/messages(?:\/|$)/.test(path),
  tellingHeaders: ['anthropic-version'],
  keyParameter: undefined,
};

function modelEndpoint(target: string, operation: Operation): Endpoint {
  return {
    kind: 'model',
    methods: ['POST'],
    protocol: NAME,
    operation,
    target,
    // The prompt is part of what will be sent, and so of what is to be counted.
    conversation: true,
    answersJson: true,
  };
}

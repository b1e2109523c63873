import type { Codec } from '../codec.ts';
import { counting } from './counting.ts';
import { decodeRequest } from './decode-request.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { MessageStreamEncoder } from './encode-stream.ts';

/** Messages to and from the neutral form. */
export const codec: Codec = {
  fieldNames: {
    maxTokens: 'max_tokens',
    temperature: 'temperature',
    topP: 'top_p',
    topK: 'top_k',
    minP: 'min_p',
    stop: 'stop_sequences',
    seed: 'seed',
    frequencyPenalty: 'frequency_penalty',
    presencePenalty: 'presence_penalty',
    logprobs: 'logprobs',
    topLogprobs: 'top_logprobs',
    parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
    verbosity: 'verbosity',
    user: 'metadata.user_id',
    reasoning: 'thinking',
    output: 'output_config.format',
    toolChoice: 'tool_choice',
  },
  decodeRequest,
  encodeRequest,
  encodeAnswer,
  encodeStream: (reply) => new MessageStreamEncoder(reply),
  counting,
  embedding: undefined,
};

import type { Codec } from '../codec.ts';
import { counting } from './counting.ts';
import { decodeRequest } from './decode-request.ts';
import { embedding } from './embedding.ts';
import { encodeAnswer } from './encode-answer.ts';
import { encodeRequest } from './encode-request.ts';
import { GeminiStreamEncoder } from './encode-stream.ts';

/** GenerateContent requests and answers to and from the neutral form. */
export const codec: Codec = {
  fieldNames: {
    maxTokens: 'maxOutputTokens',
    temperature: 'temperature',
    topP: 'topP',
    topK: 'topK',
    minP: 'minP',
    stop: 'stopSequences',
    seed: 'seed',
    frequencyPenalty: 'frequencyPenalty',
    presencePenalty: 'presencePenalty',
    logprobs: 'responseLogprobs',
    topLogprobs: 'logprobs',
    parallelToolCalls: 'parallelToolCalls',
    verbosity: 'verbosity',
    user: 'user',
    reasoning: 'thinkingConfig',
    output: 'responseSchema',
    toolChoice: 'toolConfig',
  },
  decodeRequest,
  encodeRequest,
  encodeAnswer,
  encodeStream: (reply) => new GeminiStreamEncoder(reply),
  counting,
  embedding,
};

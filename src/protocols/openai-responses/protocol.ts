import { models } from '../openai/models.ts';
import type { Protocol } from '../protocol.ts';
import { codec } from './codec.ts';
import { conversationStart } from './conversation.ts';
import { errors } from './errors.ts';
import { removeForeignSignatures } from './foreign-signatures.ts';
import { brokenEnd } from './finish.ts';
import { readFacts } from './facts.ts';
import { front } from './front.ts';
import { holdsAnswer } from './holds-answer.ts';
import { NAME } from './name.ts';
import { resolveReferences } from './references.ts';
import { itemIdsOf, keepsAnswer, refersToKept, responseIdOf } from './response-id.ts';
import { sealIds } from './seal.ts';
import { stream } from './stream.ts';
import { injectSystem } from './system.ts';
import { readUsage } from './usage.ts';
import { wire } from './wire.ts';

/** OpenAI's responses. Models, rate limits and errors are those of OpenAI's other endpoints. */
export const openaiResponses: Protocol = {
  name: NAME,
  errors,
  stream,
  front,
  wire,
  models,
  providerState: {
    idOf: responseIdOf,
    itemsOf: itemIdsOf,
    seal: sealIds,
    keeps: keepsAnswer,
    refers: refersToKept,
    resolve: resolveReferences,
  },
  codec,
  brokenEnd,
  holdsAnswer,
  readUsage,
  readFacts,
  injectSystem,
  conversationStart,
  removeForeignSignatures,
};

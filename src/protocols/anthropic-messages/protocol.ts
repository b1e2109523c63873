import type { Protocol } from '../protocol.ts';
import { codec } from './codec.ts';
import { conversationStart } from './conversation.ts';
import { errors } from './errors.ts';
import { removeForeignSignatures } from './foreign-signatures.ts';
import { brokenEnd } from './finish.ts';
import { readFacts } from './facts.ts';
import { front } from './front.ts';
import { holdsAnswer } from './holds-answer.ts';
import { providerState } from './containers.ts';
import { models } from './models.ts';
import { NAME } from './name.ts';
import { stream } from './stream.ts';
import { injectSystem } from './system.ts';
import { fitToModel } from './fit-to-model.ts';
import { readUsage } from './usage.ts';
import { wire } from './wire.ts';

/** Anthropic's messages API and its token count. */
export const anthropicMessages: Protocol = {
  name: NAME,
  errors,
  stream,
  front,
  wire,
  models,
  providerState,
  codec,
  brokenEnd,
  holdsAnswer,
  readUsage,
  readFacts,
  injectSystem,
  conversationStart,
  removeForeignSignatures,
  fitToModel,
};

import type { Protocol } from '../protocol.ts';
import { codec } from './codec.ts';
import { conversationStart } from './conversation.ts';
import { errors } from './errors.ts';
import { removeForeign } from './foreign.ts';
import { brokenEnd } from './finish.ts';
import { front } from './front.ts';
import { holdsAnswer } from './holds-answer.ts';
import { keeping } from './containers.ts';
import { models } from './models.ts';
import { NAME } from './name.ts';
import { stream } from './stream.ts';
import { injectSystem } from './system.ts';
import { removeUnfit } from './unfit.ts';
import { readUsage } from './usage.ts';
import { wire } from './wire.ts';

/** Anthropic's messages, and the counting of their tokens. */
export const anthropicMessages: Protocol = {
  name: NAME,
  errors,
  stream,
  front,
  wire,
  models,
  keeping,
  codec,
  brokenEnd,
  holdsAnswer,
  readUsage,
  injectSystem,
  conversationStart,
  removeForeign,
  removeUnfit,
};

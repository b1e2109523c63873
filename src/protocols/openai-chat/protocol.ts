import type { Protocol } from '../protocol.ts';
import { codec } from './codec.ts';
import { conversationStart } from './conversation.ts';
import { errorAsEvent, errorBody, errorEvent, errorStatus, readError } from './errors.ts';
import { removeForeign } from './foreign.ts';
import { front } from './front.ts';
import { models } from './models.ts';
import { NAME } from './name.ts';
import { asStream } from './replay.ts';
import { ChatStreamReader } from './stream.ts';
import { injectSystem } from './system.ts';
import { readUsage } from './usage.ts';
import { wire } from './wire.ts';

/** OpenAI chat completions, and the endpoints beside it that share its errors and its stream grammar. */
export const openaiChat: Protocol = {
  name: NAME,
  errors: { body: errorBody, event: errorEvent, asEvent: errorAsEvent, read: readError, status: errorStatus },
  stream: {
    keepAlive: ': keep-alive\n\n',
    end: 'data: [DONE]\n\n',
    isEnd: (data) => data.charCodeAt(0) === 91 /* [ */ && data.trim() === '[DONE]',
    read: (request) => new ChatStreamReader(request),
    fromPlain: asStream,
  },
  front,
  wire,
  models,
  codec,
  readUsage,
  injectSystem,
  conversationStart,
  removeForeign,
};

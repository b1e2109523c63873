import { models } from '../openai-chat/models.ts';
import type { Protocol } from '../protocol.ts';
import { codec } from './codec.ts';
import { conversationStart } from './conversation.ts';
import { errorAsEvent, errorBody, errorEvent, errorStatus, readError } from './errors.ts';
import { removeForeign } from './foreign.ts';
import { front } from './front.ts';
import { NAME } from './name.ts';
import { expandReferences } from './references.ts';
import { responseIdOf, storedStateOf } from './response-id.ts';
import { asStream } from './replay.ts';
import { ResponsesStreamReader } from './stream.ts';
import { injectSystem } from './system.ts';
import { readUsage } from './usage.ts';
import { wire } from './wire.ts';

/** OpenAI responses. Models, rate limits and errors are those of OpenAI's other endpoints. */
export const openaiResponses: Protocol = {
  name: NAME,
  errors: { body: errorBody, event: errorEvent, asEvent: errorAsEvent, read: readError, status: errorStatus },
  stream: {
    keepAlive: ': keep-alive\n\n',
    // There is no end but `response.completed`: a stream without it is not whole, and clients know.
    end: '',
    isEnd: () => false,
    read: () => new ResponsesStreamReader(),
    fromPlain: asStream,
  },
  front,
  wire,
  models,
  keeping: { idOf: responseIdOf, idsIn: storedStateOf, expand: expandReferences },
  codec,
  readUsage,
  injectSystem,
  conversationStart,
  removeForeign,
};

import type { Protocol } from '../protocol.ts';
import { asStream, ChatStreamReader } from './stream.ts';
import { conversationStart } from './conversation.ts';
import { errorAsEvent, errorBody, errorEvent, readError } from './errors.ts';
import { injectSystem } from './system.ts';
import { readUsage } from './usage.ts';

/** OpenAI chat completions, and the endpoints beside it that share its errors and its stream grammar. */
export const openaiChat: Protocol = {
  name: 'openai-chat',
  errorBody,
  errorEvent,
  errorAsEvent,
  readError,
  keepAlive: ': keep-alive\n\n',
  streamEnd: 'data: [DONE]\n\n',
  isStreamEnd: (data) => data.charCodeAt(0) === 91 /* [ */ && data.trim() === '[DONE]',
  readStream: (request) => new ChatStreamReader(request),
  readUsage,
  asStream,
  injectSystem,
  conversationStart,
};

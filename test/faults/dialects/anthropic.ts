import type { Json } from '../../kit/json.ts';
import type { BackendDialect, ClientDialect, ErrorSaid } from '../dialects.ts';
import { event, readSse } from './events.ts';

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'upstream-model' };

/** Anthropic's messages. */
export const anthropic: ClientDialect & BackendDialect = {
  name: 'anthropic',
  request: ({ model, stream, prompt, key }) => ({
    path: '/v1/messages',
    headers: { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
    body: { model, stream, max_tokens: 1000, messages: [{ role: 'user', content: prompt }] },
  }),
  readAnswer: ({ content, stop_reason }) => ({
    said: content.map(({ text }: Json) => text).join(''),
    finished: stop_reason === 'end_turn',
  }),
  readError: (body) => errorIn(body),
  readStream: (text) =>
    readSse(text, (data, name) => {
      if (name !== data.type) throw new Error(`${data.type} is called ${name}`);
      return {
        text: data.delta?.text ?? '',
        finished: data.delta?.stop_reason === 'end_turn',
        ended: data.type === 'message_stop',
        error: errorIn(data),
      };
    }),
  asked: ({ path, json }) =>
    path.endsWith('/messages')
      ? { prompt: textOf(json.messages[0].content), model: json.model, stream: json.stream === true }
      : undefined,
  keyIn: (headers) => headers['x-api-key'],
  answer: (words) => ({
    ...MESSAGE,
    content: [{ type: 'text', text: words.join('') }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: words.length },
  }),
  events: (words) => {
    const tell = (data: Json): string => event(data, data.type);
    const message = { ...MESSAGE, content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 10 } };
    return {
      before: [
        tell({ type: 'message_start', message }),
        tell({ type: 'ping' }),
        tell({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      ],
      content: words.map((text) =>
        tell({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
      ),
      closing: [tell({ type: 'content_block_stop', index: 0 })],
      finish: [
        tell({
          type: 'message_delta',
          delta: { stop_reason: 'end_turn', stop_sequence: null },
          usage: { output_tokens: words.length },
        }),
      ],
      end: tell({ type: 'message_stop' }),
    };
  },
  error: ({ message, type, code }) => ({
    type: 'error',
    error: { type, message, ...(code === null ? {} : { details: { error_code: code } }) },
  }),
  errorEvent: (error) => event(error, 'error'),
};

function textOf(content: Json): string {
  return typeof content === 'string' ? content : content.map(({ text }: Json) => text).join('');
}

function errorIn({ type, error }: Json): ErrorSaid | undefined {
  if (type !== 'error') return undefined;
  if (typeof error.type !== 'string') throw new Error('an error without a type');
  return { message: error.message, code: error.details?.error_code };
}

import type { Json } from '../../kit/json.ts';
import type { BackendDialect, ClientDialect, ErrorSaid } from '../dialects.ts';
import { event, readSse } from './events.ts';

const HEAD = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_767_225_600, model: 'upstream-model' };

/** OpenAI's chat completions. */
export const chat: ClientDialect & BackendDialect = {
  name: 'openai',
  request: ({ model, stream, prompt, key }) => ({
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${key}` },
    body: { model, stream, messages: [{ role: 'user', content: prompt }] },
  }),
  readAnswer: ({ choices: [{ message, finish_reason }] }) => ({
    said: message.content,
    finished: finish_reason === 'stop',
  }),
  readError: ({ error }) => errorIn(error),
  readStream: (text) =>
    readSse(text, ({ choices, error }) => ({
      text: choices?.[0]?.delta?.content ?? '',
      finished: choices?.[0]?.finish_reason === 'stop',
      error: errorIn(error),
    })),
  asked: ({ path, json }) =>
    path.endsWith('/chat/completions')
      ? { prompt: textOf(json.messages[0].content), model: json.model, stream: json.stream === true }
      : undefined,
  keyIn: ({ authorization }) => authorization?.replace('Bearer ', ''),
  answer: (words) => ({
    ...HEAD,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: words.join('') }, finish_reason: 'stop' }],
    usage: usageOf(words.length),
  }),
  events: (words) => ({
    before: [chunk({ role: 'assistant', content: '' })],
    content: words.map((content) => chunk({ content })),
    closing: [],
    finish: [chunk({}, 'stop'), event({ ...HEAD, choices: [], usage: usageOf(words.length) })],
    end: 'data: [DONE]\n\n',
  }),
  error: ({ message, type, code }) => ({ error: { message, type, param: null, code } }),
  errorEvent: (error) => event(error),
};

function chunk(delta: object, finish_reason: string | null = null): string {
  return event({ ...HEAD, choices: [{ index: 0, delta, finish_reason }] });
}

function textOf(content: Json): string {
  return typeof content === 'string' ? content : content.map(({ text }: Json) => text).join('');
}

function usageOf(completion: number): Json {
  return { prompt_tokens: 10, completion_tokens: completion, total_tokens: 10 + completion };
}

/** OpenAI's two dialects have the same errors. */
export function errorIn(error: Json): ErrorSaid | undefined {
  if (error === undefined || error === null) return undefined;
  if (typeof error.type !== 'string') throw new Error('an error without a type');
  return { message: error.message, code: error.code ?? undefined };
}

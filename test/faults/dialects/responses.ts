import type { Json } from '../../kit/json.ts';
import type { BackendDialect, ClientDialect } from '../dialects.ts';
import { errorIn } from './chat.ts';
import { event, readSse } from './events.ts';

/** OpenAI's responses. */
export const responses: ClientDialect & BackendDialect = {
  name: 'openai-responses',
  request: ({ model, stream, prompt, key }) => ({
    path: '/v1/responses',
    headers: { authorization: `Bearer ${key}` },
    body: { model, stream, input: prompt },
  }),
  readAnswer: ({ output, status }) => ({
    said: output.flatMap(({ content }: Json) => content.map(({ text }: Json) => text)).join(''),
    finished: status === 'completed',
  }),
  readError: ({ error }) => errorIn(error),
  readStream: (text) =>
    readSse(text, (data, name) => {
      if (name !== data.type) throw new Error(`${data.type} is called ${name}`);
      const isWhole = data.type === 'response.completed';
      return {
        text: data.type === 'response.output_text.delta' ? data.delta : '',
        finished: isWhole,
        ended: isWhole,
        error: failureIn(data),
      };
    }),
  asked: ({ path, json }) =>
    path.endsWith('/responses')
      ? { prompt: textOf(json.input), model: json.model, stream: json.stream === true }
      : undefined,
  keyIn: ({ authorization }) => authorization?.replace('Bearer ', ''),
  answer: (words) => responseOf(words.join(''), words.length),
  events: (words) => {
    let sequence_number = 0;
    const tell = (type: string, more: object): string =>
      event({ type, sequence_number: sequence_number++, ...more }, type);
    const text = words.join('');
    const whole = responseOf(text, words.length);
    const begun = { ...whole, status: 'in_progress', output: [], usage: null };
    const [item] = whole.output;
    const [part] = item.content;
    const at = { item_id: item.id, output_index: 0, content_index: 0 };
    return {
      before: [
        tell('response.created', { response: begun }),
        tell('response.in_progress', { response: begun }),
        tell('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } }),
        tell('response.content_part.added', { ...at, part: { ...part, text: '' } }),
      ],
      content: words.map((delta) => tell('response.output_text.delta', { ...at, delta, logprobs: [] })),
      closing: [
        tell('response.output_text.done', { ...at, text, logprobs: [] }),
        tell('response.content_part.done', { ...at, part }),
        tell('response.output_item.done', { output_index: 0, item }),
      ],
      finish: [tell('response.completed', { response: whole })],
      end: '',
    };
  },
  error: ({ message, type, code }) => ({ error: { message, type, param: null, code } }),
  errorEvent: ({ error }) =>
    event(
      {
        type: 'response.failed',
        sequence_number: 99,
        response: { object: 'response', status: 'failed', output: [], error },
      },
      'response.failed',
    ),
};

function failureIn({ type, response, error, ...rest }: Json): ReturnType<typeof errorIn> {
  if (type === 'error') return errorIn({ type: 'error', ...rest, ...error });
  return type === 'response.failed' ? errorIn({ type: 'failed', ...response.error }) : undefined;
}

function textOf(input: Json): string {
  if (typeof input === 'string') return input;
  const [{ content }] = input;
  return typeof content === 'string' ? content : content.map(({ text }: Json) => text).join('');
}

function responseOf(text: string, output: number): Json {
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_767_225_600,
    model: 'upstream-model',
    status: 'completed',
    incomplete_details: null,
    error: null,
    output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }],
    usage: {
      input_tokens: 10,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 10 + output,
    },
  };
}

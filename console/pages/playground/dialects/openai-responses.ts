import { defined, list, messageOf, number, object, plainText, string, type Dialect, type Json } from './dialect.ts';

const TEXTS = ['input_text', 'output_text', 'text'];

/** OpenAI's Responses. */
export const openaiResponses: Dialect = {
  name: 'openai-responses',
  path: () => '/v1/responses',
  headers: (key) => (key === '' ? {} : { authorization: `Bearer ${key}` }),
  whole: (body, model, stream) => ({ model, ...body, ...(stream ? { stream: true } : {}) }),
  read(body) {
    const { input } = body;
    const items = typeof input === 'string' ? [{ role: 'user', content: input }] : list(input).map(object);
    return {
      system: string(body['instructions']),
      messages: items.map((each) => messageOf(each, isPlain(each) ? plainText(each['content'], TEXTS) : undefined)),
      tools: body['tools'],
      temperature: number(body['temperature']),
      maxTokens: number(body['max_output_tokens']),
    };
  },
  write(body, fields) {
    const { system, messages, tools, temperature, maxTokens } = { ...openaiResponses.read(body), ...fields };
    return defined({
      ...body,
      instructions: system === '' ? undefined : system,
      input: messages.map(({ role, text, raw }) => raw ?? { role, content: text }),
      tools,
      temperature,
      max_output_tokens: maxTokens,
    });
  },
  toTools: (tools) =>
    list(tools).map((tool) => {
      const { name, description, parameters } = object(tool);
      return { name: string(name), description: string(description) || undefined, parameters };
    }),
  fromTools: (tools) => tools.map((tool) => ({ type: 'function', ...defined({ ...tool }) })),
  piece({ type, delta, item }) {
    if (type === 'response.output_item.added' && object(item)['type'] === 'function_call')
      return `\n→ ${string(object(item)['name'])} `;
    const isText = ['response.output_text.delta', 'response.refusal.delta', 'response.function_call_arguments.delta'];
    return isText.includes(string(type)) ? string(delta) : '';
  },
  text: ({ output }) =>
    list(output)
      .map((item) => said(object(item)))
      .join('\n\n'),
  tokens(event) {
    const { usage } = object(event['response'] ?? event);
    const { input_tokens: input, output_tokens: output } = object(usage);
    return usage === undefined || usage === null ? undefined : { input: number(input), output: number(output) };
  },
};

function isPlain({ role, type }: Json): boolean {
  return (role === 'user' || role === 'assistant') && (type === undefined || type === 'message');
}

function said({ type, content, name, arguments: given }: Json): string {
  if (type === 'function_call') return `→ ${string(name)} ${string(given)}`;
  return list(content)
    .map((part) => string(object(part)['text']) + string(object(part)['refusal']))
    .join('');
}

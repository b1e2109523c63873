import { defined, list, messageOf, number, object, plainText, string, type Dialect, type Json } from './dialect.ts';

/** The API demands a limit. */
const MAX_TOKENS = 1024;

/** Anthropic's Messages. */
export const anthropicMessages: Dialect = {
  name: 'anthropic-messages',
  path: () => '/v1/messages',
  headers: (key) => ({ 'anthropic-version': '2023-06-01', ...(key === '' ? {} : { 'x-api-key': key }) }),
  whole: (body, model, stream) => ({ model, max_tokens: MAX_TOKENS, ...body, ...(stream ? { stream: true } : {}) }),
  read(body) {
    return {
      system: plainText(body['system'], ['text']) ?? '',
      messages: list(body['messages'])
        .map(object)
        .map((each) => messageOf(each, plainText(each['content'], ['text']))),
      tools: body['tools'],
      temperature: number(body['temperature']),
      maxTokens: number(body['max_tokens']),
    };
  },
  write(body, fields) {
    const { system, messages, tools, temperature, maxTokens } = { ...anthropicMessages.read(body), ...fields };
    return defined({
      ...body,
      system: system === '' ? undefined : system,
      messages: messages.map(({ role, text, raw }) => raw ?? { role, content: text }),
      tools,
      temperature,
      max_tokens: maxTokens,
    });
  },
  toTools: (tools) =>
    list(tools).map((tool) => {
      const { name, description, input_schema: parameters } = object(tool);
      return { name: string(name), description: string(description) || undefined, parameters };
    }),
  fromTools: (tools) =>
    tools.map(({ name, description, parameters }) =>
      defined({ name, description, input_schema: parameters ?? { type: 'object', properties: {} } }),
    ),
  piece({ type, delta, content_block: block }) {
    if (type === 'content_block_start' && object(block)['type'] === 'tool_use')
      return `\n→ ${string(object(block)['name'])} `;
    const { text, partial_json: json } = object(delta);
    return type === 'content_block_delta' ? string(text) + string(json) : '';
  },
  text: ({ content }) =>
    list(content)
      .map((block) => said(object(block)))
      .join('\n\n'),
  tokens(event) {
    const usage = event['usage'] ?? object(event['message'])['usage'];
    const { input_tokens: input, output_tokens: output } = object(usage);
    return usage === undefined ? undefined : { input: number(input), output: number(output) };
  },
};

function said({ type, text, name, input }: Json): string {
  return type === 'tool_use' ? `→ ${string(name)} ${JSON.stringify(input)}` : string(text);
}

import { defined, list, messageOf, number, object, plainText, string, type Dialect, type Json } from './dialect.ts';

/** OpenAI's Chat Completions. */
export const openaiChat: Dialect = {
  name: 'openai-chat',
  path: () => '/v1/chat/completions',
  headers: (key) => (key === '' ? {} : { authorization: `Bearer ${key}` }),
  whole: (body, model, stream) => ({
    model,
    ...body,
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  }),
  read(body) {
    const messages = list(body['messages']).map(object);
    const isSystem = ({ role }: Json): boolean => role === 'system' || role === 'developer';
    return {
      system: messages
        .filter(isSystem)
        .map(({ content }) => plainText(content, ['text']) ?? '')
        .join('\n\n'),
      messages: messages
        .filter((each) => !isSystem(each))
        .map((each) => messageOf(each, isPlain(each) ? plainText(each['content'], ['text']) : undefined)),
      tools: body['tools'],
      temperature: number(body['temperature']),
      maxTokens: number(body['max_completion_tokens']) ?? number(body['max_tokens']),
    };
  },
  write(body, fields) {
    const { system, messages, tools, temperature, maxTokens } = { ...openaiChat.read(body), ...fields };
    const { max_tokens: _before, ...rest } = body;
    return defined({
      ...rest,
      messages: [
        ...(system === '' ? [] : [{ role: 'system', content: system }]),
        ...messages.map(({ role, text, raw }) => raw ?? { role, content: text }),
      ],
      tools,
      temperature,
      max_completion_tokens: maxTokens,
    });
  },
  toTools: (tools) =>
    list(tools).map((tool) => {
      const { name, description, parameters } = object(object(tool)['function']);
      return { name: string(name), description: string(description) || undefined, parameters };
    }),
  fromTools: (tools) => tools.map((tool) => ({ type: 'function', function: defined({ ...tool }) })),
  piece: (event) =>
    list(event['choices'])
      .map((choice) => said(object(object(choice)['delta'])))
      .join(''),
  text: (answer) =>
    list(answer['choices'])
      .map((choice) => said(object(object(choice)['message'])))
      .join('\n\n'),
  tokens({ usage }) {
    const { prompt_tokens: input, completion_tokens: output } = object(usage);
    return usage === undefined || usage === null ? undefined : { input: number(input), output: number(output) };
  },
};

function isPlain({ role, tool_calls: calls }: Json): boolean {
  return (role === 'user' || role === 'assistant') && calls === undefined;
}

function said({ content, refusal, tool_calls: calls }: Json): string {
  const called = list(calls).map((call) => {
    const { name, arguments: given } = object(object(call)['function']);
    return `${name === undefined ? '' : `\n→ ${string(name)} `}${string(given)}`;
  });
  return string(content) + string(refusal) + called.join('');
}

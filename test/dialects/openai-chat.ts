import type { Json } from '../kit/json.ts';
import { parseSse } from '../kit/sse.ts';
import type { Answer, Ask, AskTurn, Dialect, Item, Tokens } from './spoken.ts';
import { demand, inPieces } from './spoken.ts';

/** OpenAI chat completions as the tests speak them. */
export const openaiChat: Dialect = {
  protocol: 'openai',
  title: 'OpenAI chat',
  base: '/v1',
  request: (ask, model, stream) => ({
    path: '/v1/chat/completions',
    body: {
      model,
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
      messages: [
        ...(ask.system === undefined ? [] : [{ role: 'system', content: ask.system }]),
        ...ask.turns.flatMap(messagesOf),
      ],
      ...(ask.tools === undefined ? {} : { tools: ask.tools.map((tool) => ({ type: 'function', function: tool })) }),
      ...(ask.choice === undefined ? {} : { tool_choice: choiceOf(ask.choice) }),
      ...(ask.schema === undefined
        ? {}
        : { response_format: { type: 'json_schema', json_schema: { ...ask.schema, strict: true } } }),
      ...(ask.effort === undefined ? {} : { reasoning_effort: ask.effort }),
      ...(ask.maxTokens === undefined ? {} : { max_completion_tokens: ask.maxTokens }),
      ...(ask.temperature === undefined ? {} : { temperature: ask.temperature }),
      ...(ask.stop === undefined ? {} : { stop: ask.stop }),
    },
  }),
  asked: (body, path) => {
    demand(path === '/v1/chat/completions', `chat at ${path}`);
    const system = body.messages.filter(({ role }: Json) => role === 'system' || role === 'developer');
    const rest = body.messages.filter(({ role }: Json) => role !== 'system' && role !== 'developer');
    const names = new Map<string, string>();
    for (const { tool_calls: calls = [] } of rest) for (const call of calls) names.set(call.id, call.function.name);
    const choice = body.tool_choice;
    return {
      model: body.model,
      stream: body.stream === true,
      ...(system.length === 0 ? {} : { system: system.map(({ content }: Json) => textOf(content)).join('\n\n') }),
      turns: merged(rest.map((message: Json) => turnOf(message, names))),
      ...(body.tools === undefined
        ? {}
        : {
            tools: body.tools.map(({ function: { name, description, parameters } }: Json) => ({
              name,
              description,
              parameters,
            })),
          }),
      ...(choice === undefined || choice === 'auto'
        ? {}
        : { choice: typeof choice === 'string' ? (choice as 'none') : { tool: choice.function.name } }),
      ...(body.response_format?.json_schema === undefined
        ? {}
        : { schema: { name: body.response_format.json_schema.name, schema: body.response_format.json_schema.schema } }),
      ...(body.reasoning_effort === undefined ? {} : { effort: body.reasoning_effort }),
      ...limitOf(body.max_completion_tokens ?? body.max_tokens),
      ...(body.temperature === undefined ? {} : { temperature: body.temperature }),
      ...(body.stop === undefined ? {} : { stop: [body.stop].flat() }),
    };
  },
  answer: ({ items, finish, usage }) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'chat-model',
    choices: [{ index: 0, message: messageOf(items), logprobs: null, finish_reason: FINISH[finish] }],
    usage: usageOf(usage),
  }),
  events: ({ items, finish, usage }) => {
    const chunk = (delta: Json, more: Json = {}): string => {
      const choice = { index: 0, delta, logprobs: null, finish_reason: null, ...more };
      return sse({ ...HEAD, choices: [choice] });
    };
    const out = [chunk({ role: 'assistant', content: '' })];
    let calls = 0;
    for (const item of items) {
      if ('text' in item) for (const content of inPieces(item.text)) out.push(chunk({ content }));
      if ('refusal' in item) for (const refusal of inPieces(item.refusal)) out.push(chunk({ refusal }));
      if ('thought' in item)
        for (const reasoning_content of inPieces(item.thought)) out.push(chunk({ reasoning_content }));
      if (!('call' in item)) continue;
      const index = calls++;
      const { id, name, args } = item.call;
      out.push(chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }));
      for (const piece of inPieces(JSON.stringify(args)))
        out.push(chunk({ tool_calls: [{ index, function: { arguments: piece } }] }));
    }
    out.push(chunk({}, { finish_reason: FINISH[finish] }));
    return [...out, sse({ ...HEAD, choices: [], usage: usageOf(usage) }), 'data: [DONE]\n\n'];
  },
  followUp: (request, { choices: [{ message }] }, results) => ({
    ...request,
    messages: [
      ...request.messages,
      message,
      ...results.map(({ name, text }) => {
        const call = message.tool_calls.find((one: Json) => one.function.name === name);
        return { role: 'tool', tool_call_id: call.id, content: text };
      }),
    ],
  }),
  readAnswer: (body) => {
    demand(body.object === 'chat.completion' && typeof body.id === 'string', 'no chat.completion');
    demand(Number.isInteger(body.created) && typeof body.model === 'string', 'no created or model');
    const [choice] = body.choices;
    demand(body.choices.length === 1 && choice.index === 0, 'not one choice');
    demand(choice.message.role === 'assistant' && 'content' in choice.message, 'no message');
    return { items: itemsOf(choice.message), finish: finishOf(choice), usage: tokensOf(body.usage) };
  },
  readStream: (text) => {
    const { json, done, rest, events } = parseSse(text);
    demand(done && rest === '', 'no [DONE]');
    demand(
      events.every(({ event }) => event === undefined),
      'an event has a name',
    );
    const message: Json = { content: null, tool_calls: [] };
    let finish: Json;
    for (const chunk of json) {
      demand(chunk.object === 'chat.completion.chunk' && typeof chunk.id === 'string', 'no chunk');
      const [choice] = chunk.choices;
      if (choice === undefined) continue;
      demand(finish === undefined, 'a choice after the finish');
      addDelta(message, choice.delta);
      if (choice.finish_reason !== null && choice.finish_reason !== undefined) finish = choice;
    }
    demand(finish !== undefined, 'no finish_reason');
    const last = json.at(-1);
    demand(last.choices.length === 0, 'the usage chunk has choices');
    return {
      items: itemsOf(message),
      finish: finishOf({ ...finish, message }),
      usage: tokensOf(last.usage),
    };
  },
  error: ({ message }) => ({ error: { message, type: 'upstream_type', param: null, code: null } }),
  readError: (status, { error }) => {
    demand(typeof error.message === 'string' && typeof error.type === 'string', 'no error of OpenAI');
    demand('code' in error && 'param' in error, 'no code or param');
    return { status, message: error.message };
  },
};

const HEAD = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'chat-model' };

const FINISH = {
  stop: 'stop',
  tool_calls: 'tool_calls',
  length: 'length',
  filter: 'content_filter',
  refusal: 'stop',
} as const;

function sse(data: Json): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function limitOf(maxTokens: unknown): { maxTokens?: number } {
  return typeof maxTokens === 'number' ? { maxTokens } : {};
}

function choiceOf(choice: NonNullable<Ask['choice']>): Json {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.tool } };
}

function messagesOf({ role, items }: AskTurn): Json[] {
  if (role === 'assistant') return [messageOf(items)];
  const results = items.flatMap((item) =>
    'result' in item ? [{ role: 'tool', tool_call_id: item.result.id, content: item.result.text }] : [],
  );
  const content = items.flatMap((item): Json[] => {
    if ('text' in item) return [{ type: 'text', text: item.text }];
    if ('image' in item) return [{ type: 'image_url', image_url: { url: `data:image/png;base64,${item.image}` } }];
    if ('imageUrl' in item) return [{ type: 'image_url', image_url: { url: item.imageUrl } }];
    if ('pdf' in item)
      return [{ type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${item.pdf}` } }];
    return [];
  });
  return content.length === 0 ? results : [...results, { role: 'user', content }];
}

function messageOf(items: readonly Item[]): Json {
  const texts = items.flatMap((item) => ('text' in item ? [item.text] : []));
  const thoughts = items.flatMap((item) => ('thought' in item ? [item.thought] : []));
  const refusals = items.flatMap((item) => ('refusal' in item ? [item.refusal] : []));
  const calls = items.flatMap((item) => ('call' in item ? [item.call] : []));
  return {
    role: 'assistant',
    content: texts.length === 0 ? null : texts.join(''),
    refusal: refusals.length === 0 ? null : refusals.join(''),
    ...(thoughts.length === 0 ? {} : { reasoning_content: thoughts.join('') }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, args }) => ({
            id,
            type: 'function',
            function: { name, arguments: JSON.stringify(args) },
          })),
        }),
  };
}

function textOf(content: Json): string {
  return typeof content === 'string' ? content : content.map(({ text }: Json) => text).join('\n\n');
}

function turnOf(message: Json, names: ReadonlyMap<string, string>): AskTurn {
  if (message.role === 'assistant') return { role: 'assistant', items: itemsOf(message) };
  if (message.role === 'tool') {
    const id = message.tool_call_id;
    const name = names.get(id);
    demand(name !== undefined, `a result of a call that was not made: ${id}`);
    return { role: 'user', items: [{ result: { id, name, text: textOf(message.content) } }] };
  }
  demand(message.role === 'user', `the role ${message.role}`);
  const parts = typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
  return { role: 'user', items: parts.map(itemOf) };
}

function itemOf(part: Json): Item {
  if (part.type === 'text') return { text: part.text };
  if (part.type === 'image_url') {
    const { url } = part.image_url;
    return url.startsWith('data:image/png;base64,') ? { image: url.slice(22) } : { imageUrl: url };
  }
  demand(part.type === 'file' && typeof part.file.filename === 'string', `a part of type ${part.type}`);
  return { pdf: part.file.file_data.replace('data:application/pdf;base64,', '') };
}

function itemsOf(message: Json): Item[] {
  const items: Item[] = [];
  if (message.reasoning_content) items.push({ thought: message.reasoning_content });
  if (message.content) items.push({ text: textOf(message.content) });
  if (message.refusal) items.push({ refusal: message.refusal });
  for (const call of message.tool_calls ?? []) {
    demand(call.type === 'function' && typeof call.id === 'string', 'a call without type or id');
    items.push({ call: { id: call.id, name: call.function.name, args: JSON.parse(call.function.arguments) } });
  }
  return items;
}

/** Adjacent messages of one side are one turn. */
export function merged(turns: readonly AskTurn[]): AskTurn[] {
  const out: AskTurn[] = [];
  for (const turn of turns) {
    const last = out.at(-1);
    if (last?.role === turn.role) out[out.length - 1] = { role: turn.role, items: [...last.items, ...turn.items] };
    else out.push(turn);
  }
  return out;
}

function addDelta(message: Json, delta: Json): void {
  for (const field of ['content', 'refusal', 'reasoning_content']) {
    if (typeof delta[field] === 'string') message[field] = (message[field] ?? '') + delta[field];
  }
  for (const { index, id, type, function: { name, arguments: args } = {} as Json } of delta.tool_calls ?? []) {
    const call = (message.tool_calls[index] ??= { id, type, function: { name, arguments: '' } });
    demand(id === undefined || id === call.id, 'another id for one index');
    call.function.arguments += args ?? '';
  }
}

function finishOf({ finish_reason: reason, message }: Json): Answer['finish'] {
  if (message.refusal) return 'refusal';
  const found = Object.entries(FINISH).find(([, word]) => word === reason);
  demand(found !== undefined, `the finish_reason ${reason}`);
  return found[0] as Answer['finish'];
}

function usageOf({ input, output, cached = 0, reasoning = 0 }: Tokens): Json {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

function tokensOf(usage: Json): Tokens {
  demand(usage.total_tokens === usage.prompt_tokens + usage.completion_tokens, 'a wrong total');
  return {
    input: usage.prompt_tokens,
    output: usage.completion_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  };
}

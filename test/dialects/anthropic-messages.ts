import type { Json } from '../kit/json.ts';
import { parseSse } from '../kit/sse.ts';
import type { Answer, Ask, AskTurn, Dialect, Item, Tokens } from './spoken.ts';
import { demand, inPieces } from './spoken.ts';

/** Anthropic messages as the tests speak them. */
export const anthropicMessages: Dialect = {
  protocol: 'anthropic',
  title: 'Anthropic',
  base: '/v1',
  request: (ask, model, stream) => ({
    path: '/v1/messages',
    body: {
      model,
      max_tokens: ask.maxTokens ?? 4096,
      ...(stream ? { stream: true } : {}),
      ...(ask.system === undefined ? {} : { system: [{ type: 'text', text: ask.system }] }),
      messages: ask.turns.map(({ role, items }) => ({ role, content: items.map(blockOf) })),
      ...(ask.tools === undefined
        ? {}
        : {
            tools: ask.tools.map(({ name, description, parameters }) => ({
              name,
              description,
              input_schema: parameters,
            })),
          }),
      ...(ask.choice === undefined ? {} : { tool_choice: choiceOf(ask.choice) }),
      ...(ask.schema === undefined
        ? {}
        : { output_config: { format: { type: 'json_schema', schema: ask.schema.schema } } }),
      ...(ask.effort === undefined ? {} : { thinking: { type: 'enabled', budget_tokens: BUDGETS[ask.effort] } }),
      ...(ask.temperature === undefined ? {} : { temperature: ask.temperature }),
      ...(ask.stop === undefined ? {} : { stop_sequences: ask.stop }),
    },
  }),
  asked: (body, path) => {
    demand(path === '/v1/messages', `Anthropic at ${path}`);
    demand(Number.isInteger(body.max_tokens) && body.max_tokens > 0, 'no max_tokens');
    const { thinking, system, tool_choice: choice } = body;
    demand(
      thinking?.budget_tokens === undefined || thinking.budget_tokens < body.max_tokens,
      'max_tokens is within the budget',
    );
    checkTurns(body.messages);
    const names = new Map<string, string>();
    for (const { content } of body.messages)
      if (typeof content !== 'string')
        for (const { type, id, name } of content) if (type === 'tool_use') names.set(id, name);
    const effort = body.output_config?.effort ?? EFFORTS.get(thinking?.budget_tokens);
    return {
      model: body.model,
      stream: body.stream === true,
      ...(system === undefined
        ? {}
        : { system: typeof system === 'string' ? system : system.map(({ text }: Json) => text).join('\n\n') }),
      turns: body.messages.map(({ role, content }: Json): AskTurn => ({
        role,
        items: typeof content === 'string' ? [{ text: content }] : content.map((block: Json) => itemOf(block, names)),
      })),
      ...(body.tools === undefined
        ? {}
        : {
            tools: body.tools.map(({ name, description, input_schema: parameters }: Json) => {
              demand(parameters.type === 'object', 'input_schema is no object');
              return { name, description, parameters };
            }),
          }),
      ...(choice === undefined || choice.type === 'auto'
        ? {}
        : {
            choice:
              choice.type === 'tool'
                ? { tool: choice.name }
                : choice.type === 'any'
                  ? 'required'
                  : (choice.type as 'none'),
          }),
      ...(body.output_config?.format === undefined
        ? {}
        : { schema: { name: '', schema: body.output_config.format.schema } }),
      ...(effort === undefined ? {} : { effort }),
      maxTokens: body.max_tokens,
      ...(body.temperature === undefined ? {} : { temperature: body.temperature }),
      ...(body.stop_sequences === undefined ? {} : { stop: body.stop_sequences }),
    };
  },
  answer: ({ items, finish, usage }) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-model',
    content: items.map(blockOf),
    stop_reason: FINISH[finish],
    stop_sequence: null,
    usage: usageOf(usage),
  }),
  events: ({ items, finish, usage }) => {
    const { output_tokens: _output, ...input } = usageOf(usage);
    const message = {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-model',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...input, output_tokens: 1 },
    };
    const out = [sse({ type: 'message_start', message }), sse({ type: 'ping' })];
    for (const [index, item] of items.entries()) {
      const { start, deltas } = streamedBlock(item);
      out.push(sse({ type: 'content_block_start', index, content_block: start }));
      for (const delta of deltas) out.push(sse({ type: 'content_block_delta', index, delta }));
      out.push(sse({ type: 'content_block_stop', index }));
    }
    const delta = { stop_reason: FINISH[finish], stop_sequence: null };
    out.push(sse({ type: 'message_delta', delta, usage: usageOf(usage) }), sse({ type: 'message_stop' }));
    return out;
  },
  followUp: (request, { content }, results) => ({
    ...request,
    messages: [
      ...request.messages,
      { role: 'assistant', content },
      {
        role: 'user',
        content: results.map(({ name, text }) => {
          const call = content.find((block: Json) => block.type === 'tool_use' && block.name === name);
          return { type: 'tool_result', tool_use_id: call.id, content: text };
        }),
      },
    ],
  }),
  readAnswer: (body) => {
    demand(body.type === 'message' && body.role === 'assistant' && typeof body.id === 'string', 'no message');
    demand(typeof body.model === 'string' && 'stop_sequence' in body, 'no model or stop_sequence');
    return {
      items: body.content.map((block: Json) => itemOf(block, new Map())),
      finish: finishOf(body.stop_reason),
      usage: tokensOf(body.usage),
    };
  },
  readStream: (text) => {
    const { json, rest, events } = parseSse(text);
    demand(rest === '', 'half an event');
    for (const [at, { event }] of events.entries()) demand(event === json[at].type, `an event is called ${event}`);
    const told = json.filter(({ type }) => type !== 'ping');
    const start = told.shift();
    demand(start?.type === 'message_start' && start.message.content.length === 0, 'no message_start');
    demand(Number.isInteger(start.message.usage.input_tokens), 'message_start without usage');
    const blocks: Json[] = [];
    let open: number | undefined;
    let end: Json;
    for (const event of told) {
      switch (event.type) {
        case 'content_block_start':
          demand(open === undefined && event.index === blocks.length, 'blocks interleave');
          open = event.index;
          blocks.push({ ...event.content_block, json: '' });
          break;
        case 'content_block_delta':
          demand(event.index === open, 'a delta of a block that is not open');
          addDelta(blocks[event.index], event.delta);
          break;
        case 'content_block_stop':
          demand(event.index === open, 'the end of a block that is not open');
          open = undefined;
          break;
        case 'message_delta':
          demand(open === undefined && end === undefined, 'message_delta too early, or twice');
          end = event;
          break;
        default:
          demand(event.type === 'message_stop' && event === told.at(-1), `the event ${event.type}`);
      }
    }
    demand(told.at(-1)?.type === 'message_stop' && end !== undefined, 'no message_stop');
    return {
      items: blocks.map(({ json: args, ...block }) =>
        itemOf(block.type === 'tool_use' && args !== '' ? { ...block, input: JSON.parse(args) } : block, new Map()),
      ),
      finish: finishOf(end.delta.stop_reason),
      usage: tokensOf({ ...start.message.usage, ...end.usage }),
    };
  },
  error: ({ status, message }) => ({ type: 'error', error: { type: ERRORS[status] ?? 'api_error', message } }),
  readError: (status, { type, error }) => {
    demand(type === 'error' && typeof error.message === 'string', 'no error of Anthropic');
    demand(error.type === (ERRORS[status] ?? 'api_error'), `${error.type} with status ${status}`);
    return { status, message: error.message };
  },
};

const BUDGETS = { low: 1024, medium: 8192, high: 24_576 } as const;
const EFFORTS = new Map<unknown, Ask['effort']>([
  [1024, 'low'],
  [8192, 'medium'],
  [24_576, 'high'],
]);

const FINISH = {
  stop: 'end_turn',
  tool_calls: 'tool_use',
  length: 'max_tokens',
  filter: 'refusal',
  refusal: 'refusal',
} as const;

const ERRORS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

function sse(data: Json): string {
  return `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
}

function choiceOf(choice: NonNullable<Ask['choice']>): Json {
  if (typeof choice !== 'string') return { type: 'tool', name: choice.tool };
  return { type: choice === 'required' ? 'any' : choice };
}

function blockOf(item: Item): Json {
  if ('text' in item) return { type: 'text', text: item.text };
  if ('refusal' in item) return { type: 'text', text: item.refusal };
  if ('image' in item) return { type: 'image', source: { type: 'base64', media_type: 'image/png', data: item.image } };
  if ('imageUrl' in item) return { type: 'image', source: { type: 'url', url: item.imageUrl } };
  if ('pdf' in item)
    return { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: item.pdf } };
  if ('thought' in item) return { type: 'thinking', thinking: item.thought, signature: item.signature ?? '' };
  if ('call' in item) return { type: 'tool_use', id: item.call.id, name: item.call.name, input: item.call.args };
  return { type: 'tool_result', tool_use_id: item.result.id, content: item.result.text };
}

function streamedBlock(item: Item): { start: Json; deltas: Json[] } {
  if ('call' in item) {
    const { id, name, args } = item.call;
    const deltas = inPieces(JSON.stringify(args)).map((partial_json) => ({ type: 'input_json_delta', partial_json }));
    return { start: { type: 'tool_use', id, name, input: {} }, deltas };
  }
  if ('thought' in item) {
    const deltas: Json[] = inPieces(item.thought).map((thinking) => ({ type: 'thinking_delta', thinking }));
    deltas.push({ type: 'signature_delta', signature: item.signature ?? '' });
    return { start: { type: 'thinking', thinking: '', signature: '' }, deltas };
  }
  const { text } = blockOf(item);
  return {
    start: { type: 'text', text: '' },
    deltas: inPieces(text).map((piece) => ({ type: 'text_delta', text: piece })),
  };
}

function addDelta(block: Json, delta: Json): void {
  if (delta.type === 'text_delta') block.text += delta.text;
  else if (delta.type === 'thinking_delta') block.thinking += delta.thinking;
  else if (delta.type === 'signature_delta') block.signature = delta.signature;
  else if (delta.type === 'input_json_delta') block.json += delta.partial_json;
  else demand(delta.type === 'citations_delta', `the delta ${delta.type}`);
}

function itemOf(block: Json, names: ReadonlyMap<string, string>): Item {
  switch (block.type) {
    case 'text':
      demand(block.text !== '', 'an empty text');
      return { text: block.text };
    case 'image':
      return block.source.type === 'url' ? { imageUrl: block.source.url } : { image: block.source.data };
    case 'document':
      demand(block.source.media_type === 'application/pdf', 'a document that is no PDF');
      return { pdf: block.source.data };
    case 'thinking':
      demand(typeof block.signature === 'string', 'a thought without a signature');
      return { thought: block.thinking, signature: block.signature };
    case 'redacted_thinking':
      return { thought: '', signature: block.data };
    case 'tool_use':
      demand(/^[\w-]+$/.test(block.id), `the id ${block.id}`);
      return { call: { id: block.id, name: block.name, args: block.input } };
    default: {
      demand(block.type === 'tool_result', `a block of type ${block.type}`);
      const { tool_use_id: id, content } = block;
      const text = typeof content === 'string' ? content : content.map(({ text: one }: Json) => one).join('\n\n');
      return { result: { id, name: names.get(id) ?? '', text } };
    }
  }
}

/** Sides alternate, the user begins, results answer the calls right before them. */
function checkTurns(messages: readonly Json[]): void {
  demand(messages[0]?.role === 'user', 'the user does not begin');
  for (const [at, { role, content }] of messages.entries()) {
    demand(at === 0 || role !== messages[at - 1].role, 'two turns of one side');
    if (typeof content === 'string') continue;
    const results = content.filter(({ type }: Json) => type === 'tool_result');
    const calls = at === 0 || typeof messages[at - 1].content === 'string' ? [] : messages[at - 1].content;
    for (const { tool_use_id: id } of results)
      demand(
        calls.some((block: Json) => block.type === 'tool_use' && block.id === id),
        `a result of no call: ${id}`,
      );
    demand(
      content.slice(0, results.length).every(({ type }: Json) => type === 'tool_result'),
      'results do not come first',
    );
  }
}

function finishOf(reason: string): Answer['finish'] {
  const found = Object.entries(FINISH).find(([, word]) => word === reason);
  demand(found !== undefined, `the stop_reason ${reason}`);
  return found[0] as Answer['finish'];
}

function usageOf({ input, output, cached = 0 }: Tokens): Json {
  return {
    input_tokens: input - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: output,
  };
}

function tokensOf(usage: Json): Tokens {
  const { input_tokens: input, output_tokens: output } = usage;
  demand(Number.isInteger(input) && Number.isInteger(output), 'no usage');
  const cached = usage.cache_read_input_tokens ?? 0;
  return { input: input + cached + (usage.cache_creation_input_tokens ?? 0), output, cached };
}

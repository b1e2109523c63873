import type { Json } from '../kit/json.ts';
import { parseSse } from '../kit/sse.ts';
import { merged } from './openai-chat.ts';
import type { Answer, Ask, AskTurn, Dialect, Item, Tokens } from './spoken.ts';
import { demand, inPieces } from './spoken.ts';

/** OpenAI responses as the tests speak them. */
export const openaiResponses: Dialect = {
  protocol: 'openai-responses',
  title: 'OpenAI responses',
  base: '/v1',
  request: (ask, model, stream) => ({
    path: '/v1/responses',
    body: {
      model,
      ...(stream ? { stream: true } : {}),
      ...(ask.system === undefined ? {} : { instructions: ask.system }),
      input: ask.turns.flatMap(inputOf),
      ...(ask.tools === undefined
        ? {}
        : { tools: ask.tools.map((tool) => ({ type: 'function', ...tool, strict: false })) }),
      ...(ask.choice === undefined ? {} : { tool_choice: choiceOf(ask.choice) }),
      ...(ask.schema === undefined ? {} : { text: { format: { type: 'json_schema', ...ask.schema, strict: true } } }),
      ...(ask.effort === undefined ? {} : { reasoning: { effort: ask.effort, summary: 'auto' } }),
      ...(ask.maxTokens === undefined ? {} : { max_output_tokens: ask.maxTokens }),
      ...(ask.temperature === undefined ? {} : { temperature: ask.temperature }),
    },
  }),
  asked: (body, path) => {
    demand(path === '/v1/responses', `responses at ${path}`);
    const names = new Map<string, string>();
    const given: Json[] = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : body.input;
    const leading = given.findIndex(({ role }) => role !== 'developer');
    const system = [body.instructions, ...given.slice(0, leading).map(({ content }) => content)].filter(Boolean);
    const input = given.slice(leading);
    for (const item of input) if (item.type === 'function_call') names.set(item.call_id, item.name);
    const choice = body.tool_choice;
    const { format } = body.text ?? {};
    return {
      model: body.model,
      stream: body.stream === true,
      ...(system.length > 0 ? { system: system.join('\n\n') } : {}),
      turns: merged(input.map((item: Json) => turnOf(item, names))),
      ...(body.tools === undefined
        ? {}
        : { tools: body.tools.map(({ name, description, parameters }: Json) => ({ name, description, parameters })) }),
      ...(choice === undefined || choice === 'auto'
        ? {}
        : { choice: typeof choice === 'string' ? (choice as 'none') : { tool: choice.name } }),
      ...(format?.type === 'json_schema' ? { schema: { name: format.name, schema: format.schema } } : {}),
      ...(body.reasoning?.effort === undefined ? {} : { effort: body.reasoning.effort }),
      ...(body.max_output_tokens === undefined ? {} : { maxTokens: body.max_output_tokens }),
      ...(body.temperature === undefined ? {} : { temperature: body.temperature }),
    };
  },
  answer: (answer) => responseOf(answer),
  events: (answer) => {
    const whole = responseOf(answer);
    const out: string[] = [];
    const tell = (type: string, more: Json): void => {
      out.push(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: out.length, ...more })}\n\n`);
    };
    const empty = { ...whole, status: 'in_progress', output: [], usage: null };
    tell('response.created', { response: empty });
    tell('response.in_progress', { response: empty });
    for (const [output_index, item] of whole.output.entries()) tellItem(item, output_index, tell);
    tell(whole.status === 'incomplete' ? 'response.incomplete' : 'response.completed', { response: whole });
    return out;
  },
  followUp: (request, { output }, results) => ({
    ...request,
    input: [
      ...request.input,
      ...output,
      ...results.map(({ name, text }) => {
        const call = output.find((item: Json) => item.type === 'function_call' && item.name === name);
        return { type: 'function_call_output', call_id: call.call_id, output: text };
      }),
    ],
  }),
  readAnswer: (body) => {
    demand(body.object === 'response' && typeof body.id === 'string', 'no response');
    for (const field of ['created_at', 'model', 'status', 'output', 'tools', 'tool_choice', 'parallel_tool_calls'])
      demand(body[field] !== undefined, `no ${field}`);
    return {
      items: body.output.flatMap(itemsOf),
      finish: finishOf(body),
      usage: tokensOf(body.usage),
    };
  },
  readStream: (text) => {
    const { json, rest, events } = parseSse(text);
    demand(rest === '', 'half an event');
    for (const [at, { event }] of events.entries()) demand(event === json[at].type, `an event is called ${event}`);
    demand(
      json.every(({ sequence_number: n }, at) => n === at),
      'sequence_number does not rise by one',
    );
    demand(json[0]?.type === 'response.created' && json[1]?.type === 'response.in_progress', 'no beginning');
    const last = json.at(-1);
    demand(last.type === 'response.completed' || last.type === 'response.incomplete', 'no end');
    checkItems(json, last.response);
    return openaiResponses.readAnswer(last.response);
  },
  error: ({ message }) => ({ error: { message, type: 'upstream_type', param: null, code: null } }),
  readError: (status, { error }) => {
    demand(typeof error.message === 'string' && typeof error.type === 'string', 'no error of OpenAI');
    return { status, message: error.message };
  },
};

function choiceOf(choice: NonNullable<Ask['choice']>): Json {
  return typeof choice === 'string' ? choice : { type: 'function', name: choice.tool };
}

function inputOf({ role, items }: AskTurn): Json[] {
  return items.flatMap((item): Json[] => {
    if ('call' in item) return [callOf(item.call)];
    if ('result' in item) return [{ type: 'function_call_output', call_id: item.result.id, output: item.result.text }];
    if ('thought' in item) return [reasoningOf(item.thought, item.signature)];
    return [{ type: 'message', role, content: [contentOf(item, role)] }];
  });
}

function contentOf(item: Item, role: string): Json {
  if ('text' in item)
    return role === 'assistant'
      ? { type: 'output_text', text: item.text, annotations: [] }
      : { type: 'input_text', text: item.text };
  if ('refusal' in item) return { type: 'refusal', refusal: item.refusal };
  if ('image' in item) return { type: 'input_image', image_url: `data:image/png;base64,${item.image}`, detail: 'auto' };
  if ('imageUrl' in item) return { type: 'input_image', image_url: item.imageUrl, detail: 'auto' };
  demand('pdf' in item, 'no content');
  return { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${item.pdf}` };
}

function callOf({ id, name, args }: { id: string; name: string; args: Json }): Json {
  return { type: 'function_call', call_id: id, name, arguments: JSON.stringify(args) };
}

function reasoningOf(thought: string, signature: string | undefined): Json {
  return {
    type: 'reasoning',
    id: 'rs_1',
    summary: thought === '' ? [] : [{ type: 'summary_text', text: thought }],
    ...(signature === undefined ? {} : { encrypted_content: signature }),
  };
}

function turnOf(item: Json, names: ReadonlyMap<string, string>): AskTurn {
  switch (item.type) {
    case 'function_call':
    case 'reasoning':
      return { role: 'assistant', items: itemsOf(item) };
    case 'function_call_output': {
      const name = names.get(item.call_id);
      demand(name !== undefined, `an output of no call: ${item.call_id}`);
      const text =
        typeof item.output === 'string' ? item.output : item.output.map(({ text: one }: Json) => one).join('');
      return { role: 'user', items: [{ result: { id: item.call_id, name, text } }] };
    }
    default: {
      demand(item.role === 'user' || item.role === 'assistant', `an item ${item.type} of ${item.role}`);
      const content = typeof item.content === 'string' ? [{ type: 'input_text', text: item.content }] : item.content;
      return { role: item.role, items: content.map(itemOf) };
    }
  }
}

function itemOf(part: Json): Item {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { text: part.text };
    case 'refusal':
      return { refusal: part.refusal };
    case 'input_image': {
      const { image_url: url } = part;
      return url.startsWith('data:image/png;base64,') ? { image: url.slice(22) } : { imageUrl: url };
    }
    default:
      demand(part.type === 'input_file' && typeof part.filename === 'string', `a part of type ${part.type}`);
      return { pdf: part.file_data.replace('data:application/pdf;base64,', '') };
  }
}

function itemsOf(item: Json): Item[] {
  switch (item.type) {
    case 'reasoning': {
      const thought = [...(item.summary ?? []), ...(item.content ?? [])].map(({ text }: Json) => text).join('');
      const signature = item.encrypted_content ?? undefined;
      return [{ thought, ...(signature === undefined ? {} : { signature }) }];
    }
    case 'function_call':
      return [{ call: { id: item.call_id, name: item.name, args: JSON.parse(item.arguments) } }];
    default:
      demand(item.type === 'message' && item.role === 'assistant', `an item of type ${item.type}`);
      return item.content.map(itemOf);
  }
}

function responseOf({ items, finish, usage }: Answer): Json {
  const output = items.map((item, at) => {
    if ('thought' in item) return { ...reasoningOf(item.thought, item.signature), id: `rs_${at}` };
    if ('call' in item) return { ...callOf(item.call), id: `fc_${at}`, status: 'completed' };
    const content = [contentOf(item, 'assistant')];
    return { type: 'message', id: `msg_${at}`, role: 'assistant', status: 'completed', content };
  });
  const reason = finish === 'length' ? 'max_output_tokens' : finish === 'filter' ? 'content_filter' : undefined;
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_700_000_000,
    model: 'responses-model',
    status: reason === undefined ? 'completed' : 'incomplete',
    incomplete_details: reason === undefined ? null : { reason },
    error: null,
    instructions: null,
    metadata: {},
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: usageOf(usage),
  };
}

function tellItem(item: Json, output_index: number, tell: (type: string, more: Json) => void): void {
  const at = { item_id: item.id, output_index };
  const added = { ...item, status: 'in_progress' };
  if (item.type === 'message') {
    const [part] = item.content;
    const kind = part.type === 'refusal' ? 'refusal' : 'output_text';
    const field = part.type === 'refusal' ? 'refusal' : 'text';
    tell('response.output_item.added', { output_index, item: { ...added, content: [] } });
    tell('response.content_part.added', { ...at, content_index: 0, part: { ...part, [field]: '' } });
    for (const delta of inPieces(part[field])) tell(`response.${kind}.delta`, { ...at, content_index: 0, delta });
    tell(`response.${kind}.done`, { ...at, content_index: 0, [field]: part[field] });
    tell('response.content_part.done', { ...at, content_index: 0, part });
  } else if (item.type === 'function_call') {
    tell('response.output_item.added', { output_index, item: { ...added, arguments: '' } });
    for (const delta of inPieces(item.arguments)) tell('response.function_call_arguments.delta', { ...at, delta });
    tell('response.function_call_arguments.done', { ...at, arguments: item.arguments });
  } else {
    tell('response.output_item.added', { output_index, item: { ...item, summary: [] } });
    for (const [summary_index, part] of item.summary.entries()) {
      tell('response.reasoning_summary_part.added', { ...at, summary_index, part: { ...part, text: '' } });
      for (const delta of inPieces(part.text))
        tell('response.reasoning_summary_text.delta', { ...at, summary_index, delta });
      tell('response.reasoning_summary_text.done', { ...at, summary_index, text: part.text });
      tell('response.reasoning_summary_part.done', { ...at, summary_index, part });
    }
  }
  tell('response.output_item.done', { output_index, item });
}

/** Every item is added, done once, and then as the response has it; what was streamed of it is all of it. */
function checkItems(events: readonly Json[], response: Json): void {
  const added = events.filter(({ type }) => type === 'response.output_item.added');
  const done = events.filter(({ type }) => type === 'response.output_item.done');
  demand(added.length === response.output.length && done.length === added.length, 'items are not added and done once');
  for (const [at, item] of response.output.entries()) {
    demand(added[at].item.id === item.id && added[at].output_index === at, 'items are not in order');
    demand(JSON.stringify(done[at].item) === JSON.stringify(item), 'an item is done as another than in the response');
    const deltas = events.filter(({ item_id: id, type }) => id === item.id && type.endsWith('.delta'));
    const streamed = deltas.map(({ delta }) => delta).join('');
    const whole = [
      ...(item.arguments === undefined ? [] : [item.arguments]),
      ...[...(item.content ?? []), ...(item.summary ?? [])].map(({ text, refusal }: Json) => text ?? refusal),
    ].join('');
    demand(streamed === whole, `the deltas of an item are not its content: ${streamed}`);
  }
}

function finishOf({ status, incomplete_details: details, output }: Json): Answer['finish'] {
  if (status === 'incomplete') return details.reason === 'max_output_tokens' ? 'length' : 'filter';
  demand(status === 'completed', `the status ${status}`);
  const items = output.flatMap(itemsOf);
  if (items.some((item: Item) => 'call' in item)) return 'tool_calls';
  return items.some((item: Item) => 'refusal' in item) ? 'refusal' : 'stop';
}

function usageOf({ input, output, cached = 0, reasoning = 0 }: Tokens): Json {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

function tokensOf(usage: Json): Tokens {
  const { input_tokens: input, output_tokens: output, total_tokens: total } = usage;
  demand([input, output, total].every(Number.isInteger) && total === input + output, 'no usage');
  return {
    input,
    output,
    cached: usage.input_tokens_details?.cached_tokens ?? 0,
    reasoning: usage.output_tokens_details?.reasoning_tokens ?? 0,
  };
}

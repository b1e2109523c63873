import type { Json } from './json.ts';

/** What a chat request says, however it is written: for comparing two. Reads the wire on its own, not as the codec does. */
export function requestGist(body: Json): Json {
  const { messages, tools, functions, tool_choice: choice, response_format: format } = body;
  const first = messages.findIndex(({ role }: Json) => role !== 'system' && role !== 'developer');
  const head = first === -1 ? messages : messages.slice(0, first);
  const rest = first === -1 ? [] : messages.slice(first);
  return {
    model: body.model,
    system: head.map(({ content }: Json) => textOf(content)).join('\n\n'),
    messages: rest.map(messageGist),
    tools: [...(tools ?? []), ...(functions ?? []).map((each: Json) => ({ function: each }))].map(toolGist),
    choice: tools === undefined ? undefined : choiceGist(choice ?? undefined),
    format: format === undefined || format.type === 'text' ? undefined : format,
    stream: body.stream ?? false,
    ...Object.fromEntries(SETTINGS.map((name) => [name, body[name] ?? undefined])),
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    stop: body.stop === undefined || body.stop === null ? undefined : [body.stop].flat(),
  };
}

const SETTINGS = ['temperature', 'top_p', 'seed', 'frequency_penalty', 'presence_penalty', 'reasoning_effort', 'user'];

function messageGist(message: Json): Json {
  const { role, content, tool_calls: calls, tool_call_id: result } = message;
  return {
    role: role === 'developer' ? 'system' : role,
    text: textOf(content) + (message.refusal ?? ''),
    media: Array.isArray(content) ? content.filter(({ type }) => !TEXTS.has(type)).map(mediaGist) : [],
    calls: (calls ?? []).map((call: Json) => ({ id: call.id, ...callGist(call) })),
    result,
  };
}

const TEXTS = new Set(['text', 'thinking', 'refusal']);

function mediaGist({ type, ...part }: Json): Json {
  const {
    url,
    file_data: data,
    file_id: id,
    data: bytes,
  } = typeof part[type] === 'string' ? { url: part[type] } : part[type];
  return [type, url ?? data ?? id ?? bytes];
}

/** `any` is Mistral's word for `required`; some leave the type out. */
function choiceGist(choice: Json): Json {
  if (choice === 'any') return 'required';
  return choice?.function === undefined ? choice : choice.function;
}

function toolGist(tool: Json): Json {
  const { name, description, parameters, strict } = tool.function ?? tool;
  return tool.function === undefined ? tool : { name, description, parameters, strict: strict ?? undefined };
}

/** A call's name and its arguments as a value. */
function callGist({ function: named, custom }: Json): Json {
  if (custom !== undefined) return { name: custom.name, input: custom.input };
  const text = named.arguments === '' ? '{}' : named.arguments;
  return { name: named.name, arguments: typeof text === 'string' ? JSON.parse(text) : text };
}

/** What a whole chat answer says. */
export function answerGist(body: Json): Json {
  const { message, finish_reason: finish, logprobs } = body.choices[0];
  const legacy = (message.function_call?.name ?? '') === '' ? [] : [{ function: message.function_call }];
  const calls = [...(message.tool_calls ?? []), ...legacy];
  return {
    id: body.id === '' ? undefined : body.id,
    model: body.model,
    text: textOf(message.content),
    thoughts: thoughtsOf(message),
    details: message.reasoning_details,
    refusal: message.refusal || undefined,
    calls: calls.map((call: Json) => ({ id: call.id, ...callGist(call) })),
    citations: (message.annotations ?? []).map(({ url_citation: { url, title, content } }: Json) => [
      url,
      title,
      content,
    ]),
    logprobs: logprobs?.content ?? undefined,
    finish: calls.length > 0 && finish === 'stop' ? 'tool_calls' : finish || 'stop',
    usage: usageGist(body.usage),
  };
}

/** Thoughts in plain text, wherever they stand. */
function thoughtsOf(message: Json): string {
  const plain = message.reasoning_content ?? message.reasoning;
  if (typeof plain === 'string') return plain;
  if (!Array.isArray(message.content)) return '';
  const thinking = message.content.filter(({ type }: Json) => type === 'thinking');
  return thinking.map((part: Json) => textOf(part.thinking)).join('');
}

function usageGist(usage: Json): Json {
  if (usage === undefined) return undefined;
  const { prompt_tokens: prompt, completion_tokens: completion } = usage;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? usage.num_cached_tokens ?? usage.cached_tokens;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens;
  return { prompt, completion, cached: cached ?? undefined, reasoning: reasoning ?? undefined };
}

function textOf(content: Json): string {
  if (!Array.isArray(content)) return content ?? '';
  return content.map(({ text, refusal }: Json) => text ?? refusal ?? '').join('');
}

/** The chunks of a stream as the whole answer that they are: what an SDK's accumulator does. */
export function gathered(chunks: readonly Json[]): Json {
  const message: Json = { role: 'assistant', content: '' };
  const body: Json = { choices: [{ message, finish_reason: null, logprobs: null }] };
  for (const chunk of chunks) {
    for (const key of ['id', 'model']) if (chunk[key]) body[key] ??= chunk[key];
    if (chunk.usage) body.usage = chunk.usage;
    for (const choice of chunk.choices ?? []) {
      body.choices[0].finish_reason = choice.finish_reason || body.choices[0].finish_reason;
      if (choice.logprobs?.content)
        (body.choices[0].logprobs ??= { content: [] }).content.push(...choice.logprobs.content);
      gather(message, choice.delta ?? {});
    }
  }
  return body;
}

function gather(message: Json, delta: Json): void {
  for (const key of ['content', 'refusal', 'reasoning', 'reasoning_content'])
    if (typeof delta[key] === 'string') message[key] = (message[key] ?? '') + delta[key];
  for (const key of ['annotations', 'reasoning_details', 'images'])
    if (delta[key]) (message[key] ??= []).push(...delta[key]);
  for (const call of delta.tool_calls ?? []) {
    const calls = (message.tool_calls ??= []);
    const known = (calls[call.index] ??= { id: call.id, type: call.type });
    if (call.extra_content) known.extra_content = call.extra_content;
    for (const key of ['function', 'custom']) {
      if (call[key] === undefined) continue;
      const named = (known[key] ??= {});
      for (const [name, text] of Object.entries(call[key])) named[name] = (named[name] ?? '') + (text as string);
    }
  }
}

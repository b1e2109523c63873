import type { Json } from '../kit/json.ts';
import { parseSse } from '../kit/sse.ts';
import { merged } from './openai-chat.ts';
import type { Answer, Ask, Dialect, Item, Tokens } from './spoken.ts';
import { demand, inPieces } from './spoken.ts';

/** Gemini as the tests speak it. */
export const gemini: Dialect = {
  protocol: 'gemini',
  title: 'Gemini',
  base: '/v1beta',
  request: (ask, model, stream) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: {
      contents: ask.turns.map(({ role, items }) => ({
        role: role === 'assistant' ? 'model' : 'user',
        parts: items.map(partOf),
      })),
      ...(ask.system === undefined ? {} : { systemInstruction: { parts: [{ text: ask.system }] } }),
      ...(ask.tools === undefined
        ? {}
        : {
            tools: [
              {
                functionDeclarations: ask.tools.map(({ name, description, parameters }) => ({
                  name,
                  description,
                  parametersJsonSchema: parameters,
                })),
              },
            ],
          }),
      ...(ask.choice === undefined ? {} : { toolConfig: { functionCallingConfig: choiceOf(ask.choice) } }),
      generationConfig: {
        ...(ask.schema === undefined
          ? {}
          : { responseMimeType: 'application/json', responseJsonSchema: ask.schema.schema }),
        ...(ask.effort === undefined
          ? {}
          : { thinkingConfig: { thinkingBudget: BUDGETS[ask.effort], includeThoughts: true } }),
        ...(ask.maxTokens === undefined ? {} : { maxOutputTokens: ask.maxTokens }),
        ...(ask.temperature === undefined ? {} : { temperature: ask.temperature }),
        ...(ask.stop === undefined ? {} : { stopSequences: ask.stop }),
      },
    },
  }),
  asked: (body, path) => {
    const [, model = '', method] =
      /^\/v1beta\/models\/(.+):(generateContent|streamGenerateContent\?alt=sse)$/.exec(path) ?? [];
    demand(model !== '', `Gemini at ${path}`);
    const { generationConfig: config = {}, systemInstruction: system, toolConfig, tools } = body;
    const mode = toolConfig?.functionCallingConfig;
    const schema = config.responseJsonSchema ?? config.responseSchema;
    const declared = tools?.flatMap(({ functionDeclarations = [] }: Json) => functionDeclarations);
    const level = config.thinkingConfig?.thinkingLevel?.toLowerCase();
    const effort = level ?? EFFORTS.get(config.thinkingConfig?.thinkingBudget);
    const counted = new Map<string, number>();
    return {
      model,
      stream: method !== 'generateContent',
      ...(system === undefined ? {} : { system: system.parts.map(({ text }: Json) => text).join('\n\n') }),
      turns: merged(
        body.contents.map(({ role, parts }: Json) => {
          demand(role === 'user' || role === 'model', `the role ${role}`);
          return {
            role: role === 'model' ? 'assistant' : 'user',
            items: parts.map((part: Json) => itemOf(part, counted)),
          };
        }),
      ),
      ...(declared === undefined
        ? {}
        : {
            tools: declared.map(({ name, description, parametersJsonSchema, parameters }: Json) => ({
              name,
              description,
              parameters: parametersJsonSchema ?? lowerTypes(parameters),
            })),
          }),
      ...(mode === undefined || mode.mode === 'AUTO' ? {} : { choice: askedChoice(mode) }),
      ...(schema === undefined ? {} : { schema: { name: '', schema } }),
      ...(effort === undefined ? {} : { effort }),
      ...(config.maxOutputTokens === undefined ? {} : { maxTokens: config.maxOutputTokens }),
      ...(config.temperature === undefined ? {} : { temperature: config.temperature }),
      ...(config.stopSequences === undefined ? {} : { stop: config.stopSequences }),
    };
  },
  answer: ({ items, finish, usage }) => ({
    candidates: [{ content: { role: 'model', parts: items.map(partOf) }, finishReason: FINISH[finish], index: 0 }],
    usageMetadata: usageOf(usage),
    modelVersion: 'gemini-model',
    responseId: 'resp-1',
  }),
  events: ({ items, finish, usage }) => {
    const parts = items.flatMap((item): Json[] => {
      if ('text' in item) return inPieces(item.text).map((text) => ({ text }));
      if (!('thought' in item)) return [partOf(item)];
      const thoughts: Json[] = inPieces(item.thought).map((text) => ({ text, thought: true }));
      if (item.signature !== undefined) Object.assign(thoughts.at(-1), { thoughtSignature: item.signature });
      return thoughts;
    });
    const out = parts.map((part) => chunk({ candidates: [{ content: { role: 'model', parts: [part] }, index: 0 }] }));
    const last = { content: { role: 'model', parts: [{ text: '' }] }, finishReason: FINISH[finish], index: 0 };
    return [...out, chunk({ candidates: [last], usageMetadata: usageOf(usage) })];
  },
  followUp: (request, { candidates: [{ content }] }, results) => ({
    ...request,
    contents: [
      ...request.contents,
      content,
      {
        role: 'user',
        parts: results.map(({ name, text }) => {
          const { functionCall } = content.parts.find((part: Json) => part.functionCall?.name === name);
          const { id } = functionCall;
          return { functionResponse: { ...(id === undefined ? {} : { id }), name, response: { output: text } } };
        }),
      },
    ],
  }),
  readAnswer: (body) => readChunks([body]),
  readStream: (text) => {
    const { json, rest, events } = parseSse(text);
    demand(rest === '' && events.every(({ event }) => event === undefined), 'no stream of Gemini');
    return readChunks(json);
  },
  error: ({ status, message }) => ({ error: { code: status, message, status: ERRORS[status] ?? 'UNKNOWN' } }),
  readError: (status, { error }) => {
    demand(error.code === status && typeof error.message === 'string', 'no error of Gemini');
    demand(error.status === (ERRORS[status] ?? error.status), `${error.status} with status ${status}`);
    return { status, message: error.message };
  },
};

const BUDGETS = { low: 1024, medium: 8192, high: 24_576 } as const;
const EFFORTS = new Map<unknown, Ask['effort']>([
  [1024, 'low'],
  [8192, 'medium'],
  [24_576, 'high'],
]);

const FINISH = { stop: 'STOP', tool_calls: 'STOP', length: 'MAX_TOKENS', filter: 'SAFETY', refusal: 'STOP' } as const;

const ERRORS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function chunk(body: Json): string {
  return `data: ${JSON.stringify({ ...body, modelVersion: 'gemini-model', responseId: 'resp-1' })}\r\n\r\n`;
}

function choiceOf(choice: NonNullable<Ask['choice']>): Json {
  if (typeof choice !== 'string') return { mode: 'ANY', allowedFunctionNames: [choice.tool] };
  return { mode: { auto: 'AUTO', none: 'NONE', required: 'ANY' }[choice] };
}

function askedChoice({ mode, allowedFunctionNames: names }: Json): NonNullable<Ask['choice']> {
  if (names?.length === 1) return { tool: names[0] };
  return mode === 'ANY' ? 'required' : 'none';
}

function partOf(item: Item): Json {
  if ('text' in item) return { text: item.text };
  if ('refusal' in item) return { text: item.refusal };
  if ('image' in item) return { inlineData: { mimeType: 'image/png', data: item.image } };
  if ('imageUrl' in item) return { fileData: { fileUri: item.imageUrl, mimeType: 'image/png' } };
  if ('pdf' in item) return { inlineData: { mimeType: 'application/pdf', data: item.pdf } };
  if ('thought' in item)
    return {
      text: item.thought,
      thought: true,
      ...(item.signature === undefined ? {} : { thoughtSignature: item.signature }),
    };
  if ('call' in item) return { functionCall: { id: item.call.id, name: item.call.name, args: item.call.args } };
  return {
    functionResponse: { id: item.result.id, name: item.result.name, response: { output: item.result.text } },
  };
}

function itemOf(part: Json, counted: Map<string, number>): Item {
  if (part.functionCall !== undefined) {
    const { id, name, args = {} } = part.functionCall;
    return { call: { id: id ?? numbered(`call ${name}`, counted), name, args } };
  }
  if (part.functionResponse !== undefined) {
    const { id, name, response } = part.functionResponse;
    demand(typeof name === 'string' && name !== '', 'a functionResponse without a name');
    // The AI SDK says `{name, content}`.
    const { output, content = output } = response;
    return { result: { id: id ?? numbered(`result ${name}`, counted), name, text: content } };
  }
  if (part.inlineData !== undefined) {
    const { mimeType, data } = part.inlineData;
    return mimeType === 'application/pdf' ? { pdf: data } : { image: data };
  }
  if (part.fileData !== undefined) return { imageUrl: part.fileData.fileUri };
  demand(typeof part.text === 'string', `a part with ${Object.keys(part).join()}`);
  if (part.thought === true)
    return {
      thought: part.text,
      ...(part.thoughtSignature === undefined ? {} : { signature: part.thoughtSignature }),
    };
  return { text: part.text };
}

function numbered(what: string, counted: Map<string, number>): string {
  const n = counted.get(what) ?? 0;
  counted.set(what, n + 1);
  return String(n);
}

function readChunks(chunks: readonly Json[]): Answer {
  const items: Item[] = [];
  let finish: string | undefined;
  let usage: Json;
  for (const { candidates = [], usageMetadata } of chunks) {
    usage = usageMetadata ?? usage;
    for (const { content, finishReason } of candidates) {
      demand(finish === undefined, 'a candidate after the finish');
      for (const part of content?.parts ?? [])
        if (part.text !== '' || part.thought) join(items, itemOf(part, new Map()));
      finish = finishReason;
    }
  }
  demand(finish !== undefined && usage !== undefined, 'no finishReason or usageMetadata');
  const word = Object.entries(FINISH).find(([, reason]) => reason === finish)?.[0];
  demand(word !== undefined, `the finishReason ${finish}`);
  const hasCalls = items.some((item) => 'call' in item);
  return {
    items,
    finish: hasCalls && word === 'stop' ? 'tool_calls' : (word as Answer['finish']),
    usage: tokensOf(usage),
  };
}

function join(items: Item[], item: Item): void {
  const last = items.at(-1);
  if (last !== undefined && 'text' in last && 'text' in item) items[items.length - 1] = { text: last.text + item.text };
  else if (last !== undefined && 'thought' in last && 'thought' in item)
    items[items.length - 1] = { ...last, ...item, thought: last.thought + item.thought };
  else items.push(item);
}

function lowerTypes(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === 'type' && typeof value === 'string' ? value.toLowerCase() : value,
  );
}

function usageOf({ input, output, cached = 0, reasoning = 0 }: Tokens): Json {
  return {
    promptTokenCount: input,
    candidatesTokenCount: output - reasoning,
    ...(reasoning === 0 ? {} : { thoughtsTokenCount: reasoning }),
    ...(cached === 0 ? {} : { cachedContentTokenCount: cached }),
    totalTokenCount: input + output,
  };
}

function tokensOf(usage: Json): Tokens {
  const reasoning = usage.thoughtsTokenCount ?? 0;
  const output = (usage.candidatesTokenCount ?? 0) + reasoning;
  demand(usage.totalTokenCount === usage.promptTokenCount + output, 'a wrong total');
  return { input: usage.promptTokenCount, output, cached: usage.cachedContentTokenCount ?? 0, reasoning };
}

// What Phoenix and others read: https://github.com/Arize-ai/openinference/blob/main/spec/semantic_conventions.md, as of
// commit 00e2b51 (November 2026).
import type { AttemptSubject, ExchangeSubject, Profile, Row } from '../attribute-row.ts';
import type { Attribute } from '../span.ts';
import type { Message, MessagePart, Texts } from '../texts.ts';
import { semconv } from './semconv.ts';
import { costUsd, part, tokenCounts, whole } from './token-counts.ts';

const EXCHANGE: readonly Row<ExchangeSubject>[] = [
  { key: 'openinference.span.kind', type: 'text', of: () => 'CHAIN' },
  { key: 'session.id', type: 'text', of: ({ record }) => record.session },
  { key: 'tag.tags', type: 'texts', of: ({ record: { caller, team } }) => [team, caller].filter(isText) },
];

/** By `gen_ai.operation.name`; anything else that a model is asked is `LLM`. */
const KINDS: Readonly<Record<string, string>> = {
  embeddings: 'EMBEDDING',
  rerank: 'RERANKER',
  moderation: 'GUARDRAIL',
  count_tokens: 'CHAIN',
  fetch_response: 'CHAIN',
  passthrough: 'CHAIN',
};

const ATTEMPT: readonly Row<AttemptSubject>[] = [
  { key: 'openinference.span.kind', type: 'text', of: ({ trace: { operation } }) => KINDS[operation] ?? 'LLM' },
  { key: 'llm.model_name', type: 'text', of: modelOf('chat') },
  { key: 'embedding.model_name', type: 'text', of: modelOf('embeddings') },
  { key: 'llm.provider', type: 'text', of: ({ tried }) => tried.provider ?? tried.backend },
  { key: 'llm.system', type: 'text', of: ({ tried }) => tried.provider ?? tried.backend },
  { key: 'llm.invocation_parameters', type: 'text', of: parameters },
  { key: 'llm.finish_reason', type: 'text', of: ({ tried }) => tried.finishReason },
  { key: 'llm.token_count.prompt', type: 'int', of: whole('input') },
  { key: 'llm.token_count.completion', type: 'int', of: whole('output') },
  { key: 'llm.token_count.total', type: 'int', of: total },
  { key: 'llm.token_count.prompt_details.cache_read', type: 'int', of: part('cacheRead') },
  { key: 'llm.token_count.prompt_details.cache_write', type: 'int', of: part('cacheWrite') },
  { key: 'llm.token_count.prompt_details.audio', type: 'int', of: part('audioIn') },
  { key: 'llm.token_count.completion_details.reasoning', type: 'int', of: part('reasoning') },
  { key: 'llm.token_count.completion_details.audio', type: 'int', of: part('audioOut') },
  { key: 'llm.cost.total', type: 'double', of: costUsd },
  { key: 'session.id', type: 'text', of: ({ record }) => record.session },
  { key: 'user.id', type: 'text', of: ({ record }) => record.endUser },
];

/** The conventions of OpenTelemetry, and those of OpenInference beside them. */
export function openinference(isExperimental: boolean): Profile {
  const base = semconv(isExperimental);
  return { exchange: [...base.exchange, ...EXCHANGE], attempt: [...base.attempt, ...ATTEMPT], said };
}

function said({ tried }: AttemptSubject, { system, input, output, tools }: Texts): readonly Attribute[] {
  const systemTexts: Message[] = system.length === 0 ? [] : [{ role: 'system', parts: system }];
  const messages = [...systemTexts, ...input];
  const answers = tried.isServing === true ? output : [];
  return [
    ...wholeValue('input', messages),
    ...wholeValue('output', answers),
    ...messages.flatMap((message, at) => flattened(`llm.input_messages.${at}.message`, message)),
    ...answers.flatMap((message, at) => flattened(`llm.output_messages.${at}.message`, message)),
    ...tools.map((tool, at): Attribute => textOf(`llm.tools.${at}.tool.json_schema`, JSON.stringify(tool))),
  ];
}

function wholeValue(side: 'input' | 'output', messages: readonly Message[]): readonly Attribute[] {
  if (messages.length === 0) return [];
  return [textOf(`${side}.value`, JSON.stringify(messages)), textOf(`${side}.mime_type`, 'application/json')];
}

/** Lists have the index of each item in its key. */
function flattened(prefix: string, { role, parts }: Message): Attribute[] {
  const attributes = [textOf(`${prefix}.role`, role)];
  const text = parts.map(plainText).filter(isText).join('\n');
  if (text !== '') attributes.push(textOf(`${prefix}.content`, text));
  let calls = 0;
  for (const item of parts) {
    if (item.type === 'tool_call_response') attributes.push(textOf(`${prefix}.tool_call_id`, item.id));
    if (item.type !== 'tool_call') continue;
    const call = `${prefix}.tool_calls.${calls++}.tool_call`;
    attributes.push(
      textOf(`${call}.id`, item.id),
      textOf(`${call}.function.name`, item.name),
      textOf(`${call}.function.arguments`, JSON.stringify(item.arguments)),
    );
  }
  return attributes;
}

function plainText(item: MessagePart): string | undefined {
  if (item.type === 'text') return item.content;
  return item.type === 'tool_call_response' ? item.response : undefined;
}

function textOf(key: string, value: string): Attribute {
  return { key, type: 'text', value };
}

function modelOf(operation: 'chat' | 'embeddings'): (subject: AttemptSubject) => string | undefined {
  return ({ tried, trace }) => {
    const isEmbedding = trace.operation === 'embeddings';
    if (isEmbedding !== (operation === 'embeddings')) return undefined;
    return tried.reportedModel ?? (tried.model || undefined);
  };
}

function total(subject: AttemptSubject): number | undefined {
  const counts = tokenCounts(subject);
  return counts && counts.input + counts.output;
}

function parameters({ trace: { settings } }: AttemptSubject): string | undefined {
  return Object.keys(settings).length === 0 ? undefined : JSON.stringify(settings);
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}

import { kindOf, type EndpointKind } from '../../core/endpoint-kind.ts';
import type { Endpoint, Operation } from '../../core/exchange.ts';

/** `gen_ai.operation.name` by what is asked for; undefined: the kind of the endpoint says more. */
const BY_OPERATION: Readonly<Record<Operation, string | undefined>> = {
  generate: 'chat',
  count_tokens: 'count_tokens',
  embed: 'embeddings',
  native: undefined,
};

/** The conventions have names for the first three; the others are ours. */
const BY_KIND: Readonly<Record<EndpointKind, string>> = {
  chat: 'chat',
  completions: 'text_completion',
  embeddings: 'embeddings',
  moderations: 'moderation',
  rerank: 'rerank',
  images: 'image_generation',
  audio: 'audio',
  passthrough: 'passthrough',
};

/** Paths of a kind that are something else. */
const BY_TARGET: Readonly<Record<string, string>> = {
  '/audio/speech': 'speech',
  '/audio/transcriptions': 'transcription',
  '/audio/translations': 'transcription',
  '/images/edits': 'image_edit',
  '/images/variations': 'image_edit',
};

/** What is asked for at an endpoint, in the words of the conventions where they have one. */
export function operationOf(endpoint: Endpoint): string {
  if (endpoint.handler === 'resource') return 'fetch_response';
  const { target, operation } = endpoint;
  return (
    BY_OPERATION[operation] ??
    (Object.hasOwn(BY_TARGET, target) ? BY_TARGET[target] : undefined) ??
    BY_KIND[kindOf(endpoint)]
  );
}

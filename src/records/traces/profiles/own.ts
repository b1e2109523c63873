import type { AttemptSubject, ExchangeSubject, Row } from '../attribute-row.ts';
import { costUsd } from './token-counts.ts';

/** What the conventions have no name for. All profiles have these. */
export const OWN_OF_EXCHANGE: readonly Row<ExchangeSubject>[] = [
  { key: 'llm_proxy.trace_id', type: 'text', of: ({ record }) => record.traceId },
  { key: 'llm_proxy.caller', type: 'text', isOwn: true, of: ({ record }) => record.caller },
  { key: 'llm_proxy.team', type: 'text', isOwn: true, of: ({ record }) => record.team },
  { key: 'llm_proxy.alias', type: 'text', of: ({ record }) => record.alias },
  { key: 'llm_proxy.served_alias', type: 'text', of: ({ record }) => record.servedAlias },
  { key: 'llm_proxy.backend', type: 'text', isOwn: true, of: ({ record }) => record.backend },
  { key: 'llm_proxy.model', type: 'text', of: ({ record }) => record.model },
  { key: 'llm_proxy.endpoint', type: 'text', isOwn: true, of: ({ record }) => record.endpoint },
  { key: 'llm_proxy.stream', type: 'flag', of: ({ record }) => record.stream },
  { key: 'llm_proxy.attempts', type: 'int', of: ({ record }) => record.attempts },
  { key: 'llm_proxy.queue_ms', type: 'double', of: ({ record }) => record.queueMs },
  { key: 'llm_proxy.ttft_ms', type: 'double', of: ({ record }) => record.ttftMs },
  { key: 'llm_proxy.overhead_ms', type: 'double', of: ({ record }) => record.overheadMs },
  { key: 'llm_proxy.cost_usd', type: 'double', of: ({ record }) => costOfAll(record.tries) },
  { key: 'llm_proxy.error_detail', type: 'text', of: ({ record }) => record.errorDetail },
  { key: 'llm_proxy.interrupted', type: 'flag', of: ({ record }) => record.interrupted || undefined },
];

/** The same for an attempt. */
export const OWN_OF_ATTEMPT: readonly Row<AttemptSubject>[] = [
  { key: 'llm_proxy.backend', type: 'text', isOwn: true, of: ({ tried }) => tried.backend },
  { key: 'llm_proxy.alias', type: 'text', of: ({ tried }) => tried.aliasLabel },
  { key: 'llm_proxy.caller', type: 'text', isOwn: true, of: ({ record }) => record.caller },
  { key: 'llm_proxy.team', type: 'text', isOwn: true, of: ({ record }) => record.team },
  { key: 'llm_proxy.dialect', type: 'text', isOwn: true, of: ({ tried }) => tried.dialect },
  { key: 'llm_proxy.served', type: 'flag', of: ({ tried }) => tried.isServing },
  { key: 'llm_proxy.hedge', type: 'text', isOwn: true, of: ({ tried }) => tried.hedge },
  { key: 'llm_proxy.failure_detail', type: 'text', of: ({ tried }) => tried.detail },
  { key: 'llm_proxy.cost_usd', type: 'double', of: costUsd },
  { key: 'llm_proxy.cost_source', type: 'text', isOwn: true, of: ({ tried }) => tried.cost?.source },
  { key: 'llm_proxy.usage_estimated', type: 'flag', of: ({ tried }) => tried.usage?.estimated || undefined },
];

function costOfAll(tries: ExchangeSubject['record']['tries']): number | undefined {
  let sum: number | undefined;
  for (const { cost } of tries) if (cost) sum = (sum ?? 0) + cost.nanoUsd;
  return sum === undefined ? undefined : sum / 1e9;
}

import { CONSEQUENCES } from '../../src/core/failure.ts';
import { LABELS } from '../../src/observe/labels.ts';
import { Metrics } from '../../src/observe/metrics.ts';
import { OUTCOMES } from '../../src/observe/outcome.ts';
import { code, codes, table } from './table.ts';
import type { Told } from './table.ts';

/** Every metric, and what its labels and outcomes mean. */
export function metricsBlock(told: Told): string {
  const { families } = new Metrics(NOTHING);
  const metrics = families.map(({ name, type, labels, help }) => [code(name), told(type), codes(labels), told(help)]);
  const used = new Set(families.flatMap(({ labels }) => labels));
  const labels = [...used].map((label) => [code(label), told(meaningOf(label))]);
  const outcomes = Object.entries(OUTCOMES).map(([outcome, meaning]) => [code(outcome), told(meaning)]);
  const failures = Object.entries(CONSEQUENCES).map(([kind, { words }]) => [code(kind), told(`The backend ${words}.`)]);
  return [
    table(told, ['metric', 'type', 'labels', 'meaning'], metrics),
    told('A histogram has the samples `…_bucket` (with the label `le`), `…_sum` and `…_count`.'),
    told('**Labels**'),
    table(told, ['label', 'meaning'], labels),
    told('**What a request came to** (`outcome` of `llm_proxy_alias_requests_total`)'),
    table(told, ['outcome', 'meaning'], outcomes),
    told('**What came of a try** (`outcome` of `llm_proxy_attempts_total`, and `failure` in the log)'),
    table(told, ['outcome', 'meaning'], [[code('success'), told('It served.')], ...failures]),
  ].join('\n\n');
}

function meaningOf(label: string): string {
  const meaning = LABELS[label];
  if (meaning === undefined) throw new Error(`the label ${label} means nothing: write it into src/observe/labels.ts`);
  return meaning;
}

/** Enough to have every family, none of which is read. Those that only Linux has are missing elsewhere. */
const NOTHING: ConstructorParameters<typeof Metrics>[0] = {
  backends: () => [],
  aliases: () => [],
  queueDepth: () => 0,
  droppedLogLines: () => 0,
  bufferedBytes: () => 0,
  bufferedLimitBytes: () => 0,
  accepting: () => true,
  version: '',
};

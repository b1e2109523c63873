// The counters of a campaign's gateway, held against its request log.
import type { Json } from '../kit/json.ts';
import { aliasFor } from './config.ts';

/** Samples of the text format of Prometheus. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads what `/metrics` gives. */
export function readSamples(text: string): Sample[] {
  return [...text.matchAll(/^llm_proxy_(\w+?)(?:\{(.*)\})? (\S+)$/gm)].map(([, name = '', labels = '', value]) => ({
    name,
    labels: Object.fromEntries([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text])),
    value: Number(value),
  }));
}

/** Sums a metric, of the samples that have these labels, by the values of others. */
export function sums(samples: readonly Sample[], name: string, by: readonly string[] = []): Record<string, number> {
  const total: Record<string, number> = {};
  for (const { name: own, labels, value } of samples) {
    if (own !== name || value === 0) continue;
    const key = by.map((label) => labels[label] ?? '').join(' ');
    total[key] = (total[key] ?? 0) + value;
  }
  return total;
}

/** What the counters would be if the lines were all that happened: name → sums by labels. */
export function booksOf(
  lines: readonly Json[],
): Record<string, { by: readonly string[]; sums: Record<string, number> }> {
  const requests: Record<string, number> = {};
  const attempts: Record<string, number> = {};
  const tokens: Record<string, number> = {};
  const refused: Record<string, number> = {};
  const interrupted: Record<string, number> = {};
  const add = (to: Record<string, number>, key: string, count = 1): void => {
    if (count > 0) to[key] = (to[key] ?? 0) + count;
  };
  for (const line of lines) {
    // The alias that served, as backend and model are those that did.
    const served = aliasFor(line.served_alias ?? line.alias ?? '');
    add(requests, `${served} ${line.backend ?? ''} ${line.status} ${line.stream}`);
    for (const { backend } of line.tries ?? []) add(attempts, backend);
    if (line.tries === undefined && line.attempts === 1) add(attempts, line.backend);
    // Whoever stops reading has cut its answer off itself.
    if (line.interrupted === true && line.tries?.at(-1)?.failure !== 'write_timeout') add(interrupted, served);
    const isOurs = line.trace_id.startsWith('faults-');
    if (isOurs && line.attempts === 0 && line.status >= 400 && line.status !== 499) add(refused, line.error_code);
    add(tokens, 'prompt', line.prompt_tokens ?? 0);
    add(tokens, 'completion', line.completion_tokens ?? 0);
  }
  return {
    requests_total: { by: ['alias', 'backend', 'status', 'stream'], sums: requests },
    attempts_total: { by: ['backend'], sums: attempts },
    tokens_total: { by: ['type'], sums: tokens },
    refused_total: { by: ['reason'], sums: refused },
    interrupted_total: { by: ['alias'], sums: interrupted },
  };
}

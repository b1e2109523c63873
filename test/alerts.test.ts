// The alerts of deploy/prometheus, held against the program: its metrics, its failures, its error codes, the runbook.
import { beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CONSEQUENCES } from '../src/core/failure.ts';
import { ERROR_CODES } from '../src/core/refusal.ts';
import type { Alias } from '../src/core/route.ts';
import { pageUrl } from '../src/lib/page-url.ts';
import { expectedSeries } from '../src/records/metrics/expected-series.ts';
import { OUTCOMES } from '../src/records/metrics/outcome.ts';
import type { Json } from './kit/json.ts';
import { groupedBy, metricSamples, metricsOf, OF_THE_SCRAPE } from './kit/metric-samples.ts';

const ROOT = join(import.meta.dir, '..');
const PAGE = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
const rules: Json[] = parse(readFileSync(join(ROOT, 'deploy/prometheus/alerts.yml'), 'utf8')).groups.flatMap(
  (group: Json) => group.rules,
);
const alerts = rules.filter((rule) => rule.alert !== undefined);
const named: [name: string, rule: Json][] = rules.map((rule) => [rule.alert ?? rule.record, rule]);

/** Each sample → its labels; what a rule records is one as well, from there on. */
let samples: Map<string, Set<string>>;

beforeAll(async () => {
  samples = await metricSamples();
  for (const { record, expr } of rules) if (record !== undefined) samples.set(record, new Set(groupedBy(expr)));
});

test.each(named)('%s asks for metrics that exist, by labels that they have', (_name, { expr }) => {
  const asked = metricsOf(expr);
  expect(asked.length).toBeGreaterThan(0);
  for (const { name, matched } of asked) {
    if (name === 'up') continue;
    expect([...samples.keys()]).toContain(name);
    for (const label of matched) expect([...(samples.get(name) ?? [])]).toContain(label);
  }
  const all = new Set([...OF_THE_SCRAPE, 'le', ...asked.flatMap(({ name }) => [...(samples.get(name) ?? [])])]);
  for (const label of groupedBy(expr)) expect([...all]).toContain(label);
});

test.each(alerts.map((rule): [string, Json] => [rule.alert, rule]))(
  '%s says how grave it is and what it is about, by labels that are left, and has its section in the runbook',
  (name, { expr, labels, annotations }) => {
    expect(['critical', 'warning']).toContain(labels.severity);
    expect(Object.keys(annotations).sort()).toEqual(['description', 'runbook_url', 'summary']);
    const grouped = groupedBy(expr);
    const own = metricsOf(expr).flatMap(({ name: metric }) => [...(samples.get(metric) ?? OF_THE_SCRAPE)]);
    const left = grouped.length > 0 ? grouped : own;
    for (const text of [annotations.summary, annotations.description]) {
      for (const [, label = ''] of text.matchAll(/\$labels\.([a-z_]+)/g)) expect(left).toContain(label);
    }
    const anchor = name.toLowerCase();
    expect(annotations.runbook_url).toBe(pageUrl(`operations.md#${anchor}`));
    expect(PAGE).toContain(`\n### ${name}\n`);
  },
);

describe('the runbook', () => {
  const runbook = PAGE.slice(PAGE.indexOf('\n## Runbook'));
  const sections = [...runbook.matchAll(/^### (\w+)\n([^]*?)(?=^##|\n*$(?![^]))/gm)];

  test('has a section for every alert, in their order, and no other', () =>
    expect(sections.map(([, name]) => name)).toEqual(alerts.map(({ alert }) => alert)));

  test.each(sections.map(([, name = '', text = '']): [string, string] => [name, text]))(
    '%s: what it means, what clients notice, how to confirm it, what to do, when to wait',
    (_name, text) => {
      for (const part of ['Meaning.', 'Client impact.', 'Confirm.', 'Do.', 'Can it wait?'])
        expect(text).toContain(`**${part}**`);
      // An exact command or query.
      expect(text).toContain('```');
    },
  );
});

describe('the values that rules ask for', () => {
  const valuesOf = (label: string): Set<string> =>
    new Set(
      rules.flatMap(({ expr }: { expr: string }) =>
        [...expr.matchAll(new RegExp(`\\b${label}(?:=~|!~|=)"([^"]*)"`, 'g'))].flatMap(([, list = '']) =>
          list.split('|'),
        ),
      ),
    );

  test('reasons of refusals are error codes, and begin at 0', () => {
    for (const reason of valuesOf('reason')) expect(Object.keys(ERROR_CODES)).toContain(reason);
  });

  test('outcomes are outcomes', () => {
    const known = [...Object.keys(OUTCOMES), ...Object.keys(CONSEQUENCES), 'success'];
    for (const outcome of valuesOf('outcome')) expect(known).toContain(outcome);
  });

  test('outcomes that alerts count begin at 0, or the first of them would not be growth', () => {
    const route = { backend: { name: 'b' }, modelLabel: 'm' };
    const { aliasRequests, attempts } = expectedSeries([{ name: 'a', tiers: [[route]] } as unknown as Alias]);
    const counted = (metric: string): string[] =>
      rules.flatMap(({ expr }: { expr: string }) =>
        [...expr.matchAll(new RegExp(`${metric}\\{[^}]*outcome=~?"([^"]*)"`, 'g'))].flatMap(([, list = '']) =>
          list.split('|'),
        ),
      );
    const sorted = (names: readonly (string | undefined)[]): string[] => [...new Set(names.map(String))].sort();
    expect(sorted(aliasRequests.map((values) => values.at(-1)))).toEqual(sorted(counted('alias_requests_total')));
    expect(sorted(attempts.map((values) => values.at(-1)))).toEqual(sorted([...counted('attempts_total'), 'success']));
  });

  test('each way to fail is the backend’s, a refusal, the request’s, or tells nothing of the backend', () => {
    const listed = (record: string, operator: string): string[] => {
      const { expr } = rules.find((rule) => rule.record === record) ?? {};
      return (new RegExp(`outcome${operator}"([^"]*)"`).exec(expr)?.[1] ?? '').split('|');
    };
    for (const window of ['15m', '2h']) {
      const failed = listed(`llm_proxy:backend_failed:increase${window}`, '=~');
      const tellsNothing = listed(`llm_proxy:backend_attempts:increase${window}`, '!~');
      const requests = ['bad_request', 'client_refused', 'content_filter', 'context_length'];
      expect([...failed, ...tellsNothing, ...requests, 'refused'].sort()).toEqual(
        Object.keys(CONSEQUENCES).sort() as never,
      );
    }
    const windows = ['15m', '30m', '2h'].map((window) => listed(`llm_proxy:backend_attempts:increase${window}`, '!~'));
    expect(windows).toEqual(windows.map(() => windows[0] ?? []));
  });

  test('what clients were let down by is every outcome but what served them and what they did themselves', () => {
    const served = ['served', 'failover', 'fallback'];
    const clients = ['rejected', 'client_error', 'gave_up', 'client_left', 'limited'];
    const { expr } = rules.find(({ record }) => record === 'llm_proxy:alias_let_down:increase10m') ?? {};
    const letDown = (/outcome=~"([^"]*)"/.exec(expr)?.[1] ?? '').split('|');
    expect([...served, ...clients, ...letDown].sort()).toEqual(Object.keys(OUTCOMES).sort() as never);
  });
});

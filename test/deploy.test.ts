// The dashboard of deploy/, held against the program's metrics. test/deploy/ has the rest, test/alerts.test.ts the alerts.
import { beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Glob } from 'bun';
import { parseAllDocuments } from 'yaml';
import type { Json } from './kit/json.ts';
import { groupedBy, metricSamples, metricsOf } from './kit/metric-samples.ts';

const DEPLOY = join(import.meta.dir, '../deploy');
const dashboard: Json = JSON.parse(read('grafana/llm-proxy.json'));
const scrape = parse('docker-compose/prometheus.yml')[0].scrape_configs[0];

let samples: Map<string, Set<string>>;

beforeAll(async () => {
  samples = await metricSamples();
});

describe('the dashboard', () => {
  const panels: Json[] = dashboard.panels.filter(({ type }: Json) => type !== 'row');
  const queries: [title: string, query: string][] = [
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }: Json) => [title, expr])),
    ...dashboard.templating.list
      .filter(({ type }: Json) => type === 'query')
      .map(({ name, query }: Json) => [name, query]),
  ];
  const texts: [title: string, query: string, text: string][] = panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }: Json) => [title, expr, legendFormat]),
  );

  test.each(queries)('%s asks for metrics that exist, by labels that they have: %s', (_title, query) => {
    const asked = metricsOf(query);
    expect(asked.length).toBeGreaterThan(0);
    for (const { name, matched } of asked) {
      if (name === 'up') continue;
      expect([...samples.keys()]).toContain(name);
      for (const label of matched) expect([...(samples.get(name) ?? [])]).toContain(label);
    }
    for (const label of groupedBy(query)) {
      for (const { name } of asked) expect([...(samples.get(name) ?? [])]).toContain(label);
    }
    const [, metric, label = ''] = /^label_values\(([^,]+), *([^)]+)\)$/.exec(query) ?? [];
    if (metric !== undefined) expect([...(samples.get(metric) ?? [])]).toContain(label);
  });

  test.each(texts)('%s names only labels that are left of %s: %s', (_title, query, text) => {
    // What is aggregated has the labels it is grouped by, what is not all of its own.
    const isAggregated = /\b(?:sum|min|max|avg|count)\b/.test(query);
    const left = isAggregated
      ? groupedBy(query)
      : metricsOf(query).flatMap(({ name }) => [...(samples.get(name) ?? [])]);
    for (const [, label = ''] of text.matchAll(/\{\{ ?(?:\$labels\.)?([a-z_]+) ?\}\}/g)) expect(left).toContain(label);
  });

  test.each(panels.map((panel): [string, string] => [panel.title, panel.description]))(
    '%s says what a bad value means',
    (_title, description) => expect(description.length).toBeGreaterThan(60),
  );

  test('panels have an id each, and none lies on another or beyond the edge', () => {
    const ids = dashboard.panels.map(({ id }: Json) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const taken = new Set<string>();
    for (const { gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`)).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
  });

  test('every panel asks the data source that was chosen', () => {
    for (const { datasource, targets } of panels) {
      for (const one of [datasource, ...targets.map((target: Json) => target.datasource)]) {
        expect(one).toEqual({ type: 'prometheus', uid: '${datasource}' });
      }
    }
    expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
  });

  test('the job that queries name is the one that is scraped', () => {
    for (const [, query] of queries) {
      const job = /job="([^"]*)"/.exec(query)?.[1];
      if (job !== undefined) expect(job).toBe(scrape.job_name);
      const pattern = /job=~"([^"]*)"/.exec(query)?.[1];
      if (pattern !== undefined) expect(scrape.job_name).toMatch(new RegExp(`^(?:${pattern})$`));
    }
  });
});

describe('every YAML file', () => {
  // Templates of the chart become YAML only when Helm has rendered them (test/deploy/chart.test.ts).
  const paths = [...new Glob('**/*.{yaml,yml}').scanSync({ cwd: DEPLOY })]
    .filter((path) => !path.startsWith('helm/llm-proxy/templates/'))
    .sort();

  test('is found', () => expect(paths.length).toBeGreaterThan(10));
  test.each(paths)('%s parses', (path) => {
    const documents = parse(path);
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents) expect(document).toBeObject();
  });
});

function read(path: string): string {
  return readFileSync(join(DEPLOY, path), 'utf8');
}

/** The documents of a file. Merge keys are for Docker Compose, which knows them. */
function parse(path: string): Json[] {
  return (parseAllDocuments(read(path), { merge: true }) as { errors: unknown[]; toJS(): Json }[]).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

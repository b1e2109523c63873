// What deploy/ promises, held against the program: its metrics, its config, its ports and paths.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { parseConfig } from '../src/config/load.ts';
import { matchEndpoint } from '../src/server/endpoints.ts';
import { send } from './kit/client.ts';
import { startGateway } from './kit/gateway.ts';
import type { Json } from './kit/json.ts';

const DEPLOY = join(import.meta.dir, '../deploy');
const dashboard: Json = JSON.parse(read('grafana/llm-proxy.json'));

/** Metric name (without a histogram's suffix) → labels that it has. */
const metrics = new Map<string, Set<string>>();

beforeAll(async () => {
  const gateway = await startGateway({
    config: {
      backends: [{ name: 'demo', url: 'demo:' }],
      models: {
        fails: { routes: [{ backend: 'demo', model: 'demo-fail-503' }] },
        cut: { routes: [{ backend: 'demo', model: 'demo-cut' }] },
        demo: { routes: [{ backend: 'demo', model: 'demo' }] },
      },
      fallback: { max_retries: 0, alias_fallback: { fails: ['demo'] } },
    },
  });
  for (const [model, stream] of [
    ['demo', true],
    ['fails', false],
    ['cut', true],
    ['none', false],
  ]) {
    const body = { model, stream, messages: [{ role: 'user', content: 'one two three' }] };
    await (await send(`${gateway.url}/v1/chat/completions`, { body })).whole();
  }
  const { text } = await (await send(`${gateway.url}/metrics`)).whole();
  for (const [, name] of text.matchAll(/^# TYPE (\S+)/gm)) metrics.set(name ?? '', new Set());
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]+)\{([^}]*)\}/gm)) {
    for (const [, label] of labels.matchAll(/([a-z]+)="/g)) metrics.get(familyOf(name))?.add(label ?? '');
  }
  await gateway.stop();
});

afterAll(() => metrics.clear());

describe('the dashboard and the alerts', () => {
  const queries: [string, string][] = [
    ...dashboard.panels.flatMap((panel: Json) => (panel.targets ?? []).map(({ expr }: Json) => [panel.title, expr])),
    ...dashboard.templating.list
      .filter(({ type }: Json) => type === 'query')
      .map(({ name, query }: Json) => [name, query]),
    ...(parse('docker-compose/alerts.yml')[0]?.groups[0].rules ?? []).map(({ alert, expr }: Json) => [alert, expr]),
  ];

  test.each(queries)('%s asks for metrics that exist, by labels that they have', (_title, query) => {
    const names = [...query.matchAll(/\b(?:llm_proxy|process)_[a-z_]+/g)].map(([name]) => familyOf(name));
    expect(names.length + Number(query.startsWith('up{'))).toBeGreaterThan(0);
    for (const name of names) expect([...metrics.keys()]).toContain(name);
    const known = new Set(['le', 'job', ...names.flatMap((name) => [...(metrics.get(name) ?? [])])]);
    const used = [
      ...[...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) =>
        list.split(',').map((label) => label.trim()),
      ),
      ...[...query.matchAll(/[{,]([a-z]+)(?:=~|!~|=|!=)"/g)].map(([, label = '']) => label),
    ];
    for (const label of used) expect([...known]).toContain(label);
  });

  test('every panel says what a bad value means, and none lies on another', () => {
    const taken = new Set<string>();
    for (const { type, title, description, gridPos } of dashboard.panels) {
      if (type !== 'row') expect(`${title}: ${description}`.length).toBeGreaterThan(title.length + 10);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`)).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
  });
});

describe('the manifests', () => {
  const kubernetes = ['config', 'deployment', 'service'].flatMap((name) => parse(`kubernetes/${name}.yaml`));
  const kind = (wanted: string): Json => kubernetes.find((one) => one.kind === wanted);
  const compose = parse('docker-compose/compose.yaml')[0];

  test.each(['docker-compose/prometheus.yml', 'docker-compose/alerts.yml', 'kubernetes/kustomization.yaml'])(
    '%s is YAML',
    (path) => expect(parse(path)).toHaveLength(1),
  );

  test.each([
    ['docker compose', read('docker-compose/config/config.yaml')],
    ['Kubernetes', kind('ConfigMap').data['config.yaml']],
  ])('the config of %s is valid, without a warning, and listens where it is looked for', (_where, text) => {
    const options = { file: 'config.yaml', env: { LLM_PROXY_KEY: 'a-key-of-its-own' }, readSecret: () => 'a-secret' };
    const { config, warnings } = parseConfig(text, options);
    expect(warnings).toEqual([]);
    expect(config.listen).toBe(':8765');
    expect(config.metrics.listen).toBe(':9090');
  });

  test('the probes of Kubernetes ask for paths and ports that there are', () => {
    const [container] = kind('Deployment').spec.template.spec.containers;
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      expect(matchEndpoint('GET', container[probe].httpGet.path).endpoint).toBeDefined();
      expect(container[probe].httpGet.port).toBe('http');
    }
    expect(container.ports.map(({ containerPort }: Json) => containerPort)).toEqual([8765, 9090]);
    expect(kind('Deployment').spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(30);
  });

  test('compose mounts what there is, where the image looks for it', () => {
    const dockerfile = readFileSync(join(DEPLOY, '../Dockerfile'), 'utf8');
    expect(dockerfile).toContain('"/etc/llm-proxy/config.yaml"');
    expect(dockerfile).toContain('EXPOSE 8765');
    const { volumes, ports } = compose.services['llm-proxy'];
    expect(volumes).toContain('./config:/etc/llm-proxy:ro');
    expect(ports).toEqual(['127.0.0.1:8765:8765']);
    expect(parse('docker-compose/prometheus.yml')[0]?.scrape_configs[0].static_configs[0].targets).toEqual([
      'llm-proxy:9090',
    ]);
  });

  test('the systemd unit starts the program by flags that it has', () => {
    const unit = read('systemd/llm-proxy.service');
    const [, flags = ''] = /^ExecStart=\/usr\/local\/bin\/llm-proxy (.*)$/m.exec(unit) ?? [];
    const main = join(import.meta.dir, '../src/main.ts');
    const check = Bun.spawnSync({ cmd: [process.execPath, main, ...flags.split(' ')] });
    // The flags are understood; the file is not there.
    expect(check.exitCode).toBe(1);
    expect(check.stderr.toString()).toContain('/etc/llm-proxy/config.yaml');
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(30);
  });
});

function read(path: string): string {
  return readFileSync(join(DEPLOY, path), 'utf8');
}

function parse(path: string): Json[] {
  return (parseAllDocuments(read(path)) as { errors: unknown[]; toJS(): Json }[]).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

function familyOf(name: string): string {
  const base = name.replace(/_(?:bucket|sum|count)$/, '');
  return metrics.has(base) || base.endsWith('_seconds') ? base : name;
}

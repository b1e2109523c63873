// What deploy/ promises, held against the program: its metrics, its config, its ports and paths.
import { beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Glob } from 'bun';
import { parseAllDocuments } from 'yaml';
import { parseConfig } from '../src/config/load.ts';
import { matchEndpoint } from '../src/server/endpoints.ts';
import type { Json } from './kit/json.ts';
import { groupedBy, metricSamples, metricsOf } from './kit/metric-samples.ts';

const DEPLOY = join(import.meta.dir, '../deploy');
const DOCKERFILE = readFileSync(join(DEPLOY, '../Dockerfile'), 'utf8');
const dashboard: Json = JSON.parse(read('grafana/llm-proxy.json'));
const compose = parse('docker-compose/compose.yaml')[0];
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

describe('the configs', () => {
  const configMap = parse('kubernetes/config.yaml').find(({ kind }) => kind === 'ConfigMap');

  test.each([
    ['docker compose', read('docker-compose/config/config.yaml')],
    ['Kubernetes', configMap.data['config.yaml']],
  ])('that of %s is valid, without a warning, and listens where it is looked for', (_where, text) => {
    const { config, warnings } = load(text);
    expect(warnings).toEqual([]);
    expect(config.listen).toBe(':8765');
    expect(config.metrics).toMatchObject({ enabled: true, public: true, listen: ':9090' });
    // Metrics need no key, the API does.
    expect(config.proxy_api_key).toBeDefined();
    expect(config.backends.map(({ url }) => url)).toEqual(['demo:']);
  });
});

describe('every YAML file', () => {
  const paths = [...new Glob('**/*.{yaml,yml}').scanSync({ cwd: DEPLOY })].sort();

  test('is found', () => expect(paths.length).toBeGreaterThan(10));
  test.each(paths)('%s parses', (path) => {
    const documents = parse(path);
    expect(documents.length).toBeGreaterThan(0);
    for (const document of documents) expect(document).toBeObject();
  });
});

describe('docker compose', () => {
  const { 'llm-proxy': gateway, prometheus, grafana } = compose.services;
  const config = load(read('docker-compose/config/config.yaml')).config;

  test('mounts the config where the image looks for it, and the logs where it writes them', () => {
    expect(DOCKERFILE).toContain('CMD ["serve", "-c", "/etc/llm-proxy/config.yaml"]');
    expect(gateway.volumes).toContain('./config:/etc/llm-proxy:ro');
    expect(DOCKERFILE).toContain('VOLUME /var/lib/llm-proxy/logs');
    expect(gateway.volumes).toContain('logs:/var/lib/llm-proxy/logs');
    expect(join('/var/lib/llm-proxy', config.logging.base_dir)).toBe('/var/lib/llm-proxy/logs');
  });

  test('publishes the port of the image and of the config, to this machine alone, and none of the metrics', () => {
    expect(DOCKERFILE).toContain(`EXPOSE ${portOf(config.listen)}`);
    expect(gateway.ports).toEqual([`127.0.0.1:8765:${portOf(config.listen)}`]);
    expect(prometheus.ports).toBeUndefined();
    expect(grafana.ports).toEqual(['127.0.0.1:3000:3000']);
  });

  test('Prometheus has the rules where it looks for them', () => {
    expect(parse('docker-compose/prometheus.yml')[0].rule_files).toEqual(['alerts.yml']);
    expect(prometheus.volumes).toContain('../prometheus/alerts.yml:/etc/prometheus/alerts.yml:ro');
  });

  test('Prometheus asks where the metrics are, and Grafana asks Prometheus', () => {
    expect(scrape.static_configs[0].targets).toEqual([`llm-proxy:${portOf(config.metrics.listen)}`]);
    expect(matchEndpoint(new Request('http://x'), scrape.metrics_path ?? '/metrics', '').endpoint?.kind).toBe(
      'metrics',
    );
    const [{ url }] = parse('docker-compose/grafana/provisioning/datasources/prometheus.yaml')[0].datasources;
    expect(Object.keys(compose.services)).toContain(new URL(url).hostname);
  });

  test('Grafana finds the dashboard where it is mounted', () => {
    const [{ options }] = parse('docker-compose/grafana/provisioning/dashboards/llm-proxy.yaml')[0].providers;
    expect(grafana.volumes).toContain(`../grafana:${options.path}:ro`);
  });

  test.each(Object.entries<Json>(compose.services))('%s is confined, watched and pinned', (name, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], restart: 'unless-stopped' });
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.user).toMatch(/^[1-9]/);
    expect(service.healthcheck.test[0]).toBe('CMD');
    if (name !== 'llm-proxy') expect(service.image).toMatch(/:v?\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/);
  });

  test('the gateway is asked for its health as in the image, and is given time to drain', () => {
    const [, ...command] = gateway.healthcheck.test;
    expect(DOCKERFILE).toContain(`CMD ${JSON.stringify(command).replaceAll(',', ', ')}`);
    expect(Number.parseInt(gateway.stop_grace_period) * 1000).toBeGreaterThan(config.server.shutdown_timeout);
  });
});

describe('Kubernetes', () => {
  const listed: string[] = parse('kubernetes/kustomization.yaml')[0].resources;
  const applied = listed.flatMap((path) => parse(`kubernetes/${path}`));
  const optional = parse('kubernetes/servicemonitor.yaml');
  const secret = parse('kubernetes/secret.example.yaml')[0];
  const kind = (wanted: string): Json => [...applied, ...optional].find((one) => one.kind === wanted);
  const pod = kind('Deployment').spec.template;
  const [container] = pod.spec.containers;
  const { config } = load(kind('ConfigMap').data['config.yaml']);
  const portNames = container.ports.map(({ name }: Json) => name);

  test('has what it takes, and applying it overwrites no secret', () => {
    const kinds = applied.map((one) => one.kind);
    expect(kinds).toEqual(['ConfigMap', 'Deployment', 'PodDisruptionBudget', 'Service']);
  });

  test('the ports are those of the config', () => {
    expect(container.ports).toEqual([
      { name: 'http', containerPort: portOf(config.listen) },
      { name: 'metrics', containerPort: portOf(config.metrics.listen) },
    ]);
    expect(pod.metadata.annotations['prometheus.io/port']).toBe(String(portOf(config.metrics.listen)));
  });

  test.each([
    ['startupProbe', 'health'],
    ['livenessProbe', 'health'],
    ['readinessProbe', 'ready'],
  ])('the %s asks for an endpoint that there is', (probe, endpoint) => {
    const { path, port } = container[probe].httpGet;
    expect(matchEndpoint(new Request('http://x'), path, '').endpoint?.kind).toBe(endpoint as 'health' | 'ready');
    expect(port).toBe('http');
  });

  test('services and monitor select the pods and name ports that they have', () => {
    for (const service of [...applied, ...optional].filter((one) => one.kind === 'Service')) {
      expect(pod.metadata.labels).toMatchObject(service.spec.selector);
      for (const { targetPort } of service.spec.ports) expect(portNames).toContain(targetPort);
    }
    for (const one of ['Deployment', 'PodDisruptionBudget']) {
      expect(pod.metadata.labels).toMatchObject(kind(one).spec.selector.matchLabels);
    }
    const service = optional.find((one) => one.kind === 'Service');
    const { selector, endpoints, jobLabel } = kind('ServiceMonitor').spec;
    expect(service.metadata.labels).toMatchObject(selector.matchLabels);
    expect(service.metadata.labels[jobLabel]).toBe(scrape.job_name);
    expect(service.spec.ports.map(({ name }: Json) => name)).toContain(endpoints[0].port);
    expect(matchEndpoint(new Request('http://x'), endpoints[0].path, '').endpoint?.kind).toBe('metrics');
  });

  test('folders are mounted, not files, where image and config look for them', () => {
    const mountOf = (name: string): Json => container.volumeMounts.find((mount: Json) => mount.name === name);
    for (const mount of container.volumeMounts) expect(mount.subPath).toBeUndefined();
    expect(DOCKERFILE).toContain(`"${mountOf('config').mountPath}/config.yaml"`);
    const [, key = ''] = /^proxy_api_key: file:(.*)$/m.exec(kind('ConfigMap').data['config.yaml']) ?? [];
    const folder = `${mountOf('secrets').mountPath}/`;
    expect(key).toStartWith(folder);
    expect(Object.keys(secret.stringData)).toContain(key.slice(folder.length));
    const named = pod.spec.volumes.map(({ configMap, secret: from }: Json) => configMap?.name ?? from?.secretName);
    expect(named).toEqual([kind('ConfigMap').metadata.name, secret.metadata.name]);
  });

  test('a pod runs without root and writes nowhere', () => {
    expect(pod.spec.securityContext.runAsNonRoot).toBe(true);
    expect(DOCKERFILE).toContain(`-o ${pod.spec.securityContext.runAsUser} -g ${pod.spec.securityContext.runAsGroup}`);
    expect(container.securityContext).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true });
    expect(config.logging.base_dir).toBe('');
  });

  test('a pod has time to drain', () => {
    const graceMs = (pod.spec.terminationGracePeriodSeconds - container.lifecycle.preStop.sleep.seconds) * 1000;
    expect(graceMs).toBeGreaterThan(config.server.shutdown_timeout);
  });
});

describe('systemd', () => {
  const unit = read('systemd/llm-proxy.service');
  const setting = (name: string): string | undefined => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];

  test('the unit starts the program by flags that it has', () => {
    const [program, ...flags] = setting('ExecStart')?.split(' ') ?? [];
    expect(DOCKERFILE).toContain(`ENTRYPOINT ["${program}"]`);
    const config = flags.pop() ?? '';
    expect(config).toBe('/etc/llm-proxy/config.yaml');
    // One that is surely not there, for this machine may have the other.
    const main = join(import.meta.dir, '../src/main.ts');
    const missing = join(import.meta.dir, 'no-such-folder/config.yaml');
    const started = Bun.spawnSync({ cmd: [process.execPath, main, ...flags, missing] });
    // The flags are understood: an unknown one would be 2.
    expect(started.exitCode).toBe(1);
    expect(started.stderr.toString()).toContain(missing);
  });

  test('reloads by SIGHUP, has time to drain, and lets the engine compile', () => {
    const { config } = load(
      'backends: [{name: demo, url: "demo:"}]\nmodels: {demo: {routes: [{backend: demo, model: demo}]}}\n',
    );
    expect(setting('ExecReload')).toBe('/bin/kill -HUP $MAINPID');
    expect(Number(setting('TimeoutStopSec')) * 1000).toBeGreaterThan(config.server.shutdown_timeout);
    expect(setting('MemoryDenyWriteExecute')).toBeUndefined();
  });

  test('the folder that it writes its logs to is its own', () => {
    expect(setting('ProtectSystem')).toBe('strict');
    expect(setting('WorkingDirectory')).toBe(`/var/lib/${setting('StateDirectory')}`);
  });
});

function load(text: string): ReturnType<typeof parseConfig> {
  return parseConfig(text, {
    file: 'config.yaml',
    env: { LLM_PROXY_KEY: 'a-key-of-its-own' },
    readSecret: () => 'a-secret-of-the-cluster',
  });
}

function portOf(listen: string | undefined): number {
  return Number(listen?.split(':').at(-1));
}

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

// The Helm chart: Helm itself lints and renders it, as it is, with everything on, and with each switch turned; whatever it
// renders is sound. Without Helm, deploy/kubernetes stands for it (manifests.test.ts), and the files here are compared.
import { describe, expect, test } from 'bun:test';
import { $ } from 'bun';
import { parse } from 'yaml';
import packageJson from '../../package.json';
import type { Json } from '../kit/json.ts';
import { CHART, complaintAbout, EVERYTHING, helm, render } from './chart.ts';
import { longestRequestMs, read, ROOT } from './files.ts';
import { configOf, expectSound, kindsOf, only } from './sound.ts';

const values: Json = parse(read(`${CHART}/values.yaml`));

describe('the files of the chart', () => {
  test('its version and that of the program are the package’s', () => {
    const chart: Json = parse(read(`${CHART}/Chart.yaml`));
    expect([chart.version, chart.appVersion]).toEqual([packageJson.version, packageJson.version]);
  });

  test('every value is in the templates, and every one there has a default', () => {
    const templates = [...new Bun.Glob('templates/*').scanSync({ cwd: `${ROOT}/${CHART}` })]
      .map((path) => read(`${CHART}/${path}`))
      .join('\n');
    const used = new Set([...templates.matchAll(/\.Values\.([a-zA-Z]+)/g)].map(([, name]) => name));
    expect(used).toEqual(new Set(Object.keys(values)));
  });
});

describe.skipIf(helm === '')('Helm', () => {
  test.each([
    ['as it is', {}],
    ['with everything on', EVERYTHING],
  ])('finds no fault with the chart %s', async (_how, given) => {
    const stdin = Buffer.from(JSON.stringify(given));
    const linted = await $`${helm} lint ${CHART} --strict --values - < ${stdin}`.cwd(ROOT).quiet().nothrow();
    expect(linted.stdout.toString()).toContain('0 chart(s) failed');
    expect(linted.stdout.toString()).not.toMatch(/\[(?:WARNING|ERROR)\]/);
  });

  test('renders what is sound of the defaults', async () => {
    const objects = await render({});
    expectSound(objects);
    expect(kindsOf(objects)).toEqual(
      'ConfigMap Deployment NetworkPolicy PodDisruptionBudget Secret Service Service ServiceAccount'.split(' '),
    );
    const { config } = configOf(objects);
    expect(config.server.shutdown_timeout).toBe(longestRequestMs(config));
  });

  test('renders what is sound of everything', async () => {
    const objects = await render(EVERYTHING, 'another-release');
    expectSound(objects);
    expect(objects.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['HorizontalPodAutoscaler', 'Ingress', 'HTTPRoute', 'ServiceMonitor', 'PrometheusRule']),
    );
    const { config } = configOf(objects);
    // The backend's, which is the longest.
    expect(config.server.shutdown_timeout).toBe(20 * 60_000);
    const { metadata, spec } = only(objects, 'Ingress');
    expect(metadata.annotations).toMatchObject({ 'cert-manager.io/cluster-issuer': 'letsencrypt' });
    expect(metadata.annotations['nginx.ingress.kubernetes.io/proxy-body-size']).toBe('20m');
    expect(spec.rules.map(({ host }: Json) => host)).toEqual(['llm.example.com', 'llm2.example.com']);
    const pod = only(objects, 'Deployment').spec.template;
    expect(pod.spec.containers[0].image).toEndWith(`@sha256:${'0'.repeat(64)}`);
    expect(pod.spec.containers[0].env).toEqual(EVERYTHING.extraEnv);
    expect(pod.metadata.labels.team).toBe('ai');
    const [http, metrics] = only(objects, 'NetworkPolicy').spec.ingress;
    expect(http.from).toEqual(EVERYTHING.networkPolicy.from);
    expect(metrics.from).toEqual(values.networkPolicy.metricsFrom);
    expect(only(objects, 'NetworkPolicy').spec.egress).toContainEqual(EVERYTHING.networkPolicy.extraEgress[0]);
  });

  test('carries the alerts and the dashboard of this repository', async () => {
    const objects = await render(EVERYTHING);
    expect(only(objects, 'PrometheusRule').spec).toEqual(parse(read('deploy/prometheus/alerts.yml')));
    const { data } = only(objects, 'ConfigMap', 'llm-proxy-dashboard');
    expect(JSON.parse(data['llm-proxy.json'])).toEqual(JSON.parse(read('deploy/grafana/llm-proxy.json')));
  });

  test.each<[string, object, string[]]>([
    ['podDisruptionBudget', { podDisruptionBudget: { enabled: false } }, ['PodDisruptionBudget']],
    ['networkPolicy', { networkPolicy: { enabled: false } }, ['NetworkPolicy']],
    ['serviceAccount', { serviceAccount: { create: false } }, ['ServiceAccount']],
    ['secret', { secret: { existing: 'mine' } }, ['Secret']],
    ['metrics', { metrics: { enabled: false } }, ['ServiceMonitor']],
    ['autoscaling', { autoscaling: { enabled: false } }, ['HorizontalPodAutoscaler']],
    ['ingress', { ingress: { enabled: false } }, ['Ingress']],
    ['httpRoute', { httpRoute: { enabled: false } }, ['HTTPRoute']],
    ['prometheusRule', { metrics: { prometheusRule: { enabled: false } } }, ['PrometheusRule']],
  ])('renders what is sound without %s', async (_name, given, gone) => {
    const objects = await render(given);
    expectSound(objects);
    for (const kind of gone) expect(objects.map((one) => one.kind)).not.toContain(kind);
  });

  test('with the metrics off nothing listens for them, and none may come in', async () => {
    const objects = await render({ metrics: { enabled: false } });
    expect(configOf(objects).config.metrics.enabled).toBe(false);
    expect(only(objects, 'Service').spec.ports.map(({ name }: Json) => name)).toEqual(['http']);
    expect(only(objects, 'NetworkPolicy').spec.ingress).toHaveLength(1);
  });

  test('what the config says wins, falsehoods and empty texts too, and null takes away', async () => {
    const config = {
      server: { shutdown_timeout: '1h30m', max_buffered_mb: 100, secret: null },
      health_check: { enabled: false },
      logging: { console_format: 'plain' },
      timeout: { total_timeout: 90 },
    };
    const objects = await render({ config });
    expectSound(objects);
    expect(configOf(objects).config).toMatchObject({
      server: { shutdown_timeout: 90 * 60_000, max_buffered_mb: 100 },
      health_check: { enabled: false },
      logging: { base_dir: '', console_format: 'plain' },
    });
    expect(configOf(objects).config.server.secret).toBeUndefined();
    expect(only(objects, 'Deployment').spec.template.spec.terminationGracePeriodSeconds).toBe(5 + 5400 + 15);
  });

  test.each([
    [90, 90],
    ['90', 90],
    ['1.5s', 2],
    ['1m30s', 90],
    ['2h', 7200],
    ['900ms', 1],
    // No limit: as long as the default.
    [0, 600],
  ])('a total_timeout of %p is %d seconds to drain', async (total_timeout, seconds) => {
    const objects = await render({ config: { timeout: { total_timeout } } });
    expectSound(objects);
    expect(configOf(objects).config.server.shutdown_timeout).toBe(seconds * 1000);
  });

  test('the keys of the Secret are made up once, unless they are given', async () => {
    const { data } = only(await render({ secret: { values: { 'proxy-api-key': 'mine' } } }), 'Secret');
    expect(atob(data['proxy-api-key'])).toBe('mine');
    expect(atob(data['server-secret'])).toMatch(/^\w{40}$/);
  });

  test.each<[string, object, string]>([
    ['a value that there is not', { repicas: 3 }, "additional properties 'repicas' not allowed"],
    ['a config key that there is not', { config: { lisen: ':1' } }, "additional properties 'lisen' not allowed"],
    [
      'a backend’s key that there is not',
      { config: { backends: [{ name: 'a', url: 'http://a', apikey: 'x' }] } },
      "additional properties 'apikey' not allowed",
    ],
    ['a published gateway without a host', { ingress: { enabled: true } }, 'ingress.hosts is empty (name a host'],
    ['a route without a Gateway', { httpRoute: { enabled: true } }, 'httpRoute.parentRefs is empty (name the Gateway'],
    [
      'a drain that only a variable knows',
      { config: { server: { shutdown_timeout: '${DRAIN}' } } },
      'the chart needs a duration such as 90s or 10m here, not a variable',
    ],
  ])('refuses %s', async (_what, given, complaint) => {
    expect(await complaintAbout(given)).toContain(complaint);
  });

  test('the notes name the objects that there are', async () => {
    const stdin = Buffer.from(JSON.stringify(EVERYTHING));
    const { stdout } =
      await $`${helm} install another-release ${CHART} --namespace ai --dry-run=client --values - < ${stdin}`
        .cwd(ROOT)
        .quiet();
    const [, notes = ''] = stdout.toString().split('NOTES:\n');
    const objects = await render(EVERYTHING, 'another-release');
    for (const [, kind = '', name] of notes.matchAll(/(deployment|service)\/(\S+)/g)) {
      expect(objects.map((one) => `${one.kind.toLowerCase()}/${one.metadata.name}`)).toContain(`${kind}/${name}`);
    }
    expect(notes).toContain('deployment/another-release-llm-proxy');
    expect(notes).toContain(`get secret ${only(objects, 'Secret').metadata.name} `);
    expect(notes).toContain('https://llm.example.com');
    // Streams would not be cut.
    expect(notes).not.toContain('are cut');
  });
});

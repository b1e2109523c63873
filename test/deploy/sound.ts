import { expect } from 'bun:test';
import { CLOSING_MS } from '../../src/commands/serve.ts';
import { matchEndpoint } from '../../src/server/endpoints.ts';
import type { Json } from '../kit/json.ts';
import { documentsOf, loadConfig, longestRequestMs, portOf, read } from './files.ts';

/** How sound manifests are, whoever wrote them: holds all objects of an installation against each other and the program. */
export function expectSound(objects: readonly Json[]): void {
  expectFindable(objects);
  expectConfined(objects);
  expectConfigured(objects);
  expectReachable(objects);
  expectDraining(objects);
}

export function only(objects: readonly Json[], kind: string, name?: string): Json {
  const found = objects.filter((one) => one.kind === kind && (name === undefined || one.metadata.name === name));
  expect([kind, found.length]).toEqual([kind, 1]);
  return found[0];
}

/** The config in the ConfigMap that the pods mount. */
export function configOf(objects: readonly Json[]): ReturnType<typeof loadConfig> {
  const { volumes } = podOf(objects).spec;
  const { configMap } = volumes.find(({ name }: Json) => name === 'config');
  return loadConfig(only(objects, 'ConfigMap', configMap.name).data['config.yaml']);
}

function podOf(objects: readonly Json[]): Json {
  return only(objects, 'Deployment').spec.template;
}

function gatewayOf(objects: readonly Json[]): Json {
  return podOf(objects).spec.containers[0];
}

/** Whatever selects pods selects these, and names ports that they have. */
function expectFindable(objects: readonly Json[]): void {
  const { labels } = podOf(objects).metadata;
  const ports = gatewayOf(objects).ports.map(({ name }: Json) => name);
  expect(labels).toMatchObject(only(objects, 'Deployment').spec.selector.matchLabels);
  for (const { kind, spec } of objects) {
    if (kind === 'Service') {
      expect(labels).toMatchObject(spec.selector);
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort);
    }
    if (kind === 'PodDisruptionBudget') expect(labels).toMatchObject(spec.selector.matchLabels);
    if (kind === 'HorizontalPodAutoscaler') {
      expect(spec.scaleTargetRef.name).toBe(only(objects, 'Deployment').metadata.name);
      expect(only(objects, 'Deployment').spec.replicas).toBeUndefined();
    }
    if (kind === 'ServiceMonitor') {
      const service = objects.find(
        (one) => one.kind === 'Service' && Bun.deepMatch(spec.selector.matchLabels, one.metadata.labels),
      );
      expect(jobOf(spec, service)).toBe('llm-proxy');
      expect(service?.spec.ports.map(({ name }: Json) => name)).toContain(spec.endpoints[0].port);
      expect(endpointAt(spec.endpoints[0].path)).toBe('metrics');
    }
  }
  for (const { labelSelector } of podOf(objects).spec.topologySpreadConstraints ?? []) {
    expect(labels).toMatchObject(labelSelector.matchLabels);
  }
}

/**
 * The job that a target of a ServiceMonitor gets: by relabelling, else by the label that `jobLabel` names, else the Service's
 * name, as https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitorSpec says.
 */
function jobOf(spec: Json, service: Json): string {
  const relabelled = spec.endpoints[0].relabelings?.findLast(({ targetLabel }: Json) => targetLabel === 'job');
  return relabelled?.replacement ?? service.metadata.labels[spec.jobLabel] ?? service.metadata.name;
}

/** Not root, no token, nothing to write to; the user is the image's. */
function expectConfined(objects: readonly Json[]): void {
  const { spec } = podOf(objects);
  expect(spec).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
  const { runAsUser, runAsGroup } = spec.securityContext;
  expect(read('Dockerfile')).toContain(`-o ${runAsUser} -g ${runAsGroup}`);
  expect(gatewayOf(objects).securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
}

/** The config is valid, without a warning, and what it names is mounted, as folders, so that it follows changes. */
function expectConfigured(objects: readonly Json[]): void {
  const { config, warnings, files } = configOf(objects);
  expect(warnings).toEqual([]);
  expect(config.proxy_api_key ?? config.keys).toBeDefined();
  const { args, volumeMounts } = gatewayOf(objects);
  const folder = (name: string): string => volumeMounts.find((mount: Json) => mount.name === name).mountPath;
  for (const mount of volumeMounts) expect(mount.subPath).toBeUndefined();
  expect(args).toEqual(['serve', '-c', `${folder('config')}/config.yaml`]);
  const { secret } = podOf(objects).spec.volumes.find(({ name }: Json) => name === 'secrets');
  // Everybody else's bits are off, and the group is the pod's fsGroup.
  expect(secret.defaultMode).toBe(0o440);
  const made = objects.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === secret.secretName);
  for (const file of files) {
    expect(file).toStartWith(`${folder('secrets')}/`);
    if (made) expect(Object.keys(made.data)).toContain(file.slice(folder('secrets').length + 1));
  }
  const limit = gatewayOf(objects).resources?.limits?.memory;
  if (limit === '1Gi') expect(config.server.max_buffered_mb).toBeLessThanOrEqual(512);
}

/** Clients, probes and Prometheus reach what they ask for, and the gateway reaches names and backends. */
function expectReachable(objects: readonly Json[]): void {
  const { config } = configOf(objects);
  const { ports, startupProbe, livenessProbe, readinessProbe } = gatewayOf(objects);
  expect(ports).toEqual([
    { name: 'http', containerPort: portOf(config.listen) },
    ...(config.metrics.enabled ? [{ name: 'metrics', containerPort: portOf(config.metrics.listen) }] : []),
  ]);
  for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) expect(httpGet.port).toBe('http');
  expect(endpointAt(startupProbe.httpGet.path)).toBe('health');
  expect(endpointAt(livenessProbe.httpGet.path)).toBe('health');
  expect(endpointAt(readinessProbe.httpGet.path)).toBe('ready');
  const policy = objects.find(({ kind }) => kind === 'NetworkPolicy')?.spec;
  if (policy === undefined) return;
  expect(podOf(objects).metadata.labels).toMatchObject(policy.podSelector.matchLabels);
  const [http, metrics] = policy.ingress;
  expect(http.ports).toEqual([{ port: 'http', protocol: 'TCP' }]);
  if (metrics) {
    expect(metrics.ports).toEqual([{ port: 'metrics', protocol: 'TCP' }]);
    // Without a `from` it would be everybody.
    expect(metrics.from.length).toBeGreaterThan(0);
  }
  const out = policy.egress.flatMap((rule: Json) => rule.ports.map((one: Json) => `${one.protocol} ${one.port}`));
  expect(out).toEqual(expect.arrayContaining(['UDP 53', 'TCP 53', 'TCP 443']));
  for (const { url } of config.backends) {
    if (url === undefined || url.startsWith('demo:')) continue;
    const { port, protocol } = new URL(url);
    expect(out).toContain(`TCP ${port || (protocol === 'http:' ? 80 : 443)}`);
  }
}

/** A pod that ends has time for the longest request, and what stands in front of it waits longer. */
function expectDraining(objects: readonly Json[]): void {
  const { config } = configOf(objects);
  const { terminationGracePeriodSeconds: grace } = podOf(objects).spec;
  const before = gatewayOf(objects).lifecycle?.preStop.sleep.seconds ?? 0;
  expect((grace - before) * 1000).toBeGreaterThan(config.server.shutdown_timeout + CLOSING_MS);
  const longestMs = longestRequestMs(config);
  for (const { kind, metadata, spec } of objects) {
    const nginx = metadata.annotations?.['nginx.ingress.kubernetes.io/proxy-read-timeout'];
    if (kind === 'Ingress' && nginx !== undefined) {
      expect(Number(nginx) * 1000).toBeGreaterThan(longestMs);
      const size = metadata.annotations['nginx.ingress.kubernetes.io/proxy-body-size'];
      expect(Number.parseInt(size)).toBeGreaterThanOrEqual(config.server.max_body_mb);
      expect(metadata.annotations['nginx.ingress.kubernetes.io/proxy-buffering']).toBe('off');
    }
    if (kind === 'HTTPRoute') {
      expect(Number.parseInt(spec.rules[0].timeouts.request) * 1000).toBeGreaterThan(longestMs);
    }
  }
}

function endpointAt(path: string): string | undefined {
  return matchEndpoint(new Request('http://x'), path, '').endpoint?.handler;
}

/** The kinds of all objects, in the order of the alphabet. */
export function kindsOf(objects: readonly Json[]): string[] {
  return objects.map(({ kind }): string => kind).toSorted((a, b) => a.localeCompare(b));
}

/** The objects of several texts in YAML. */
export function objectsOf(...texts: readonly string[]): Json[] {
  return texts.flatMap(documentsOf);
}

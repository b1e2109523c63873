// Writes what the Helm chart has from elsewhere: the schema of its values, the alerts and the dashboard.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { editorJsonSchema } from '../src/config/json-schema.ts';
import { formatted } from './formatted.ts';
import { writeGenerated } from './write-generated.ts';

/** As much of JSON Schema as is written here. */
type Schema = Readonly<Record<string, unknown>>;

const ROOT = join(import.meta.dir, '..');
const CHART = 'deploy/helm/llm-proxy';
const COPIES = [
  { from: 'deploy/prometheus/alerts.yml', to: 'files/alerts.yml' },
  { from: 'deploy/grafana/llm-proxy.json', to: 'files/dashboard.json' },
];

/** Text values, whatever the names; labels and annotations have no other. */
const TEXTS: Schema = { type: 'object', additionalProperties: { type: 'string' } };
/** A label of a host's name, which the names of objects are made of. */
const NAME_PART = text('[a-z0-9]([-a-z0-9]*[a-z0-9])?');
/** The name of another object. */
const OBJECT_NAME = text('[a-z0-9]([-a-z0-9.]*[a-z0-9])?');
const OBJECTS: Schema = { type: 'array', items: { type: 'object' } };
const HOSTS: Schema = { type: 'array', items: text('(\\*\\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?', false) };
/** Those that both an Ingress and an HTTPRoute take: https://gateway-api.sigs.k8s.io/reference/spec/#httppathmatch */
const PATHS: Schema = {
  type: 'array',
  minItems: 1,
  items: text("/([-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*", false),
};
/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
const QUANTITY = '([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+|[KMGTPE]i|[numkMGTPE])?';
const QUANTITIES: Schema = {
  type: 'object',
  additionalProperties: { ...text(QUANTITY, false), type: ['string', 'number'] },
};

/** What a default does not say of its values, by path. */
const KNOWN: Readonly<Record<string, Schema>> = {
  'secret.existing': OBJECT_NAME,
  'secret.values': { ...TEXTS, propertyNames: { pattern: '^[-._a-zA-Z0-9]+$', maxLength: 253 } },
  'image.repository': text('[a-zA-Z0-9]([-a-zA-Z0-9._/:]*[a-zA-Z0-9])?', false),
  // No number: YAML reads 1.10 as 1.1, which is another version.
  'image.tag': text('[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}'),
  'image.digest': text('sha256:[0-9a-f]{64}'),
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  imagePullSecrets: OBJECTS,
  nameOverride: NAME_PART,
  fullnameOverride: NAME_PART,
  'autoscaling.minReplicas': integer(1),
  'autoscaling.maxReplicas': integer(1),
  'autoscaling.targetCPUUtilizationPercentage': integer(1),
  resources: {
    type: 'object',
    properties: { requests: QUANTITIES, limits: QUANTITIES, claims: OBJECTS },
    additionalProperties: false,
  },
  'podDisruptionBudget.maxUnavailable': { anyOf: [integer(0), text('[0-9]+%', false)] },
  topologySpreadConstraints: OBJECTS,
  nodeSelector: TEXTS,
  tolerations: OBJECTS,
  affinity: { type: 'object' },
  priorityClassName: OBJECT_NAME,
  'serviceAccount.name': OBJECT_NAME,
  'serviceAccount.annotations': TEXTS,
  'service.type': { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
  'service.port': integer(1, 65_535),
  'service.annotations': TEXTS,
  'service.loadBalancerSourceRanges': { type: 'array', items: text('[0-9a-fA-F.:]+/[0-9]{1,3}', false) },
  'ingress.className': OBJECT_NAME,
  'ingress.controller': { enum: ['nginx', ''] },
  'ingress.annotations': TEXTS,
  'ingress.hosts': HOSTS,
  'ingress.paths': PATHS,
  'ingress.tlsSecret': OBJECT_NAME,
  'httpRoute.annotations': TEXTS,
  'httpRoute.hostnames': HOSTS,
  'httpRoute.paths': PATHS,
  'httpRoute.parentRefs': OBJECTS,
  'networkPolicy.from': OBJECTS,
  'networkPolicy.metricsFrom': OBJECTS,
  'networkPolicy.extraEgress': OBJECTS,
  // As Prometheus writes a duration; empty is what its own config says.
  'metrics.serviceMonitor.interval': text('([0-9]+(ms|[smhdwy]))+'),
  'metrics.serviceMonitor.labels': TEXTS,
  'metrics.prometheusRule.labels': TEXTS,
  'metrics.dashboard.labels': TEXTS,
  podLabels: TEXTS,
  podAnnotations: TEXTS,
  extraEnv: OBJECTS,
  extraEnvFrom: OBJECTS,
  extraVolumes: OBJECTS,
  extraVolumeMounts: OBJECTS,
  extraContainers: OBJECTS,
};

/** Defaults that `null` may take away; others are needed, unless they are empty. */
const REMOVABLE = new Set([
  'replicas',
  'resources',
  'topologySpreadConstraints',
  'networkPolicy.metricsFrom',
  'metrics.serviceMonitor.interval',
  'metrics.dashboard.labels',
]);

const values: unknown = parse(await readFile(join(ROOT, CHART, 'values.yaml'), 'utf8'));
const { type, properties, additionalProperties, $defs }: Schema = editorJsonSchema();

const schema = {
  // What Helm 3 has always understood.
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Values of the llm-proxy chart',
  ...schemaOf(values, '', { config: { type, properties, additionalProperties }, global: { type: 'object' } }),
  $defs,
};
const path = `${CHART}/values.schema.json`;
await writeGenerated(path, await formatted(path, JSON.stringify(schema)));
for (const { from, to } of COPIES) await writeGenerated(`${CHART}/${to}`, await readFile(join(ROOT, from), 'utf8'));

/** What a default says of the values that may take its place: its type, and the members it has unless it has none. */
function schemaOf(value: unknown, path: string, more: Readonly<Record<string, Schema>> = {}): Schema {
  const known = KNOWN[path];
  if (known !== undefined) return known;
  if (typeof value === 'number') return integer(0);
  if (typeof value === 'boolean') return { type: 'boolean' };
  if (typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0) {
    throw new Error(`scripts/chart.ts: KNOWN does not say what ${path} of values.yaml may be`);
  }
  const pathOf = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const members = Object.entries(value);
  return {
    type: 'object',
    properties: {
      ...more,
      ...Object.fromEntries(members.map(([key, member]) => [key, more[key] ?? schemaOf(member, pathOf(key))])),
    },
    required: members.filter(([key, member]) => !isEmpty(member) && !REMOVABLE.has(pathOf(key))).map(([key]) => key),
    additionalProperties: false,
  };
}

function isEmpty(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

/** A text that a pattern describes as a whole, or an empty one where that says that there is none. */
function text(pattern: string, mayBeEmpty = true): Schema {
  return { type: 'string', pattern: mayBeEmpty ? `^(${pattern})?$` : `^${pattern}$` };
}

function integer(minimum: number, maximum?: number): Schema {
  return { type: 'integer', minimum, ...(maximum !== undefined && { maximum }) };
}

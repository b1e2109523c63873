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

/** Text values, whatever the names. */
const TEXTS: Schema = { type: 'object', additionalProperties: { type: 'string' } };

/** What a default does not say of its values, by path. */
const KNOWN: Readonly<Record<string, Schema>> = {
  'secret.values': TEXTS,
  'image.tag': { type: ['string', 'number'] },
  'image.digest': { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  'service.type': { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
  'ingress.controller': { enum: ['nginx', ''] },
  'podDisruptionBudget.maxUnavailable': { type: ['integer', 'string'] },
  resources: { type: 'object' },
  'metrics.dashboard.labels': TEXTS,
};

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
  if (Array.isArray(value)) return { type: 'array' };
  if (typeof value === 'number') return { type: 'integer', minimum: 0 };
  if (typeof value !== 'object' || value === null) return { type: typeof value };
  const members = Object.entries(value).map(([key, member]): [string, Schema] => [
    key,
    more[key] ?? schemaOf(member, path === '' ? key : `${path}.${key}`),
  ]);
  if (members.length === 0) return { type: 'object' };
  return {
    type: 'object',
    properties: { ...more, ...Object.fromEntries(members) },
    additionalProperties: false,
  };
}

import { expect } from 'bun:test';
import { $ } from 'bun';
import type { Json } from '../kit/json.ts';
import { kubeTools } from '../kit/kube-tools.ts';
import { ROOT } from './files.ts';
import { objectsOf } from './sound.ts';

/** Where the Helm chart is, from the root of the repository. */
export const CHART = 'deploy/helm/llm-proxy';

/** The path of Helm; empty where there is none, and the reason is printed. */
export const helm = (await kubeTools())?.helm ?? '';

/** What all optional parts need to be told, and all of them on. */
export const EVERYTHING = {
  config: {
    backends: [
      { name: 'openai', url: 'https://api.openai.com/v1', api_key: 'file:/run/secrets/llm-proxy/openai' },
      { name: 'vllm', url: 'http://vllm.models.svc:8000/v1', timeout: { total_timeout: '20m' } },
      { name: 'tgi', url: 'http://tgi.models.svc/v1' },
    ],
    models: {
      'gpt-5': { routes: ['openai', 'vllm', 'tgi'].map((backend) => ({ backend, model: 'gpt-5' })) },
    },
    server: { max_body_mb: 20 },
  },
  secret: { values: { openai: 'sk-test' } },
  image: { digest: `sha256:${'0'.repeat(64)}` },
  imagePullSecrets: [{ name: 'registry' }],
  autoscaling: { enabled: true },
  serviceAccount: { annotations: { a: 'b' } },
  service: { type: 'LoadBalancer', annotations: { a: 'b' }, loadBalancerSourceRanges: ['10.0.0.0/8'] },
  ingress: {
    enabled: true,
    className: 'nginx',
    annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt' },
    hosts: ['llm.example.com', 'llm2.example.com'],
    paths: ['/v1', '/v1beta'],
    tlsSecret: 'tls',
  },
  httpRoute: { enabled: true, annotations: { a: 'b' }, hostnames: ['llm.example.com'], parentRefs: [{ name: 'g' }] },
  networkPolicy: {
    from: [{ podSelector: {} }],
    extraEgress: [{ ports: [{ port: 3128, protocol: 'TCP' }] }],
  },
  metrics: {
    serviceMonitor: { enabled: true, labels: { release: 'x' } },
    prometheusRule: { enabled: true },
    dashboard: { enabled: true },
  },
  podLabels: { team: 'ai' },
  podAnnotations: { a: 'b' },
  extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }],
  extraEnvFrom: [{ secretRef: { name: 'more' } }],
  extraVolumes: [{ name: 'prompts', configMap: { name: 'prompts' } }],
  extraVolumeMounts: [{ name: 'prompts', mountPath: '/etc/llm-proxy-prompts', readOnly: true }],
  extraContainers: [{ name: 'side', image: 'side:1' }],
  priorityClassName: 'high',
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'ai', operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
};

/** What Helm makes of values: objects, or its complaint. */
export type Rendered = { readonly objects: Json[] } | { readonly complaint: string };

/** What `helm template` makes of the values. */
export async function rendered(given: object, release = 'llm-proxy'): Promise<Rendered> {
  const stdin = Buffer.from(JSON.stringify(given));
  const { exitCode, stdout, stderr } =
    await $`${helm} template ${release} ${CHART} --namespace ai --values - < ${stdin}`.cwd(ROOT).quiet().nothrow();
  return exitCode === 0 ? { objects: objectsOf(stdout.toString()) } : { complaint: stderr.toString() };
}

/** The objects that it makes of the values, which it has to like. */
export async function render(given: object, release?: string): Promise<Json[]> {
  const made = await rendered(given, release);
  if ('complaint' in made) throw new Error(made.complaint);
  return made.objects;
}

/** Why it makes none of the values. */
export async function complaintAbout(given: object, release?: string): Promise<string> {
  const made = await rendered(given, release);
  expect(Object.keys(made)).toEqual(['complaint']);
  return 'complaint' in made ? made.complaint : '';
}

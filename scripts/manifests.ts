// Writes the manifests of deploy/kubernetes that the Helm chart has as templates: what it renders, less what is Helm's own.
import { join } from 'node:path';
import { $ } from 'bun';
import { parse } from 'yaml';
import { kubeTools } from '../test/kit/kube-tools.ts';
import { formatted } from './formatted.ts';

/** A file of deploy/kubernetes. */
interface Manifest {
  readonly name: string;
  readonly text: string;
}

const ROOT = join(import.meta.dir, '..');
const CHART = 'deploy/helm/llm-proxy';
const FOLDER = 'deploy/kubernetes';

/** What the folder has from the chart. The config and the Secret are the reader's to write. */
const TEMPLATES = [
  'deployment',
  'poddisruptionbudget',
  'serviceaccount',
  'service',
  'service-metrics',
  'networkpolicy',
  'servicemonitor',
  'ingress',
  'httproute',
];

/** The chart with all that the folder offers; the host and the Gateway are to be replaced. */
const VALUES = {
  secret: { existing: 'llm-proxy' },
  metrics: { serviceMonitor: { enabled: true } },
  ingress: { enabled: true, className: 'nginx', hosts: ['llm.example.com'], tlsSecret: 'llm-proxy-tls' },
  httpRoute: {
    enabled: true,
    hostnames: ['llm.example.com'],
    parentRefs: [{ name: 'public', namespace: 'gateways' }],
  },
};

/** The manifests as they have to be, made by Helm. */
export async function manifests(helm: string): Promise<Manifest[]> {
  const rendered = await $`${helm} template llm-proxy ${CHART} --values -  < ${Buffer.from(JSON.stringify(VALUES))}`
    .cwd(ROOT)
    .text();
  return Promise.all(
    TEMPLATES.map(async (name) => {
      const source = `# Source: llm-proxy/templates/${name}.yaml\n`;
      const [, text] =
        rendered
          .split(/^---\n/m)
          .find((one) => one.startsWith(source))
          ?.split(source) ?? [];
      if (text === undefined) throw new Error(`the chart renders no ${name}.yaml`);
      const own = text.replaceAll(/^ *(?:helm\.sh\/chart|app\.kubernetes\.io\/managed-by): .*\n/gm, '');
      const path = `${FOLDER}/${name}.yaml`;
      const plain = unquoted(own);
      return { name: path, text: await formatted(path, `# Generated from ${CHART} by \`make manifests\`.\n${plain}`) };
    }),
  );
}

/** Without the quotes of words that are texts without them as well: the chart quotes every value, whatever it may be. */
function unquoted(text: string): string {
  return text.replaceAll(/"([a-zA-Z/][\w./:-]*)"/g, (quoted, word: string) =>
    parse(word, { version: '1.1' }) === word ? word : quoted,
  );
}

if (import.meta.main) {
  const tools = await kubeTools();
  if (tools === undefined) process.exit(1);
  for (const { name, text } of await manifests(tools.helm)) await Bun.write(join(ROOT, name), text);
}

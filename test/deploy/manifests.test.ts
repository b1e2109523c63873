// The plain manifests of deploy/kubernetes: what the chart renders, sound together, and buildable by kustomize.
import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { $ } from 'bun';
import packageJson from '../../package.json';
import { manifests } from '../../scripts/manifests.ts';
import type { Json } from '../kit/json.ts';
import { kubeTools } from '../kit/kube-tools.ts';
import { loadConfig, longestRequestMs, read, ROOT } from './files.ts';
import { configOf, expectSound, kindsOf, objectsOf, only } from './sound.ts';

const FOLDER = 'deploy/kubernetes';
const tools = await kubeTools();
const [kustomization] = objectsOf(read(`${FOLDER}/kustomization.yaml`));
const listed: string[] = kustomization.resources;
/** Offered in comments, for clusters that have what they need. */
const optional = [...read(`${FOLDER}/kustomization.yaml`).matchAll(/^ {2}# - (\S+\.yaml)/gm)].map(([, name]) => name);
const secret = objectsOf(read(`${FOLDER}/secret.example.yaml`))[0];

/** What kustomize makes of the folder, read without it. */
const applied = [
  ...listed.flatMap((name) => objectsOf(read(`${FOLDER}/${name}`))),
  ...kustomization.configMapGenerator.map(({ name, files }: Json) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: Object.fromEntries(files.map((file: string) => [file, read(`${FOLDER}/${file}`)])),
  })),
];
const all = [...applied, ...optional.flatMap((name) => objectsOf(read(`${FOLDER}/${name}`)))];

describe('deploy/kubernetes', () => {
  test('lists every manifest, and applying it overwrites no Secret', () => {
    const files = readdirSync(`${ROOT}/${FOLDER}`).filter((name) => name.endsWith('.yaml'));
    const own = ['kustomization.yaml', 'config.yaml', 'secret.example.yaml'];
    expect(new Set([...listed, ...optional, ...own])).toEqual(new Set(files));
    expect(applied.map(({ kind }) => kind)).not.toContain('Secret');
  });

  test('is sound, with all that it offers', () => expectSound(all));

  test('the example of the Secret has the keys that the config names, and is good enough for a try', () => {
    const { files } = configOf(applied);
    const { volumes } = only(applied, 'Deployment').spec.template.spec;
    expect(volumes[1].secret.secretName).toBe(secret.metadata.name);
    for (const file of files) expect(Object.keys(secret.stringData)).toContain(file.split('/').at(-1) ?? '');
    expect(secret.stringData['server-secret'].length).toBeGreaterThanOrEqual(32);
  });

  test('drains as long as a request may take', () => {
    const { config } = loadConfig(read(`${FOLDER}/config.yaml`));
    expect(config.server.shutdown_timeout).toBe(longestRequestMs(config));
  });

  test('runs the image of this version', () => {
    expect(kustomization.images).toEqual([{ name: 'ghcr.io/llm-proxy/llm-proxy', newTag: packageJson.version }]);
    const { image } = only(applied, 'Deployment').spec.template.spec.containers[0];
    expect(image).toBe(`ghcr.io/llm-proxy/llm-proxy:${packageJson.version}`);
  });

  test.skipIf(tools === undefined)('is what the chart renders (`make manifests`)', async () => {
    for (const { name, text } of await manifests(tools?.helm ?? '')) expect([name, read(name)]).toEqual([name, text]);
  });

  test.skipIf(tools === undefined)('the config is what the chart makes of its defaults', async () => {
    const rendered = await $`${tools?.helm} template llm-proxy deploy/helm/llm-proxy`.cwd(ROOT).text();
    expect(configOf(applied).config).toEqual(configOf(objectsOf(rendered)).config);
  });

  test.skipIf(tools === undefined)('kustomize builds it', async () => {
    const built = objectsOf(await $`${tools?.kubectl} kustomize ${FOLDER}`.cwd(ROOT).text());
    expect(kindsOf(built)).toEqual(kindsOf(applied));
    expectSound(built);
  });
});

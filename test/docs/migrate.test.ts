// docs/migrate.md: its configs pass the gateway's own check, and what it names of the config exists.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startGateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { blocksOf, brokenLinks, expectInOrder, promisedOutput } from './blocks.ts';
import { hasCurl, runBlock } from './example.ts';

const ROOT = join(import.meta.dir, '../..');
const page = readFileSync(join(ROOT, 'docs/migrate.md'), 'utf8');
const schema: Json = JSON.parse(readFileSync(join(ROOT, 'config.schema.json'), 'utf8'));
const blocks = blocksOf(page);
const configs = blocks.filter(({ title }) => title === 'config.yaml');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llm-proxy-migrate-'));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const account = {
    type: 'service_account',
    client_email: 'gateway@my-project.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
  writeFileSync(join(folder, 'vertex.json'), JSON.stringify(account), { mode: 0o600 });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the configs', () => {
  test('there is one for each gateway, and one with keys', () => expect(configs).toHaveLength(4));

  test.each(configs.map((block) => [block.line, block.text] as const))(
    'line %d passes `llm-proxy check` without a warning',
    async (line, text) => {
      writeFileSync(join(folder, `${line}.yaml`), text);
      const { code, stdout, stderr } = await check(`${line}.yaml`, variablesOf(text));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('is valid');
      expect(stdout).not.toContain('warning');
    },
  );

  test('without its variables a config is refused, so they were looked at', async () => {
    writeFileSync(join(folder, 'bare.yaml'), configs[0]?.text ?? '');
    expect(await check('bare.yaml', {})).toMatchObject({ code: 1 });
  });

  test('every model name of the LiteLLM config is an alias afterwards, with as many routes', () => {
    const before: Json = parse(blocks.find(({ text }) => text.startsWith('model_list:'))?.text ?? '');
    const after: Json = parse(configs[0]?.text ?? '');
    const names: string[] = before.model_list.map(({ model_name: name }: Json) => name);
    for (const name of names) {
      expect(after.models[name]?.routes).toHaveLength(names.filter((other) => other === name).length);
    }
    for (const name of Object.keys(before.router_settings.model_group_alias)) expect(after.models).toHaveProperty(name);
  });
});

test('every config key that is named exists', () => {
  const sections = Object.keys(schema.properties);
  const named = [...page.matchAll(/`([a-z_]+(?:\[\])?(?:\.[\w<>]+(?:\[\])?)*)`/g)].map(([, name = '']) => name);
  const keys = named.filter((name) => sections.includes(/^[a-z_]+/.exec(name)?.[0] ?? '') && /[.[]/.test(name));
  expect(keys.length).toBeGreaterThan(40);
  expect(keys.filter((key) => !exists(key))).toEqual([]);
});

test('every link leads somewhere', () => expect(brokenLinks(page, join(ROOT, 'docs'))).toEqual([]));

test.skipIf(!hasCurl)('the comparison of two gateways works', async () => {
  const block = blocks.find(({ text }) => promisedOutput(text).length > 0);
  if (block === undefined) throw new Error('there is no comparison');
  const config = {
    proxy_api_key: 'sk-the-same-for-both',
    backends: [{ name: 'demo', url: 'demo:' }],
    models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
  };
  const [old, next] = await Promise.all([startGateway({ config }), startGateway({ config })]);
  try {
    const text = block.text.replace('http://127.0.0.1:4000', old.url);
    const printed = await runBlock({ ...block, text }, blocks, { url: next.url, key: 'sk-the-same-for-both' });
    expectInOrder(printed, promisedOutput(text));
    expect(printed).toContain(old.url);
    expect(printed).toContain(next.url);
  } finally {
    await Promise.all([old.stop(), next.stop()]);
  }
});

async function check(file: string, env: Record<string, string>) {
  const child = Bun.spawn([process.execPath, join(ROOT, 'src/main.ts'), 'check', '-c', file], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, stdout, stderr };
}

/** A value for each variable that a config asks for. */
function variablesOf(text: string): Record<string, string> {
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  const own = Object.fromEntries(names.map((name) => [name, `sk-the-value-of-${name.toLowerCase()}`]));
  return { ...own, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'the-secret-of-the-example' };
}

/** Whether the schema has a key, written as the reference writes it: `backends[].timeout.read_timeout`, `models.<name>.routes[]`. */
function exists(key: string): boolean {
  let at: Json = schema;
  for (const step of key.split('.')) {
    const name = step.replace('[]', '');
    at = resolved(at);
    at = /^<.*>$/.test(name) ? at?.additionalProperties : at?.properties?.[name];
    if (at === undefined) return false;
    if (step.endsWith('[]')) at = resolved(at).items;
  }
  return at !== undefined;
}

function resolved(node: Json): Json {
  if (node?.$ref !== undefined) {
    const path: string[] = node.$ref.replace('#/', '').split('/');
    return path.reduce((at: Json, step) => at?.[step], schema);
  }
  // A section may also be left empty.
  return node?.anyOf?.map(resolved).find((one: Json) => one.type === 'object' || one.type === 'array') ?? node;
}

// The examples of docs/clients.md, run word for word against a gateway with a key and one without. curl and the packages
// of this project always run, everything else where LLM_PROXY_CLIENTS names a folder that holds the clients. The examples
// of its translation are the same, which translations.test.ts holds.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOML } from 'bun';
import { parse as parseYaml } from 'yaml';
import { devDependencies } from '../../package.json';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { anchorsOf, blocksOf, brokenLinks, expectInOrder, promisedOutput } from './blocks.ts';
import { CLIENTS, hasCurl, needsNoClients, runBlock } from './example.ts';
import type { Target } from './example.ts';

const DOCS = join(import.meta.dir, '../../docs');
const KEY = 'sk-clients-of-the-gateway';
/** Agents and frameworks take their time. */
const TIMEOUT_MS = 240_000;
const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  json: (text) => JSON.parse(text),
  yaml: (text) => parseYaml(text),
  toml: (text) => TOML.parse(text),
};

const text = readFileSync(join(DOCS, 'clients.md'), 'utf8');
const blocks = blocksOf(text);
const examples = blocks.filter((block) => promisedOutput(block.text).length > 0);

if (CLIENTS === undefined) {
  const left = examples.filter((block) => !needsNoClients(block));
  const sections = new Set(left.map(({ section }) => section));
  console.warn(`LLM_PROXY_CLIENTS names no folder of clients (CONTRIBUTING.md). Not run: ${[...sections].join(', ')}.`);
}

const gateways: Gateway[] = [];
let targets: readonly Target[];

beforeAll(async () => {
  const config = {
    backends: [{ name: 'demo', url: 'demo:' }],
    models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
  };
  const [open, closed] = await Promise.all([
    startGateway({ config }),
    startGateway({ config: { proxy_api_key: KEY, ...config } }),
  ]);
  gateways.push(open, closed);
  targets = [
    { url: open.url, key: 'none' },
    { url: closed.url, key: KEY },
  ];
});

afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
});

describe('an example', () => {
  for (const block of examples) {
    const runs = needsNoClients(block) ? block.language !== 'sh' || hasCurl : CLIENTS !== undefined;
    test.skipIf(!runs)(
      `line ${block.line}, ${block.section}`,
      async () => {
        for (const printed of await Promise.all(targets.map((target) => runBlock(block, blocks, target)))) {
          expectInOrder(printed, promisedOutput(block.text));
        }
      },
      TIMEOUT_MS,
    );
  }

  test('with a wrong key is refused: the right one was looked at', async () => {
    const block = examples.find(({ text: example }) => example.includes("from 'openai'"));
    const target = targets[1];
    if (block === undefined || target === undefined) throw new Error('there is no example of the OpenAI SDK');
    const refused = runBlock(block, blocks, { ...target, key: 'sk-of-somebody-else' });
    expect(await refused.catch(String)).toContain('invalid_api_key');
  });

  test('that is a file of settings can be read', () => {
    const files = blocks.filter(({ title }) => title !== undefined);
    expect(files.length).toBeGreaterThan(5);
    for (const { language, text: content } of files) {
      expect(PARSERS[language]?.(content)).toBeObject();
    }
  });
});

describe.each(['clients.md', 'clients.zh-CN.md'])('%s', (name) => {
  const page = readFileSync(join(DOCS, name), 'utf8');

  test('every link leads somewhere', () => expect(brokenLinks(page, DOCS)).toEqual([]));

  test('the contents name every section', () => {
    const contents = page.slice(0, page.indexOf('\n## '));
    for (const anchor of anchorsOf(page.slice(page.indexOf('\n## ')))) expect(contents).toContain(`](#${anchor})`);
  });

  test('the versions that were tried are those that this project has', () => {
    for (const [client, version] of Object.entries(devDependencies)) {
      if (!page.includes(`from '${client}'`)) continue;
      expect(page.slice(page.lastIndexOf('\n## '))).toContain(`\`${client}\` ${version}`);
    }
  });
});

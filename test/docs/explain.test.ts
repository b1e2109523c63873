// Every example of docs/explain.md, tried: what the command prints, and what the calls answer.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain } from '../../src/commands/explain.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { hasTool } from '../kit/required-tool.ts';
import { runCommand } from '../kit/run-command.ts';
import { blocksOf, brokenLinks, expectInOrder, promisedOutput } from './blocks.ts';

const DOCS = join(import.meta.dir, '../../docs');
const PAGE = readFileSync(join(DOCS, 'explain.md'), 'utf8');
const BLOCKS = blocksOf(PAGE);
const ENV = {
  ADMIN_KEY: 'admin-key-of-the-page',
  CI_KEY: 'ci-key-of-the-page-1',
  ANTHROPIC_API_KEY: 'sk-ant-of-the-page-1',
};
const CALLS = BLOCKS.filter(({ language }) => language === 'sh');
const hasTools = (await hasTool('curl')) && (await hasTool('jq'));

const file = (name: string): string => BLOCKS.find(({ title }) => title === name)?.text ?? '';

let dir: string;
let gateway: Gateway;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-explain-page-'));
  for (const name of ['config.yaml', 'request.json']) writeFileSync(join(dir, name), file(name));
  gateway = await startGateway({ config: file('config.yaml'), env: ENV });
});

afterAll(async () => {
  await gateway.stop();
  rmSync(dir, { recursive: true });
});

test('the command prints what the page shows', async () => {
  const block = BLOCKS.find(({ language }) => language === 'text')?.text ?? '';
  const [command = '', ...shown] = block.trimEnd().split('\n');
  const words = command.replace('$ llm-proxy explain ', '').split(' ');
  const inFolder = words.map((word) => (word === 'request.json' ? join(dir, word) : word));
  const { out } = await runCommand(explain, [...inFolder, '-c', join(dir, 'config.yaml')], ENV);
  expect(out.map((line) => line.replace(join(dir, 'config.yaml'), 'config.yaml'))).toEqual(shown);
});

test.skipIf(!hasTools).each(CALLS.map((block, at): [string, number] => [`${at}: ${block.section}`, at]))(
  'the calls answer what the page says (%s)',
  async (_name, at) => {
    const { text = '' } = CALLS[at] ?? {};
    const script = text.replaceAll('http://127.0.0.1:8765', gateway.url);
    const child = Bun.spawn(['bash', '-euo', 'pipefail', '-c', script], {
      env: { ...ENV, PATH: process.env['PATH'] ?? '' },
      stderr: 'inherit',
    });
    const printed = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    const promises = promisedOutput(text);
    expect(promises.length).toBeGreaterThan(0);
    expectInOrder(printed, promises);
  },
);

test('its links lead somewhere', () => expect(brokenLinks(PAGE, DOCS)).toEqual([]));

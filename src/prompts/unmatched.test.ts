import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../test/kit/run-command.ts';
import { check } from '../commands/check.ts';

const folder = mkdtempSync(join(tmpdir(), 'llm-proxy-unmatched-'));
afterAll(() => rmSync(folder, { recursive: true }));

const dir = join(folder, 'prompts');
const config = join(folder, 'config.yaml');

/** The warnings of `check` with these prompt files. */
async function told(files: Record<string, string>): Promise<string[]> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, 'openai'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const alias = '{routes: [{backend: d, model: demo}]}';
  writeFileSync(
    config,
    `listen: 127.0.0.1:1
proxy: {enable_system_prompt: true, system_prompt_dir: prompts}
backends: [{name: d, url: "demo:"}]
models: {support: ${alias}, sales-de: ${alias}, "openai/*": ${alias}}
`,
  );
  const { code, err } = await runCommand(check, ['-c', config]);
  expect(code).toBe(0);
  return err.map((line) => line.replace(`${dir}/`, ''));
}

const head = (models: string): string => `---\nmodels: [${models}]\n---\nBe brief.`;

test('a prompt for an alias that does not exist is told, with names that are near', async () => {
  expect(
    await told({ 'suport.txt': 'x', 'nosuch.txt': 'x', 'a.md': head('nope-*'), 'b.md': head('sales-d, support') }),
  ).toEqual([
    'warning: system prompt a.md: no alias matches nope-*: it applies to no request',
    'warning: system prompt b.md: there is no alias sales-d (did you mean sales-de?): the name has no effect',
    'warning: system prompt nosuch.txt: there is no alias nosuch: it applies to no request',
    'warning: system prompt suport.txt: there is no alias suport (did you mean support?): it applies to no request',
  ]);
});

test('one that is for an alias, for what a wildcard covers or for all is not', async () => {
  expect(
    await told({
      'support.txt': 'x',
      'openai/gpt-4o.txt': 'x',
      'a.md': head('sales-*'),
      'b.md': head('"*"'),
      'c.md': head('openai/gpt-*, "*-mini", "o*"'),
      'd.md': '---\nenabled: false\nmodels: [gone]\n---\nx',
      'e.md': 'no head',
    }),
  ).toEqual([]);
});

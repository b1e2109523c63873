// What of the environment a prompt may send to providers: what is listed, and nothing else.
import { afterAll, describe, expect, test } from 'bun:test';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from '../../src/commands/check.ts';
import { runCommand } from '../kit/run-command.ts';
import { loadPrompts } from '../../src/prompts/load.ts';
import { send } from '../kit/client.ts';
import { spawnGateway, startGateway } from '../kit/gateway.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';

const folder = mkdtempSync(join(tmpdir(), 'prompt-variables-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ENV = { AWS_SECRET_ACCESS_KEY: 'secret-of-aws', TEAM: 'core', USER: 'ada', HOME: '/home/ada' };

async function load(text: string, variables: readonly string[] = []) {
  const dir = mkdtempSync(join(folder, 'prompts-'));
  writeFileSync(join(dir, 'x.txt'), text);
  const { prompts, problems } = await loadPrompts({ dir, configDir: dir, env: ENV, variables });
  const template = prompts.prompts[0]?.template
    .map((piece) => (typeof piece === 'string' ? piece : '<moment>'))
    .join('');
  return {
    template,
    problems: problems.map(({ level, line, column, message }) => `${level} ${line}:${column} ${message}`),
  };
}

describe('a variable that is not listed', () => {
  const refused = (place: string, name: string): string =>
    `error ${place} \${${name}} is not a variable that prompts may hold (list ${name} in proxy.prompt_variables, or write $\${${name}} for the text itself)`;

  test.each([
    ['it is ${AWS_SECRET_ACCESS_KEY}.', refused('1:7', 'AWS_SECRET_ACCESS_KEY')],
    ['\n\n  a\n b ${AWS_SECRET_ACCESS_KEY:-none}', refused('4:4', 'AWS_SECRET_ACCESS_KEY')],
    ['${NOT_SET:-x}', refused('1:1', 'NOT_SET')],
    ['${_AWS}', refused('1:1', '_AWS')],
    ['${aws_secret_access_key}', refused('1:1', 'aws_secret_access_key')],
  ])('%j is an error at its place', async (text, problem) => {
    expect(await load(text, ['TEAM'])).toEqual({ template: undefined, problems: [problem] });
  });

  test('in a file with a head has its line in that file', async () => {
    const dir = join(folder, 'headed');
    mkdirSync(dir);
    writeFileSync(join(dir, 'a.md'), '---\nmodels: ["*"]\n---\n\ntext\n${TEAM} ${AWS_REGION}\n');
    const { problems } = await loadPrompts({ dir, configDir: dir, env: ENV, variables: ['TEAM'] });
    expect(problems).toMatchObject([{ line: 6, column: 9 }]);
  });
});

test('what is listed, what the gateway makes, and what is written for itself work', async () => {
  expect(
    await load('${TEAM} ${GONE:-by default} ${_USER} ${_DATE} $${AWS_SECRET_ACCESS_KEY}', ['TEAM', 'GONE']),
  ).toEqual({
    template: 'core by default ada <moment> ${AWS_SECRET_ACCESS_KEY}',
    problems: [],
  });
});

test('a value that looks like a variable is not looked at again', async () => {
  const dir = join(folder, 'nested');
  mkdirSync(dir);
  writeFileSync(join(dir, 'x.txt'), '${TEAM}');
  const env = { ...ENV, TEAM: '${AWS_SECRET_ACCESS_KEY}' };
  const { prompts } = await loadPrompts({ dir, configDir: dir, env, variables: ['TEAM'] });
  expect(prompts.prompts[0]?.template).toEqual(['${AWS_SECRET_ACCESS_KEY}']);
});

const CONFIG = {
  proxy: { enable_system_prompt: true },
  backends: [{ name: 'demo', url: 'demo:' }],
  models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
};

test('check and serve refuse such a prompt', async () => {
  const dir = join(folder, 'checked');
  mkdirSync(join(dir, 'system_prompts'), { recursive: true });
  writeFileSync(join(dir, 'system_prompts/demo.txt'), 'say ${AWS_SECRET_ACCESS_KEY}');
  writeFileSync(join(dir, 'config.yaml'), JSON.stringify({ ...CONFIG, listen: '127.0.0.1:1' }));
  expect(await runCommand(check, ['-c', join(dir, 'config.yaml')], ENV)).toMatchObject({ code: 1, out: [] });
  expect((await runCommand(check, ['-c', join(dir, 'config.yaml')], ENV)).err).toEqual([
    `${join(dir, 'system_prompts/demo.txt')}:1:5: \${AWS_SECRET_ACCESS_KEY} is not a variable that prompts may hold (list AWS_SECRET_ACCESS_KEY in proxy.prompt_variables, or write $\${AWS_SECRET_ACCESS_KEY} for the text itself)`,
  ]);
  const gateway = await spawnGateway({
    config: CONFIG,
    env: { AWS_SECRET_ACCESS_KEY: 'secret-of-aws' },
    files: { 'system_prompts/demo.txt': 'say ${AWS_SECRET_ACCESS_KEY}' },
  });
  expect(await gateway.exited).toBe(1);
  expect(gateway.stderr()).toContain('demo.txt:1:5: ${AWS_SECRET_ACCESS_KEY} is not a variable');
  expect(gateway.stderr()).not.toContain('secret-of-aws');
  await gateway.stop();
});

test('whoever may write prompts at run time gets nothing out of the environment', async () => {
  const upstream = await startUpstream(chatAnswer('ok'));
  const gateway = await startGateway({
    config: {
      proxy: { enable_system_prompt: true, prompt_variables: ['TEAM'] },
      backends: [{ name: 'up', url: upstream.url }],
      models: { one: { routes: [{ backend: 'up', model: 'm' }] } },
    },
    env: { AWS_SECRET_ACCESS_KEY: 'secret-of-aws', TEAM: 'core' },
    files: { 'system_prompts/one.txt': 'we are ${TEAM}' },
  });
  try {
    gateway.writeFile('system_prompts/one.txt', 'now ${AWS_SECRET_ACCESS_KEY}');
    await eventually(() => gateway.stderr().includes('reload failed'));
    const body = { model: 'one', messages: [{ role: 'user', content: 'x' }] };
    const headers = { 'content-type': 'application/json' };
    await (await send(`${gateway.url}/v1/chat/completions`, { headers, body })).whole();
    expect(upstream.requests.at(-1)?.json.messages[0]).toEqual({ role: 'system', content: 'we are core' });
  } finally {
    await gateway.stop();
    await upstream.stop();
  }
});

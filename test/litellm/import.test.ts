// `llm-proxy import litellm`, on configs of the structure of public examples, and whether what it writes serves.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { UsageError } from '../../src/commands/command.ts';
import { importConfig } from '../../src/commands/import/import.ts';
import { PROVIDERS } from '../../src/commands/import/litellm/providers.ts';
import { VENDORS } from '../../src/vendors/vendors.ts';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, json } from '../kit/replies.ts';
import { runCommand } from '../kit/run-command.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';

const CONFIGS = join(import.meta.dir, 'configs');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llm-proxy-import-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Imported {
  readonly code: number;
  readonly config: Json;
  /** What is told, by how it was taken. */
  readonly list: { readonly [taken: string]: readonly string[] };
  readonly told: string;
}

async function imported(name: string): Promise<Imported> {
  const { code, out, err } = await runCommand(importConfig, ['litellm', join(CONFIGS, name)]);
  const list: Record<string, string[]> = {};
  let taken = '';
  for (const line of err) {
    if (line.startsWith('  ')) (list[taken] ??= []).push(line.trim());
    else taken = line.split(/[ :,]/).slice(0, 2).join(' ');
  }
  return { code, config: parse(out.join('\n')), list, told: [...out, ...err].join('\n') };
}

describe("LiteLLM's example of a proxy server", () => {
  let result: Imported;
  beforeAll(async () => {
    result = await imported('proxy-server.yaml');
  });

  test('becomes backends that are the same for all that share an account', () => {
    expect(result.code).toBe(0);
    expect(result.config).toMatchObject({ listen: ':4000', proxy_api_key: '${LITELLM_MASTER_KEY}' });
    expect(result.config.backends.map(({ name }: Json) => name)).toEqual(
      'openai azure openai-2 local local-2 anthropic groq mistral'.split(' '),
    );
    expect(result.config.backends[1]).toEqual({
      name: 'azure',
      vendor: 'azure',
      url: 'https://tests-of-ours.openai.azure.com',
      api_version: '2024-10-21',
      api_key: '${AZURE_API_KEY}',
    });
    expect(result.config.backends[2].timeout).toEqual({ first_byte_timeout: '60s', total_timeout: '300s' });
  });

  test('becomes aliases with routes, wildcards and second names', () => {
    const { models } = result.config;
    expect(models['chat-eu'].routes).toEqual([
      { backend: 'openai', model: 'gpt-4o-mini' },
      { backend: 'azure', model: 'chat-deployment' },
    ]);
    expect(models['*'].routes).toEqual([{ backend: 'openai', model: '*' }]);
    expect(models['groq/*'].routes).toEqual([{ backend: 'groq', model: '*' }]);
    expect(models['another-name']).toEqual(models['local']);
    expect(models['local'].routes.map(({ weight }: Json) => weight)).toEqual([1000, 500]);
    expect(Object.keys(models)).not.toContain('on-sagemaker');
    expect(result.config.prices).toEqual({ 'azure/embedding-deployment': { like: 'azure/text-embedding-3-small' } });
  });

  test('has the retries, fallbacks and times of its settings', () => {
    expect(result.config.fallback).toEqual({ max_retries: 5, alias_fallback: { 'chat-eu': ['chat-large'] } });
    expect(result.config.timeout).toEqual({ total_timeout: '600s' });
  });

  test('is told of setting by setting', () => {
    const { 'Taken exactly': exactly, 'Taken nearly': nearly, 'Not taken': not } = result.list;
    expect(exactly).toContain('router_settings.model_group_alias.another-name: an alias with the same routes');
    expect(nearly).toContainEqual(expect.stringContaining('litellm_settings.context_window_fallbacks chat-eu: '));
    for (const place of [
      'model_list[3] on-sagemaker',
      'model_list[5] images',
      'model_list[9] broken mock_timeout',
      'router_settings.routing_strategy',
      'router_settings.redis_password',
      'general_settings.pass_through_endpoints',
    ])
      expect(not?.filter((line) => line.startsWith(`${place}: `))).toHaveLength(1);
    expect(result.told).toContain('16 settings taken exactly, 10 nearly, 19 not');
  });

  test('gives no secret away: variables stand for those in the file', () => {
    expect(result.told).toContain('OPENAI_API_KEY_2: the value of model_list[7] local api_key');
    expect(result.told).not.toMatch(/sk-4321|in-the-file/);
  });
});

describe("LiteLLM's example of a load balancer", () => {
  test('shares the load as there, with a backend for each key', async () => {
    const { code, config, list, told } = await imported('load-balancer.yaml');
    expect(code).toBe(0);
    expect(config.backends).toEqual([
      { name: 'openai', vendor: 'openai', api_key: '${OPENAI_API_KEY}' },
      { name: 'openai-2', vendor: 'openai', api_key: '${OPENAI_API_KEY_2}' },
      { name: 'openrouter', vendor: 'openrouter', api_key: '${OPENROUTER_API_KEY}' },
    ]);
    expect(config.models.chat.routes.map(({ weight }: Json) => weight)).toEqual([3, 6, 0]);
    expect(list['Not taken']).toContainEqual(expect.stringContaining('the provider `mistralai` is not known'));
    expect(told).not.toContain('in-the-file');
  });
});

describe("LiteLLM's example of wildcards", () => {
  test('takes prices exactly, clouds by their own settings, and tells of the rest', async () => {
    const { code, config, list } = await imported('wildcards.yaml');
    expect(code).toBe(0);
    expect(config.prices).toEqual({
      'gpu/llama': {
        input: '0.15',
        output: '0.6',
        cache_read: '0.000001',
        above: [{ tokens: 128_000, input: '0.3' }],
      },
    });
    expect(config.backends.slice(1)).toEqual([
      { name: 'bedrock', vendor: 'bedrock', region: '${AWS_REGION:-us-west-2}' },
      { name: 'bedrock-2', vendor: 'bedrock', region: 'eu-central-1' },
      { name: 'gpu', vendor: 'vllm', url: 'http://gpu.internal:8000/v1' },
      {
        name: 'vertex',
        vendor: 'vertex',
        project: '${VERTEXAI_PROJECT}',
        location: '${VERTEXAI_LOCATION:-us-central1}',
        credentials: 'file:${GOOGLE_APPLICATION_CREDENTIALS}',
      },
    ]);
    expect(config.models['in-frankfurt'].routes[0].model).toBe('anthropic.claude-3-haiku-20240307-v1:0');
    expect(config.fallback.alias_fallback['in-frankfurt']).toEqual(['anthropic/claude-haiku-4-5', 'gemini']);
    expect(config).toMatchObject({
      admin: { api_key: '${LITELLM_MASTER_KEY}' },
      data_dir: 'llm-proxy-data',
      concurrency: { enabled: true, max_requests: 100 },
      routing: { balance: 'latency' },
    });
    const not = list['Not taken'] ?? [];
    expect(not).toContainEqual(expect.stringContaining('priced input_cost_per_character: cannot be written exactly'));
    expect(not).toContainEqual(expect.stringContaining('fallbacks nobody: is no alias that was taken'));
  });
});

test('the example of docs/migrate.md becomes what stands below it', async () => {
  const page = readFileSync(join(import.meta.dir, '../../docs/migrate.md'), 'utf8');
  const [, before = '', after = ''] =
    /```yaml\n(model_list:.*?)```.*?```yaml title="config.yaml"\n(.*?)```/s.exec(page) ?? [];
  const file = join(folder, 'page.yaml');
  writeFileSync(file, before);
  const { code, out } = await runCommand(importConfig, ['litellm', file]);
  const [made, written]: Json[] = [parse(out.join('\n')), parse(after, { merge: true })];
  expect(code).toBe(0);
  expect(Object.keys(made.models).toSorted()).toEqual(Object.keys(written.models).toSorted());
  expect(made.fallback).toEqual(written.fallback);
  expect(made.routing).toEqual(written.routing);
});

test.each(VENDORS.map(({ name }) => name))('the vendor %s is found by its prefix', async (name) => {
  const prefixes = Object.entries(PROVIDERS).filter(([, { vendor }]) => vendor === name);
  expect(prefixes.length).toBeGreaterThan(0);
  const [file, target] = [join(folder, `${name}.yaml`), join(folder, `${name}-out.yaml`)];
  const models = prefixes.map(
    ([prefix]) => `  - {model_name: ${prefix}, litellm_params: {model: ${prefix}/some-model, api_key: os.environ/KEY}}`,
  );
  writeFileSync(file, `model_list:\n${models.join('\n')}\n`);
  expect(await runCommand(importConfig, ['litellm', file, '--out', target])).toMatchObject({ code: 0, err: [] });
  const config: Json = parse(readFileSync(target, 'utf8'));
  for (const backend of config.backends) expect(backend.vendor).toBe(name);
  for (const [prefix] of prefixes) expect(config.models[prefix].routes[0].model).toBe('some-model');
});

test('credentials under a name, anchors, and the names of APIs in models are followed', async () => {
  const file = join(folder, 'named.yaml');
  writeFileSync(
    file,
    `credential_list:
  - {credential_name: ours, credential_values: {api_key: os.environ/OUR_KEY, api_base: "https://llm.example.com/v1"}}
model_list:
  - model_name: one
    litellm_params: &params {model: openai/responses/gpt-5, litellm_credential_name: ours}
  - {model_name: two, litellm_params: {<<: *params, model: openai/gpt-5-mini}}
`,
  );
  const { code, out } = await runCommand(importConfig, ['litellm', file]);
  const config: Json = parse(out.join('\n'));
  expect([code, config.backends]).toEqual([
    0,
    [{ name: 'llm', url: 'https://llm.example.com/v1', api_key: '${OUR_KEY}' }],
  ]);
  expect([config.models.one.routes[0].model, config.models.two.routes[0].model]).toEqual(['gpt-5', 'gpt-5-mini']);
});

describe('a file', () => {
  test.each([
    ['nothing', '', 'is not a map of settings'],
    ['no config of LiteLLM', 'backends: []', 'has no `model_list`'],
    ['broken YAML', 'model_list:\n  - {a: [}', 'line 2 is not valid YAML'],
    [
      'nothing that can be taken',
      'model_list: [{model_name: a, litellm_params: {model: sagemaker/b}}]',
      'nothing of its',
    ],
  ])('with %s is refused, and nothing is written', async (_what, text, message) => {
    const [file, target] = [join(folder, 'refused.yaml'), join(folder, 'refused-out.yaml')];
    writeFileSync(file, text);
    const { code, err } = await runCommand(importConfig, ['litellm', file, '--out', target]);
    expect([code, err.join('\n')]).toEqual([1, expect.stringContaining(message)]);
    expect(existsSync(target)).toBe(false);
  });

  test('that does not exist, and one in the place of the result, are told', async () => {
    const absent = await runCommand(importConfig, ['litellm', join(folder, 'absent.yaml')]);
    expect([absent.code, absent.err.join('')]).toEqual([1, expect.stringContaining('does not exist')]);
    const target = join(folder, 'there.yaml');
    writeFileSync(target, 'mine');
    const { code, err } = await runCommand(importConfig, ['litellm', join(CONFIGS, 'wildcards.yaml'), '--out', target]);
    expect([code, err.join(''), readFileSync(target, 'utf8')]).toEqual([
      1,
      expect.stringContaining('exists already'),
      'mine',
    ]);
  });

  test('is needed, and so is the format', () => {
    expect(() => runCommand(importConfig, [])).toThrow(UsageError);
    expect(() => runCommand(importConfig, ['portkey', 'x'])).toThrow(UsageError);
    expect(() => runCommand(importConfig, ['litellm'])).toThrow(UsageError);
  });
});

test('what is imported serves: aliases, wildcards, other keys, fallbacks and prices', async () => {
  const [first, second] = await Promise.all([startUpstream(chatAnswer('first')), startUpstream(chatAnswer('second'))]);
  const [source, target] = [join(folder, 'serve.yaml'), join(folder, 'serve-out.yaml')];
  writeFileSync(
    source,
    `model_list:
  - {model_name: chat, litellm_params: {model: openai/gpt-5-mini, api_base: "${first.url}", api_key: os.environ/FIRST_KEY, order: 1}}
  - {model_name: chat, litellm_params: {model: hosted_vllm/llama, api_base: os.environ/SECOND_BASE, api_key: sk-in-the-file-77, order: 2}}
  - {model_name: other, litellm_params: {model: openai/broken, api_base: "${first.url}", api_key: os.environ/FIRST_KEY}}
  - {model_name: "own/*", litellm_params: {model: "openai/*", api_base: "${second.url}", api_key: none, extra_headers: {x-team: core, x-token: abcdefgh}}}
router_settings: {num_retries: 0, model_group_alias: {gpt-4: chat}, fallbacks: [{other: [own/rescue]}]}
general_settings: {master_key: os.environ/LITELLM_MASTER_KEY}
`,
  );
  const { code } = await runCommand(importConfig, ['litellm', source, '--out', target]);
  expect([code, statSync(target).mode & 0o777]).toEqual([0, 0o600]);
  expect(readFileSync(target, 'utf8')).not.toMatch(/in-the-file|abcdefgh/);
  const config = { ...(parse(readFileSync(target, 'utf8')) as object), listen: '127.0.0.1:0' };
  const env = {
    FIRST_KEY: 'sk-of-the-first-1234',
    HOSTED_VLLM_API_KEY: 'sk-of-the-second-1234',
    SECOND_BASE: second.url,
    LITELLM_MASTER_KEY: 'sk-master-of-litellm-1234',
    HEADER_X_TOKEN: 'token-of-the-team',
  };
  const gateway = await startGateway({ config, env });
  const ask = async (model: string): Promise<string> => {
    const headers = { authorization: `Bearer ${env.LITELLM_MASTER_KEY}` };
    const body = { model, messages: [{ role: 'user', content: 'Hi' }] };
    const answer: Json = await (await send(`${gateway.url}/chat/completions`, { headers, body })).json();
    return answer.choices?.[0].message.content ?? answer.error.code;
  };
  expect([await ask('chat'), await ask('gpt-4'), await ask('own/model-x')]).toEqual(['first', 'first', 'second']);
  expect(first.requests[0]?.path).toBe('/v1/chat/completions');
  expect(first.requests[0]?.headers['authorization']).toBe(`Bearer ${env.FIRST_KEY}`);
  expect([second.requests[0]?.headers['x-team'], second.requests[0]?.json.model]).toEqual(['core', 'model-x']);
  first.script(json(500, { error: { message: 'broken' } }));
  expect([await ask('chat'), await ask('other')]).toEqual(['second', 'second']);
  expect(second.requests.at(-2)?.headers['authorization']).toBe(`Bearer ${env.HOSTED_VLLM_API_KEY}`);
  await gateway.stop();
  await settled(first);
  await settled(second);
  await Promise.all([first.stop(), second.stop()]);
});

test('prompts that LiteLLM keeps beside what they cost are bodies of every model', async () => {
  const source = join(folder, 'bodies.yaml');
  const general = 'master_key: os.environ/K, store_prompts_in_spend_logs: true';
  const write = (more: string): void =>
    writeFileSync(
      source,
      `model_list: [{model_name: chat, litellm_params: {model: openai/gpt-5-mini, api_key: os.environ/FIRST_KEY}}]
general_settings: {${general}${more}}
`,
    );
  write(', database_url: os.environ/DATABASE_URL');
  const kept = await runCommand(importConfig, ['litellm', source]);
  expect(parse(kept.out.join('\n')).models.chat).toMatchObject({
    log_bodies: 'all',
    routes: [{ model: 'gpt-5-mini' }],
  });
  expect(kept.err.join('\n')).toContain('`log_bodies: all` of every model');
  write('');
  const without = await runCommand(importConfig, ['litellm', source]);
  expect(without.out.join('\n')).not.toContain('log_bodies');
  expect(without.err.join('\n')).toContain('there is no database to keep them in');
});

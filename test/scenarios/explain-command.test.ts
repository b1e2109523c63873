// `llm-proxy explain --model`: of a gateway that runs what it knows, without one what the config says.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { explain } from '../../src/commands/explain.ts';
import { send } from '../kit/client.ts';
import { findFreePort, startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer } from '../kit/replies.ts';
import { runCommand } from '../kit/run-command.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const KEY = 'admin-key-of-the-tests';
let upstream: Upstream;
let gateway: Gateway;
let dir: string;

const configWith = (url: string): object => ({
  admin: { api_key: KEY },
  keys: [{ name: 'ci', key: 'ci-key-of-the-tests', models: ['*'], rpm: 60, budgets: [{ usd: 5, per: 'day' }] }],
  backends: [
    { name: 'near', url, vendor: 'openai' },
    { name: 'far', url, vendor: 'anthropic' },
    { name: 'off', url, enabled: false },
  ],
  models: {
    fast: {
      routes: [
        { backend: 'near', model: 'gpt-4o-mini' },
        { backend: 'far', model: 'claude-haiku-4-5', priority: 2 },
        { backend: 'off', model: 'other', priority: 3 },
      ],
    },
  },
  fallback: { max_retries: 3 },
});

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-explain-'));
  upstream = await startUpstream(chatAnswer('hello'));
  gateway = await startGateway({ config: configWith(upstream.url) });
  writeFileSync(
    join(dir, 'request.json'),
    JSON.stringify({ messages: [{ role: 'user', content: 'Why is the sky blue?' }], logit_bias: { '1': 2 } }),
  );
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
  rmSync(dir, { recursive: true });
});

const run = async (...words: string[]) => {
  const { code, out, err } = await runCommand(explain, words);
  return { code, out: out.join('\n'), err: err.join('\n') };
};
const running = (...words: string[]) => run('-c', join(gateway.dir, 'config.yaml'), '--model', 'fast', ...words);

/** A config by which no gateway runs. */
async function configAlone(more: object = {}): Promise<string> {
  const path = join(dir, 'alone.yaml');
  writeFileSync(path, stringify({ listen: `127.0.0.1:${await findFreePort()}`, ...configWith(upstream.url), ...more }));
  return path;
}

describe('of the gateway that runs by the config', () => {
  test('it says what that knows, as text', async () => {
    const before = upstream.requests.length;
    const { code, out } = await running(join(dir, 'request.json'), '--key', 'ci');
    expect(out).toContain(`By the gateway at ${gateway.url}.`);
    expect(out).toContain('fast: asked for in openai-chat, from ci, about');
    expect(out).toMatch(/1 {2}near +gpt-4o-mini +fast +100 % +0\.\d+ to 0\.\d+ +The only open route/);
    expect(out).toMatch(/2 {2}far +claude-haiku-4-5 .* Translated to anthropic-messages\./);
    expect(out).toMatch(/off +other +fast +The route, or its backend, is switched off/);
    expect(out).toContain('far claude-haiku-4-5: logit_bias');
    expect(out).toMatch(/rate limit of the key ci +0 % +60 +60 requests per minute +1\n/);
    expect(out).toMatch(/budget key:ci\/usd-day +0 % +5 +5 USD per day +0\.\d+/);
    expect(out).not.toContain('`');
    expect([code, upstream.requests.length]).toEqual([0, before]);
  });

  test('it says that a backend is drained, and in JSON all that the admin API does', async () => {
    const headers = { authorization: `Bearer ${KEY}` };
    const steer = async (what: string): Promise<void> => {
      const answer = await send(`${gateway.url}/admin/backends/near/${what}`, { method: 'POST', headers });
      expect([answer.status, (await answer.whole()).text]).toEqual([200, expect.any(String)]);
    };
    await steer('drain');
    const drained: Json = JSON.parse((await running('--json')).out);
    expect([drained.live, drained.routes[0].backend, drained.routes[1].skipped]).toEqual([true, 'far', 'draining']);
    expect((await running()).out).toMatch(/near +gpt-4o-mini +fast +An operator has drained the backend\./);
    await steer('undrain');
    const body = { model: 'fast', dialect: 'gemini' };
    const asked = await send(`${gateway.url}/admin/explain`, { headers, body });
    const { out } = await running('--json', '--dialect', 'gemini');
    expect(JSON.parse(out)).toEqual(JSON.parse((await asked.whole()).text));
  });

  test('what would be refused ends with 1, and what the gateway refuses to explain is said', async () => {
    const refused = await run('-c', join(gateway.dir, 'config.yaml'), '--model', 'fst');
    expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('404 model_not_found')]);
    const unknown = await running('--key', 'cii');
    expect(unknown).toEqual({ code: 1, out: '', err: 'There is no caller cii. Did you mean ci?' });
    const wrongKey = await configAlone({ admin: { api_key: 'another-key-of-the-tests' } });
    const { code, err } = await run('-c', wrongKey, '--model', 'fast', '--url', gateway.url);
    expect([code, err]).toEqual([1, expect.stringContaining('key')]);
  });

  test('without a gateway at --url it fails, and with --offline it does not ask', async () => {
    const url = `http://127.0.0.1:${await findFreePort()}`;
    expect(await running('--url', url)).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining(`${url}/admin/explain does not answer: `),
    });
    expect((await running('--offline')).out).toContain('config.yaml alone');
  });
});

describe('of the config alone', () => {
  test('it says so, and opens no database', async () => {
    const path = await configAlone({ data_dir: './data', otel: { endpoint: 'http://127.0.0.1:9' } });
    const { code, out } = await run('-c', path, '--model', 'fast', '--key', 'ci');
    expect(out).toContain(`By ${path} alone, for no gateway that runs by it was asked.`);
    expect(out).toMatch(/1 {2}near +gpt-4o-mini/);
    expect(JSON.parse((await run('-c', path, '--model', 'fast', '--json')).out).live).toBe(false);
    expect(code).toBe(0);
    expect(await Bun.file(join(dir, 'data/llm-proxy.db')).exists()).toBe(false);
  });

  test.each([
    ['no-such-file.json', /no-such-file\.json: the file /],
    ['text.json', /text\.json is not JSON: /],
    ['list.json', /list\.json holds no JSON object: give the body as a client sends it/],
  ])('a request that cannot be read is said: %s', async (name, message) => {
    writeFileSync(join(dir, 'text.json'), 'hello');
    writeFileSync(join(dir, 'list.json'), '[1]');
    const { code, err } = await run('-c', await configAlone(), '--model', 'fast', join(dir, name));
    expect([code, err]).toEqual([1, expect.stringMatching(message)]);
  });

  test('a config with an error is said', async () => {
    const path = await configAlone({ nonsense: 1 });
    const { code, err } = await run('-c', path, '--model', 'fast');
    expect([code, err]).toEqual([1, expect.stringContaining('nonsense: unknown key')]);
  });
});

test('a command line that makes no sense is refused', async () => {
  await expect(run('--key', 'ci')).rejects.toThrow('--key needs --model');
  await expect(run('--model', 'fast', '--dialect', 'latin')).rejects.toThrow(
    '--dialect latin cannot be used: it is one of ',
  );
});

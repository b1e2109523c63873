import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { version } from '../../package.json';
import { send } from '../kit/client.ts';
import { findFreePort, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, chatEvents, manual, sse, status } from '../kit/replies.ts';
import { parseSse } from '../kit/sse.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-1234';
const AUTHORIZED = { authorization: `Bearer ${KEY}` };

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});

afterEach(async () => {
  await gateway.stop();
  await settled(upstream);
  upstream.script(chatAnswer('ok'));
});

afterAll(async () => upstream.stop());

/** A config that serves these aliases. */
function configOf(aliases: readonly string[], more: object = {}) {
  return {
    proxy_api_key: KEY,
    backends: [{ name: 'a', url: upstream.url }],
    models: Object.fromEntries(aliases.map((name) => [name, { routes: [{ backend: 'a', model: 'm' }] }])),
    ...more,
  };
}

async function aliases(url = gateway.url): Promise<string[]> {
  const models = await (await send(`${url}/v1/models`, { headers: AUTHORIZED })).json();
  return models.data.map(({ id }: Json) => id);
}

async function serves(...names: string[]): Promise<void> {
  await eventually(async () => (await aliases()).join() === names.join());
}

async function ask(model: string, more: object = {}) {
  const body = { model, messages: [{ role: 'user', content: 'hi' }], ...more };
  return await send(`${gateway.url}/v1/chat/completions`, { body, headers: AUTHORIZED });
}

async function reload(): Promise<{ status: number; outcome: Json }> {
  const answer = await send(`${gateway.url}/admin/reload`, { method: 'POST', headers: AUTHORIZED });
  return { status: answer.status, outcome: await answer.json() };
}

describe('a config file that changes is put into force by itself', () => {
  const write = (names: readonly string[]): string =>
    stringify({ listen: `127.0.0.1:${gateway.port}`, logging: { base_dir: './logs' }, ...configOf(names) });

  test('edited in place, then renamed over', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    gateway.writeConfig(configOf(['one', 'two']));
    await serves('one', 'two');
    writeFileSync(join(gateway.dir, 'config.yaml.tmp'), write(['three']));
    renameSync(join(gateway.dir, 'config.yaml.tmp'), join(gateway.dir, 'config.yaml'));
    await serves('three');
  });

  test('behind a symlink that is swapped, as Kubernetes does with a ConfigMap', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    const path = (name: string): string => join(gateway.dir, name);
    for (const [version, name] of [
      ['v1', 'two'],
      ['v2', 'three'],
    ] as const) {
      mkdirSync(path(version));
      writeFileSync(path(`${version}/config.yaml`), write([name]));
    }
    symlinkSync('v1', path('..data'));
    rmSync(path('config.yaml'));
    symlinkSync('..data/config.yaml', path('config.yaml'));
    await serves('two');
    symlinkSync('v2', path('..tmp'));
    renameSync(path('..tmp'), path('..data'));
    await serves('three');
  });

  test('a secret in a file of its own counts as part of it, and a new prompt file', async () => {
    gateway = await startGateway({
      config: configOf(['one'], {
        backends: [{ name: 'a', url: upstream.url, api_key: 'file:./secret' }],
        proxy: { enable_system_prompt: true },
      }),
      files: { secret: 'sk-first-00000001', 'system_prompts/other.txt': 'x' },
    });
    gateway.writeFile('secret', 'sk-second-0000002');
    await eventually(async () => {
      await ask('one');
      return upstream.requests.at(-1)?.headers['authorization'] === 'Bearer sk-second-0000002';
    });
    gateway.writeFile('system_prompts/one.txt', 'Be brief.');
    await eventually(async () => {
      await ask('one');
      return upstream.requests.at(-1)?.json.messages[0].content === 'Be brief.';
    });
    expect(gateway.stderr()).not.toContain('sk-second-0000002');
    const told = (change: string) => eventually(() => gateway.stderr().includes(`config: ${change}`));
    await told(`system prompt ${join(gateway.dir, 'system_prompts/one.txt')}: added`);
    gateway.writeFile('system_prompts/one.txt', 'Be brief, today: ${_DATE}');
    await told(`system prompt ${join(gateway.dir, 'system_prompts/one.txt')}: changed`);
    // What was not touched has not changed.
    expect((await reload()).outcome.changes).toEqual([]);
    rmSync(join(gateway.dir, 'system_prompts/one.txt'));
    await told(`system prompt ${join(gateway.dir, 'system_prompts/one.txt')}: removed`);
    expect(gateway.stderr()).not.toMatch(/config: system prompt .*other\.txt: /);
  });
});

describe('an invalid config', () => {
  test('changes nothing, and is told in the answer, the log, /admin/status and the metrics, as check tells it; to strangers nothing', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    gateway.writeConfig(configOf(['one'], { concurrensy: {}, backends: [{ name: 'a', url: 'nonsense' }] }));
    const { status, outcome } = await reload();
    expect(status).toBe(422);
    expect(outcome.result).toBe('refused');
    expect(outcome.problems).toHaveLength(2);
    expect(outcome.problems.join('\n')).toMatch(/config\.yaml:\d+:\d+ concurrensy: .*did you mean "concurrency"/);
    const check = Bun.spawnSync({
      cmd: [process.execPath, join(import.meta.dir, '../../src/main.ts'), 'check', '-c', 'config.yaml'],
      cwd: gateway.dir,
    });
    for (const problem of outcome.problems)
      expect(check.stdout.toString() + check.stderr.toString()).toContain(problem);
    const own = async (): Promise<Json> =>
      await (await send(`${gateway.url}/admin/status`, { headers: AUTHORIZED })).json();
    const state = { status: 'ready', reason: null, version: expect.stringContaining(version) };
    const { problems } = outcome;
    const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const refused = await own();
    expect(refused).toEqual({
      ...state,
      config: {
        file: 'config.yaml',
        valid: false,
        problems,
        loaded_at: TIME,
        last_reload: { at: TIME, why: expect.any(String), result: 'refused', problems },
      },
    });
    expect((await send(`${gateway.url}/admin/status`)).status).toBe(401);
    const ready = await send(`${gateway.url}/readyz`, { headers: AUTHORIZED });
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
    const metrics = await (await send(`${gateway.url}/metrics`, { headers: AUTHORIZED })).whole();
    expect(metrics.text).toContain('\nllm_proxy_config_valid 0\n');
    await eventually(() => gateway.stderr().includes('reload failed, the old config stays'));
    expect((await ask('one')).status).toBe(200);

    gateway.writeConfig(configOf(['one', 'two']));
    await serves('one', 'two');
    const { config } = await own();
    expect(config).toMatchObject({ file: 'config.yaml', valid: true, problems: [] });
    expect(config.loaded_at > refused.config.loaded_at).toBe(true);
  });

  test('is a file that has been emptied and not yet written: key and address stay', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    gateway.writeFile('config.yaml', '');
    const { status, outcome } = await reload();
    expect([status, outcome.problems]).toEqual([422, [expect.stringMatching(/config\.yaml:1:1: the file is empty/)]]);
    expect(await aliases()).toEqual(['one']);
    expect((await send(`${gateway.url}/v1/models`)).status).toBe(401);
  });

  test('is one whose address is taken', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    gateway.writeConfig(configOf(['one', 'two'], { listen: `127.0.0.1:${upstream.port}` }));
    const { status, outcome } = await reload();
    expect(status).toBe(422);
    expect(outcome.problems[0]).toContain(`cannot listen on 127.0.0.1:${upstream.port}: the address is taken`);
    // Nothing of the file has to change any more: nobody would look at it again.
    expect(outcome.problems[0]).toEndWith(' (then reload again: SIGHUP, or POST /admin/reload)');
    expect(await aliases()).toEqual(['one']);
  });
});

describe('what came of the last reload', () => {
  const told = async (): Promise<Json> =>
    (await (await send(`${gateway.url}/admin/status`, { headers: AUTHORIZED })).json()).config;

  test('can be asked for afterwards, masked as in the log', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    const before = await told();
    expect(before.last_reload).toBeNull();
    gateway.writeConfig(
      configOf(['one', 'two'], {
        backends: [{ name: 'a', url: upstream.url, api_key: 'sk-late-0000000001' }],
        fallback: { max_retries: 1 },
        logging: { base_dir: './logs/sk-late-0000000001' },
      }),
    );
    await serves('one', 'two');
    await eventually(async () => (await told()).last_reload !== null);
    const { loaded_at: loadedAt, last_reload: last } = await told();
    expect(last).toMatchObject({ result: 'reloaded', warnings: [] });
    expect(last.why).toMatch(/^a file changed$|^asked by/);
    expect(last.changes).toContain('backends.a.api_key: set to (secret)');
    expect(last.changes).toContain('fallback.max_retries: 3 → 1');
    expect(last.changes).toContain('models.two: added');
    expect(JSON.stringify(last)).not.toContain('sk-late-0000000001');
    expect([before.loaded_at < loadedAt, loadedAt <= last.at]).toEqual([true, true]);
    gateway.writeFile('config.yaml', '');
    await reload();
    // A refused one leaves what is in force, and since when.
    expect(await told()).toMatchObject({ valid: false, loaded_at: loadedAt, last_reload: { result: 'refused' } });
  });

  test.skipIf(process.platform === 'win32')(
    'keys that everybody can read are logged once until that changes',
    async () => {
      gateway = await startGateway({ config: configOf(['one']) });
      const file = join(gateway.dir, 'config.yaml');
      const logged = (): number => gateway.stderr().split('every user of this machine can read').length - 1;
      const reloaded = async (mode: number): Promise<number> => {
        chmodSync(file, mode);
        const { warnings } = (await reload()).outcome;
        return warnings.length;
      };
      chmodSync(gateway.dir, 0o755);
      expect([await reloaded(0o644), await reloaded(0o644), await reloaded(0o644)]).toEqual([1, 1, 1]);
      expect([await reloaded(0o600), await reloaded(0o644)]).toEqual([0, 1]);
      await eventually(() => logged() === 2);
      await gateway.stop();
      expect(logged()).toBe(2);
    },
  );
});

describe('a config that is refused for another file', () => {
  const config = (more: object) => configOf(['one'], more);

  test('is taken as soon as the secret that it names is there', async () => {
    gateway = await startGateway({ config: config({}) });
    gateway.writeConfig(config({ backends: [{ name: 'a', url: upstream.url, api_key: 'file:./late' }] }));
    expect((await reload()).status).toBe(422);
    gateway.writeFile('late', 'sk-late-0000001');
    await eventually(async () => {
      await ask('one');
      return upstream.requests.at(-1)?.headers['authorization'] === 'Bearer sk-late-0000001';
    });
  });

  test('is taken as soon as the prompt file is right', async () => {
    gateway = await startGateway({ config: config({}), files: { 'new/one.md': 'position: nowhere\n---\nx' } });
    gateway.writeConfig(config({ proxy: { enable_system_prompt: true, system_prompt_dir: 'new' } }));
    expect((await reload()).status).toBe(422);
    gateway.writeFile('new/one.md', 'Be brief.');
    await eventually(async () => {
      await ask('one');
      return upstream.requests.at(-1)?.json.messages[0].content === 'Be brief.';
    });
  });
});

describe('what is known of a backend', () => {
  const withBackend = (more: object) =>
    configOf(['one'], {
      backends: [{ name: 'a', url: upstream.url, ...more }],
      fallback: { cooldown_seconds: 1000, max_retries: 0 },
    });
  const modelsOf = async (): Promise<Json[]> =>
    (await (await send(`${gateway.url}/admin/backends`, { headers: AUTHORIZED })).json()).backends[0].models;

  test('survives a reload, but for that of an address or key that it no longer has', async () => {
    upstream.script(status(401));
    gateway = await startGateway({ config: withBackend({ api_key: 'sk-wrong-0000000001' }) });
    expect((await ask('one')).status).toBe(502);
    gateway.writeConfig(withBackend({ api_key: 'sk-wrong-0000000001', headers: { 'x-team': 'blue' } }));
    expect((await reload()).status).toBe(200);
    expect((await modelsOf()).map(({ state }) => state)).toEqual(['cooling']);
    gateway.writeConfig(withBackend({ api_key: 'sk-right-0000000001' }));
    expect((await reload()).status).toBe(200);
    expect((await modelsOf()).map(({ state }) => state)).toEqual(['up']);
    await eventually(() => /backend state reset .*cause="its url or api_key changed"/.test(gateway.stderr()));
  });

  test('is forgotten with the last route to a model', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    gateway.writeConfig(configOf([], { models: { one: { routes: [{ backend: 'a', model: 'other' }] } } }));
    expect((await reload()).status).toBe(200);
    expect((await modelsOf()).map(({ model }) => model)).toEqual(['other']);
    const { text } = await (await send(`${gateway.url}/metrics`, { headers: AUTHORIZED })).whole();
    expect(text).not.toContain('llm_proxy_backend_cooling{backend="a",model="m"}');
  });
});

describe('addresses', () => {
  test('stay where they are, both, when one of the new ones is taken', async () => {
    const [metricsPort, elsewhere] = [await findFreePort(), await findFreePort()];
    const metricsAt = (port: number) => ({ metrics: { listen: `127.0.0.1:${port}`, public: true } });
    gateway = await startGateway({ config: configOf(['one'], metricsAt(metricsPort)) });
    for (const listen of [`127.0.0.1:${elsewhere}`, `:${gateway.port}`]) {
      gateway.writeConfig(configOf(['two'], { listen, ...metricsAt(upstream.port) }));
      const { status, outcome } = await reload();
      expect(status).toBe(422);
      expect(outcome.problems).toEqual([
        expect.stringContaining(`cannot listen on 127.0.0.1:${upstream.port}: the address is taken`),
      ]);
      expect(await aliases()).toEqual(['one']);
      expect((await send(`http://127.0.0.1:${metricsPort}/metrics`)).status).toBe(200);
      await expect(send(`http://127.0.0.1:${elsewhere}/health`)).rejects.toThrow();
    }
  });

  test('of the gateway and its metrics can change places', async () => {
    const port = await findFreePort();
    const metrics = (at: number) => ({ metrics: { listen: `127.0.0.1:${at}`, public: true } });
    gateway = await startGateway({ config: configOf(['one'], metrics(port)) });
    gateway.writeConfig(configOf(['two'], { listen: `127.0.0.1:${port}`, ...metrics(gateway.port) }));
    expect((await reload()).status).toBe(200);
    expect(await aliases(`http://127.0.0.1:${port}`)).toEqual(['two']);
    expect((await send(`${gateway.url}/metrics`)).status).toBe(200);
    expect((await send(`${gateway.url}/v1/models`, { headers: AUTHORIZED })).status).toBe(404);
  });

  test.skipIf(process.platform === 'win32')('that are Unix sockets can, too, and leave no file behind', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    const [one, other] = [join(gateway.dir, 'one.sock'), join(gateway.dir, 'other.sock')];
    const at = (listen: string, metrics: string) =>
      configOf(['one'], { listen: `unix:${listen}`, metrics: { listen: `unix:${metrics}`, public: true } });
    const answers = async (path: string, unix: string): Promise<void> => {
      await eventually(async () => (await fetch(`http://localhost${path}`, { unix })).status === 200);
    };
    gateway.writeConfig(at(one, other));
    expect((await reload()).status).toBe(200);
    await answers('/health', one);
    await answers('/metrics', other);
    gateway.writeConfig(at(other, one));
    gateway.signal('SIGHUP');
    await answers('/health', other);
    await answers('/metrics', one);
    gateway.writeConfig(configOf(['one']));
    gateway.signal('SIGHUP');
    await serves('one');
    await eventually(() => !existsSync(one) && !existsSync(other));
  });
});

describe('a reload that is asked for', () => {
  test('answers with what changed, secrets masked, and logs it', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    gateway.writeConfig(
      configOf(['one', 'two'], { backends: [{ name: 'a', url: upstream.url, api_key: 'sk-new-key-000000001' }] }),
    );
    const { status, outcome } = await reload();
    expect(status).toBe(200);
    expect(outcome).toMatchObject({ result: 'reloaded', warnings: [] });
    expect(outcome.changes).toEqual(['backends.a.api_key: set to (secret)', 'models.two: added']);
    await eventually(() => gateway.stderr().includes('config: models.two: added'));
    expect(gateway.stderr()).not.toContain('sk-new-key');
  });

  test('needs the key, and a POST', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    expect((await send(`${gateway.url}/admin/reload`, { method: 'POST' })).status).toBe(401);
    expect((await send(`${gateway.url}/admin/backends`)).status).toBe(401);
    const wrong = await send(`${gateway.url}/admin/reload`, { headers: AUTHORIZED });
    expect(wrong.status).toBe(405);
    expect(wrong.headers['allow']).toBe('POST');
  });

  test('is refused with the reason where there is no file', async () => {
    gateway = await startGateway({ args: [], config: configOf(['one']) });
    await gateway.stop();
    gateway = await startGateway({});
    const answer = await send(`${gateway.url}/admin/reload`, { method: 'POST' });
    expect(answer.status).toBe(422);
    expect((await answer.json()).problems[0]).toContain('no config file');
  });
});

describe('what is under way', () => {
  test('ends on what it began with, though its backend and alias are gone', async () => {
    gateway = await startGateway({ config: configOf(['one', 'two']) });
    const reply = manual();
    upstream.script((_request, n) => (n === 0 ? reply : chatAnswer('ok')));
    const stream = ask('one', { stream: true });
    await reply.head();
    const [start, ...rest] = chatEvents(['a', 'b', 'c']);
    if (start !== undefined) await reply.event(start);
    if (rest[0] !== undefined) await reply.event(rest[0]);
    const answer = await stream;
    gateway.writeConfig(configOf(['three'], { backends: [{ name: 'a', url: 'http://127.0.0.1:9/v1' }] }));
    await serves('three');
    for (const event of rest.slice(1)) await reply.event(event);
    await reply.event('[DONE]');
    await reply.end();
    expect(parseSse((await answer.whole()).text).done).toBe(true);
  });

  test('goes on when the gateway moves to another address, and from one interface to all', async () => {
    gateway = await startGateway({ config: configOf(['one']) });
    const reply = manual();
    upstream.script((_request, n) => (n === 0 ? reply : chatAnswer('ok')));
    const stream = ask('one', { stream: true });
    await reply.head();
    const events = chatEvents(['a', 'b']);
    for (const event of events.slice(0, 2)) await reply.event(event);
    const answer = await stream;
    const port = await findFreePort();
    gateway.writeConfig(configOf(['one'], { listen: `127.0.0.1:${port}` }));
    await eventually(async () => (await aliases(`http://127.0.0.1:${port}`)).length === 1);
    gateway.writeConfig(configOf(['one', 'two'], { listen: `:${port}` }));
    await eventually(async () => (await aliases(`http://127.0.0.1:${port}`)).length === 2);
    await expect(send(`${gateway.url}/health`)).rejects.toThrow();
    for (const event of events.slice(2)) await reply.event(event);
    await reply.event('[DONE]');
    await reply.end();
    expect(parseSse((await answer.whole()).text).done).toBe(true);
  });
});

test('200 reloads under load lose no request and leak nothing', async () => {
  gateway = await startGateway({
    config: configOf(['one'], { logging: { base_dir: './logs', console_level: 'error' } }),
  });
  upstream.script(({ json }) => (json.stream === true ? sse(chatEvents(['a', 'b'])) : chatAnswer('ok')));
  let over = false;
  let served = 0;
  const client = async (stream: boolean): Promise<void> => {
    while (!over) {
      const answer = await ask('one', { stream });
      expect(answer.status).toBe(200);
      const { text, ending } = await answer.whole();
      expect(ending).toBe('complete');
      expect(stream ? parseSse(text).done : JSON.parse(text).choices.length === 1).toBe(true);
      served++;
    }
  };
  const clients = [true, false, true, false].map(client);
  const round = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) {
      const balance = n % 2 === 0 ? 'random' : 'round_robin';
      gateway.writeConfig(
        configOf(['one'], { routing: { balance }, logging: { base_dir: './logs', console_level: 'error' } }),
      );
      expect((await reload()).status).toBe(200);
    }
  };
  await round(100);
  const before = memory(gateway.pid);
  await round(100);
  over = true;
  await Promise.all(clients);
  expect(served).toBeGreaterThan(100);
  // What a leaked snapshot, timer or socket of each reload would add is far more than the heap's breathing.
  expect(memory(gateway.pid)).toBeLessThan(before + 60);
  await settled(upstream);
});

/** Resident memory in MiB; 0 where it cannot be known. */
function memory(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

// With `console_format: json` whatever the program prints is JSON, line by line, and as the tables of the log say.
import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { REQUEST_FIELDS } from '../../src/records/log/log-fields.ts';
import { ATTEMPT_FIELDS } from '../../src/records/log/attempt-fields.ts';
import { askConsole, signInWith } from '../admin/console-client.ts';
import { send } from '../kit/client.ts';
import { findFreePort, spawnGateway, startGateway, type Gateway, type GatewayOptions } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { jsonLines } from '../kit/log-line.ts';
import { startOtlpReceiver } from '../kit/otlp-receiver.ts';
import { chatAnswer, chatEvents, json, stallAfter, stall } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';

const KEY = 'sk-gateway-0123456789';
const OLD_KEY = 'key-of-ann-old-0123';
const LOGGING = { base_dir: './logs', separate_files: true, console_format: 'json' };
const DEMO = {
  backends: [{ name: 'demo', url: 'demo:' }],
  models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
  logging: LOGGING,
};

const gateways: Gateway[] = [];
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop('SIGKILL')));
});

async function started(options: GatewayOptions): Promise<Gateway> {
  const gateway = await startGateway(options);
  gateways.push(gateway);
  return gateway;
}

/** Runs one that ends by itself; all that it printed. */
async function printedBy(options: GatewayOptions): Promise<{ code: number | NodeJS.Signals; text: string }> {
  const gateway = await spawnGateway(options);
  gateways.push(gateway);
  const code = await gateway.exited;
  return { code, text: gateway.stdout() + gateway.stderr() };
}

const messages = (lines: readonly Json[]): string[] => lines.map(({ msg }) => msg);
const preload = (path: string): string => `--preload=${join(import.meta.dir, path)}`;

describe('a gateway that serves prints nothing but JSON', () => {
  test('from its start to its end, whatever befalls it, and every field of the tables is written somewhere', async () => {
    const upstream = await startUpstream(chatAnswer('ok'));
    const spare = await startUpstream(chatAnswer('spare'));
    const nobody = await findFreePort();
    const consoleAt = await findFreePort();
    const takesTraces = startOtlpReceiver();
    const refusesTraces = startOtlpReceiver();
    refusesTraces.answer = () => new Response(null, { status: 401 });
    takesTraces.answer = () => new Response(null, { status: 503, headers: { 'retry-after': '0' } });
    const via = (...names: string[]) => ({
      routes: names.map((backend, index) => ({ backend, model: 'm', priority: index + 1 })),
    });
    const config = (more: object = {}) => ({
      proxy_api_key: KEY,
      keys: [
        {
          name: 'ann',
          key: 'key-of-ann-new-0123',
          models: ['*'],
          team: 'ops',
          previous: { key: OLD_KEY, until: '2099-01-01' },
        },
      ],
      teams: [{ name: 'ops' }],
      admin: {
        listen: `127.0.0.1:${consoleAt}`,
        oidc: {
          issuer: `http://127.0.0.1:${nobody}`,
          client_id: 'llm-proxy',
          roles: { staff: 'viewer' },
          redirect_url: `http://127.0.0.1:${consoleAt}/console/oidc/callback`,
        },
      },
      prices: { 'spare/m': { input: 1, output: 2 } },
      backends: [
        { name: 'up', url: upstream.url, api_key: 'sk-upstream-99887766abcd' },
        { name: 'spare', url: spare.url },
        { name: 'nobody', url: `http://127.0.0.1:${nobody}/v1` },
        { name: 'checked', url: `http://127.0.0.1:${nobody}/v1` },
      ],
      models: {
        up: via('up'),
        pair: via('nobody', 'spare'),
        slow: { ...via('up', 'spare'), hedge: { after: '10ms', at_most: '100%' } },
        leads: via('up'),
        spare: via('spare'),
        few: via('spare'),
      },
      fallback: { max_retries: 0, cooldown_seconds: 0.1, alias_fallback: { leads: ['spare'], up: ['gone'] } },
      rate_limit: { enabled: true, per_model_rps: { few: 0.01 }, burst_factor: 1 },
      health_check: { enabled: true, interval: '50ms', unhealthy_after: 1 },
      server: { failed_keys_per_minute: 1 },
      proxy: { enable_system_prompt: true },
      timeout: { read_timeout: '100ms' },
      logging: { ...LOGGING, debug_mode: true, console_level: 'debug' },
      otel: { endpoint: takesTraces.url, exporters: [{ endpoint: refusesTraces.url }] },
      ...more,
    });
    const gateway = await started({
      config: config(),
      env: { NODE_EXTRA_CA_CERTS: '/none/ca.pem', OTEL_TRACES_SAMPLER: 'by_chance' },
      files: { 'system_prompts/one.txt': 'Be brief.', 'system_prompts/empty.md': '' },
    });
    const ask = async (model: string, body: object = {}, headers: object = {}): Promise<void> => {
      const answer = await send(`${gateway.url}/v1/chat/completions`, {
        headers: { authorization: `Bearer ${KEY}`, ...headers },
        body: { model, messages: [{ role: 'user', content: 'Hi' }], ...body },
      });
      await answer.whole();
    };
    await ask('up');
    await ask('up', {}, { authorization: `Bearer ${OLD_KEY}` });
    await ask('pair');
    await eventually(() => gateway.stderr().includes('takes no spans'));
    // Before the pauses between tries grow long.
    takesTraces.answer = undefined;
    // Health checks are answered as ever.
    upstream.script(({ method }) => (method === 'POST' ? stall() : chatAnswer('ok')));
    await ask('slow');
    upstream.script(chatAnswer('ok'));
    await ask('few');
    await ask('few');
    await (await signInWith(`http://127.0.0.1:${consoleAt}`, KEY)).ask('DELETE', '/console/session');
    await askConsole(`http://127.0.0.1:${consoleAt}/console/session`, 'POST', { body: { key: 'wrong-0123456789' } });
    await askConsole(`http://127.0.0.1:${consoleAt}/console/oidc/start`, 'GET');
    const steer = async (path: string, body: object = {}): Promise<Json> => {
      const headers = { authorization: `Bearer ${KEY}` };
      const answer = await send(`http://127.0.0.1:${consoleAt}/admin/${path}`, { method: 'POST', headers, body });
      const { text } = await answer.whole();
      expect([path, Math.floor(answer.status / 100), text]).toEqual([path, 2, text]);
      return JSON.parse(text);
    };
    await steer('backends/spare/drain', { force: true });
    await steer('rehearsals', { backend: 'up', failure: 'status_500', caller: 'ops/ann', seconds: 60 });
    await ask('up', {}, { authorization: 'Bearer key-of-ann-new-0123' });
    await steer('rehearsals', { backend: 'up', failure: 'cut', caller: 'ops/ann', seconds: 60 });
    await send(`http://127.0.0.1:${consoleAt}/admin/backends/spare/undrain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
    }).then((answer) => answer.whole());
    await steer('cooldowns/end', { backend: 'nobody' });
    await ask('nothing', {}, { authorization: 'Bearer wrong-0123456789' });
    await ask('nothing', {}, { authorization: 'Bearer wrong-0123456789' });
    await ask('nothing', {}, { authorization: 'Bearer wrong-0123456789' });
    upstream.script(json(429, { error: { message: 'slow\n\u001B[31m down', type: 'a_type', code: 'a_code' } }));
    await ask('leads');
    upstream.script(chatAnswer('ok'));
    await eventually(async () => {
      await ask('leads');
      return gateway.stderr().includes('backend is back');
    });
    upstream.script(json(401, { error: { message: 'Incorrect API key', type: 'a_type', code: 'invalid_api_key' } }));
    await ask('up');
    spare.script(stallAfter([...chatEvents(['one']).slice(0, 2), 'no JSON']));
    await ask('spare', { stream: true });
    gateway.writeFile('system_prompts/one.txt', 'Be long.');
    await eventually(() => gateway.stderr().includes('config reloaded'));
    gateway.writeConfig(config({ timeout: { read_timeout: 'soon' }, lissten: 1 }));
    await eventually(() => gateway.stderr().includes('reload failed'));
    gateway.writeConfig(config({ backends: [...config().backends.slice(0, 3), { name: 'checked', url: spare.url }] }));
    await eventually(() => gateway.stderr().includes('state reset'));
    await eventually(() => gateway.stderr().includes('not logged one by one'));
    await eventually(() => gateway.stderr().includes('takes spans again'), { timeoutMs: 30_000 });
    await eventually(() => gateway.stderr().includes('refuses spans'));
    gateway.signal('SIGTERM');
    expect(await gateway.exited).toBe(0);
    await Promise.all([takesTraces.stop(), refusesTraces.stop()]);

    expect(gateway.stdout()).toBe('');
    const lines = jsonLines(gateway.stderr());
    expect(messages(lines)).toEqual(
      expect.arrayContaining([
        'started',
        'request',
        'backend cools down',
        'backend is back',
        'backend is dead',
        'stopped',
        'signed in to the console',
        'signed out of the console',
        'a sign-in to the console was refused',
        'the OIDC provider cannot be asked',
        'the console has an address of its own',
        'the destination of traces takes no spans',
        'the destination of traces takes spans again',
        'the destination of traces refuses spans',
        'a variable for traces is not followed',
        'backend is drained',
        'backend is in use again',
        'cooldowns were ended',
        'a rehearsal begins',
        'a rehearsal is over',
        expect.stringMatching(/^environment warning: NODE_EXTRA_CA_CERTS is set/),
        expect.stringMatching(/^config warning: config\.yaml:\d+:\d+ fallback\.alias_fallback\.up/),
        expect.stringMatching(/^config warning: system prompt .*empty\.md/),
        expect.stringMatching(/^config: system prompt .*one\.txt: changed$/),
        expect.stringMatching(/^reload failed, the old config stays: config\.yaml:\d+:\d+ lissten/),
      ]),
    );
    const requests = lines.filter(({ msg }) => msg === 'request');
    const written = new Set(requests.flatMap((line) => Object.keys(line)));
    expect(REQUEST_FIELDS.map(({ name }) => name).filter((name) => !written.has(name))).toEqual([]);
    const tried = new Set(requests.flatMap(({ tries = [] }) => tries).flatMap((one: Json) => Object.keys(one)));
    expect(ATTEMPT_FIELDS.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
    await settled(upstream, spare);
    await Promise.all([upstream.stop(), spare.stop()]);
  });
});

describe.skipIf(process.platform === 'win32')('its end', () => {
  test('by a second signal', async () => {
    const upstream = await startUpstream(stallAfter(chatEvents(['one']).slice(0, 2)));
    const gateway = await started({
      config: { ...DEMO, backends: [{ name: 'demo', url: upstream.url }], server: { shutdown_timeout: '1h' } },
    });
    const body = { model: 'demo', stream: true, messages: [{ role: 'user', content: 'Hi' }] };
    const stream = await send(`${gateway.url}/v1/chat/completions`, { body });
    await stream.textUntil('one');
    gateway.signal('SIGTERM');
    await eventually(() => gateway.stderr().includes('stopping'));
    gateway.signal('SIGINT');
    expect(await gateway.exited).toBe(1);
    expect(jsonLines(gateway.stdout() + gateway.stderr()).at(-1)).toMatchObject({
      level: 'warn',
      msg: 'a second signal: the process ends at once',
      signal: 'SIGINT',
      in_flight: 1,
    });
    await settled(upstream);
    await upstream.stop();
  });

  test.each(['exception', 'rejection'])('by an error that nobody catches: %s', async (how) => {
    const gateway = await started({
      config: DEMO,
      env: { BUN_OPTIONS: preload('../fixtures/fail-on-signal.ts'), HOW: how },
    });
    await eventually(() => gateway.stderr().includes('started'));
    gateway.signal('SIGUSR2');
    expect(await gateway.exited).toBe(1);
    const lines = jsonLines(gateway.stdout() + gateway.stderr());
    expect(lines.at(-1)).toMatchObject({
      level: 'error',
      msg: 'a bug ended the gateway: please report it',
      err: { name: 'TypeError', stack: expect.stringContaining('fail-on-signal.ts') },
    });
    expect(messages(lines)).toContain('runtime warning: a warning of the runtime');
  });

  test('by the watchdog', async () => {
    const gateway = await started({
      config: { ...DEMO, server: { watchdog: '1s' } },
      env: { BUN_OPTIONS: preload('../security/block-loop.ts') },
    });
    await eventually(() => gateway.stderr().includes('started'));
    gateway.signal('SIGUSR2');
    expect(await gateway.exited).toBe(70);
    const lines = jsonLines(gateway.stdout() + gateway.stderr());
    expect(lines.at(-1)).toMatchObject({ level: 'error', msg: 'the event loop stands still: the process is ended' });
  });
});

describe('a gateway that does not start prints nothing but JSON', () => {
  test('where the config is invalid: a line for each problem, with its place', async () => {
    const { code, text } = await printedBy({ config: { ...DEMO, lissten: 1, timeout: { read_timeout: 'soon' } } });
    expect(code).toBe(1);
    const lines = jsonLines(text);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      level: 'error',
      msg: expect.stringMatching(
        /^the config is invalid, the gateway does not start: config\.yaml:\d+:\d+ lissten: .*listen/,
      ),
      file: 'config.yaml',
      line: expect.any(Number),
      column: 1,
      key: 'lissten',
    });
  });

  test('where its YAML is broken, as far as the format could still be read', async () => {
    const config = 'listen: "127.0.0.1:0"\nlogging: { base_dir: "", console_format: json }\nbackends: [\n';
    const { code, text } = await printedBy({ config });
    expect(code).toBe(1);
    expect(jsonLines(text)[0]).toMatchObject({ file: 'config.yaml' });
  });

  test('where a prompt file is wrong', async () => {
    const { code, text } = await printedBy({
      config: { ...DEMO, proxy: { enable_system_prompt: true } },
      files: { 'system_prompts/one.md': 'position: nowhere\n---\nx' },
    });
    expect(code).toBe(1);
    expect(jsonLines(text)).toEqual([expect.objectContaining({ file: expect.stringMatching(/one\.md$/), line: 1 })]);
  });

  test('where its address is taken', async () => {
    const taken = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    const { code, text } = await printedBy({ config: { ...DEMO, listen: `127.0.0.1:${taken.port}` } });
    taken.stop(true);
    expect(code).toBe(1);
    expect(messages(jsonLines(text))).toEqual([
      expect.stringMatching(
        new RegExp(`^the gateway does not start: cannot listen on 127\\.0\\.0\\.1:${taken.port}: the address is taken`),
      ),
    ]);
  });
});

test('a config that is not there is told as text, for nobody knows the format', async () => {
  const { code, text } = await printedBy({ args: ['-c', 'nowhere.yaml'] });
  expect(code).toBe(1);
  expect(text).toMatch(/^nowhere\.yaml: .*does not exist/);
});

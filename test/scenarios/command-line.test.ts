import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { health as command } from '../../src/commands/health.ts';
import { send } from '../kit/client.ts';
import { findFreePort, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { processes, runShell } from '../kit/processes.ts';
import { runCommand } from '../kit/run-command.ts';
import { hasTool } from '../kit/required-tool.ts';
import { eventually } from '../kit/settled.ts';

const { own, runToEnd, startQuietly } = processes();

const ROOT = resolve(import.meta.dir, '../..');
const KEY = 'key-of-the-gateway-1234';
const DEMO = {
  logging: { base_dir: '' },
  backends: [{ name: 'demo', url: 'demo:' }],
  models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
};
/** As text, for a config to which the kit adds nothing. */
const file = (more: object = {}): Record<string, string> => ({ 'config.yaml': JSON.stringify({ ...DEMO, ...more }) });

async function answers(url: string): Promise<boolean> {
  return await send(`${url}/health`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** Where others on the network would find this machine; undefined where there is no network. */
const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.internal === false && one.family === 'IPv4')?.address;

const firstLine = ({ stdout }: Gateway): string => stdout().split('\n', 1)[0] ?? '';

describe('where it listens', () => {
  test('--listen comes before the config, also when that is read again', async () => {
    const [port, other] = [await findFreePort(), await findFreePort()];
    const files = file({ listen: `127.0.0.1:${other}` });
    const gateway = await startQuietly({ args: ['serve', '--listen', `127.0.0.1:${port}`], files });
    expect(firstLine(gateway)).toEndWith(`listens on http://127.0.0.1:${port}, for this machine alone (--listen)`);
    const more = { another: { routes: [{ backend: 'demo', model: 'demo' }] } };
    const changed = { ...DEMO, listen: `127.0.0.1:${await findFreePort()}`, models: more };
    gateway.writeFile('config.yaml', JSON.stringify(changed));
    const url = `http://127.0.0.1:${port}`;
    await eventually(async () => (await send(`${url}/v1/models/another`)).status === 200);
    expect(await answers(`http://127.0.0.1:${other}`)).toBe(false);
    expect(await gateway.stop()).toBe(0);
  });

  test('--port is on loopback without a key, everywhere with one, and moves with the key', async () => {
    const port = await findFreePort();
    const gateway = await startQuietly({ args: ['--port', String(port)], files: file({ listen: ':1' }) });
    expect(firstLine(gateway)).toEndWith(`listens on http://127.0.0.1:${port}, for this machine alone (--port)`);
    expect(gateway.stderr()).not.toContain('is open to everyone');
    if (outside !== undefined) expect(await answers(`http://${outside}:${port}`)).toBe(false);
    gateway.writeFile('config.yaml', JSON.stringify({ ...DEMO, proxy_api_key: KEY }));
    await eventually(() => gateway.stderr().includes(`address=:${port}`));
    if (outside !== undefined) expect(await answers(`http://${outside}:${port}`)).toBe(true);
    expect(await gateway.stop()).toBe(0);
  });

  test('LLM_PROXY_LISTEN counts where the config says nothing, and without one; being open is warned of', async () => {
    const port = await findFreePort();
    const env = { LLM_PROXY_LISTEN: `0.0.0.0:${port}` };
    for (const files of [file(), {}]) {
      const gateway = await startQuietly({ env, files });
      expect(firstLine(gateway)).toEndWith(
        `listens on every interface, port ${port}; on this machine http://127.0.0.1:${port} (LLM_PROXY_LISTEN)`,
      );
      await eventually(() => gateway.stderr().includes(`0.0.0.0:${port} (of LLM_PROXY_LISTEN) is open to everyone`));
      expect(await answers(`http://127.0.0.1:${port}`)).toBe(true);
      expect(await gateway.stop()).toBe(0);
    }
    const { code, err } = await runToEnd({ env: { LLM_PROXY_LISTEN: 'everywhere' } });
    expect([code, err]).toEqual([1, expect.stringContaining('LLM_PROXY_LISTEN: has no port (:8765,')]);
  });

  test('a port that is taken: the start says how to take another', async () => {
    const first = own(await startGateway({ config: DEMO }));
    const args = ['-c', 'config.yaml', '--listen', `127.0.0.1:${first.port}`];
    const { code, err } = await runToEnd({ args, files: file(), env: { LLM_PROXY_COMMAND: 'run-it' } });
    expect([code, err]).toEqual([1, expect.stringContaining('or start with run-it serve -c config.yaml --port 8766')]);
    await first.stop();
  });
});

describe('LLM_PROXY_CONFIG', () => {
  test('names the config where no flag does', async () => {
    const port = await findFreePort();
    const env = { LLM_PROXY_CONFIG: 'other.yaml' };
    const files = { 'config.yaml': 'nonsense', 'other.yaml': JSON.stringify({ ...DEMO, listen: `127.0.0.1:${port}` }) };
    const gateway = await startQuietly({ env, files });
    expect(gateway.stdout()).toContain('Config: other.yaml');
    expect(await gateway.stop()).toBe(0);
    const named = await runToEnd({ env, files, args: ['-c', 'config.yaml'] });
    expect([named.code, named.err]).toEqual([1, expect.stringContaining('config.yaml:1:1: the file holds no map')]);
  });

  test('that names nothing: a start without a config, which says what is not there', async () => {
    const env = { LLM_PROXY_CONFIG: 'missing.yaml' };
    const gateway = await startQuietly({ env, args: ['--port', '0'], files: file() });
    expect(gateway.stdout()).toContain('There is no missing.yaml here, so it serves the embedded demo');
    expect(await gateway.stop()).toBe(0);
  });
});

describe('commands that it prints work where they are read', () => {
  test('by the words that it was called with, wherever it prints one', async () => {
    const env = { LLM_PROXY_COMMAND: 'npx @llm-proxy/cli' };
    const gateway = await startQuietly({ env, args: ['--port', '0'] });
    expect(gateway.stdout()).toContain('`npx @llm-proxy/cli init` writes a config.');
    const [, help, missing, init] = await Promise.all([
      gateway.stop(),
      runToEnd({ env, args: ['chekc'] }),
      runToEnd({ env, args: ['-c', 'no.yaml'] }),
      runToEnd({ env, args: ['init', '-c', 'my config.yaml'] }),
    ]);
    expect(help).toMatchObject({
      code: 2,
      err: expect.stringContaining('\nnpx @llm-proxy/cli --help says what there is.'),
    });
    expect(missing.err).toContain('"npx @llm-proxy/cli init" writes a starter');
    expect(init.out).toContain("Start with: npx @llm-proxy/cli serve -c 'my config.yaml'");
  });

  test('from source: pasted, the command of a missing config writes one', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-pasted-'));
    const program = `${process.execPath} ${join(ROOT, 'src/main.ts')}`;
    const failed = await runShell(`exec ${program} check`, { cwd: dir });
    expect(failed.code).toBe(1);
    const [, command = ''] = /"([^"]+)" writes a starter/.exec(failed.err) ?? [];
    expect(await runShell(command, { cwd: dir })).toMatchObject({ code: 0, err: '' });
    const found = await runShell(`exec ${program} check`, { cwd: dir });
    expect([found.code, found.out]).toEqual([0, expect.stringContaining('config.yaml is valid')]);
    rmSync(dir, { recursive: true });
  });

  test.skipIf(!hasTool('make'))('by make: what it says of itself is a target of make', async () => {
    // The dependencies are there: nothing is to be installed for this.
    const make = (args: string) => runShell(`make -o node_modules/.installed run ARGS='${args}'`, { cwd: ROOT });
    const { err } = await make('check -c no.yaml');
    expect(err).toContain('"make run ARGS=init" writes a starter');
    expect((await make('version -c x')).err).toContain("make run ARGS='help version' says what there is.");
    expect((await make('help version')).out).toContain('Usage: make run ARGS=version');
  });
});

describe.skipIf(process.platform === 'win32')('health', () => {
  let gateway: Gateway;
  let dir: string;
  let url: string;
  const config = (text: string): string => {
    const path = join(dir, 'config.yaml');
    writeFileSync(path, text);
    return path;
  };

  beforeAll(async () => {
    gateway = await startGateway({ config: DEMO });
    url = gateway.url;
    dir = mkdtempSync(join(tmpdir(), 'llm-proxy-health-'));
  });
  afterAll(async () => {
    await gateway.stop();
    rmSync(dir, { recursive: true });
  });

  const health = async (args: readonly string[], env: Record<string, string> = {}): Promise<[number, string]> => {
    const { code, err } = await runCommand(command, args, env);
    return [code, err.join('\n')];
  };

  test('asks where the flag says, or the config, or the environment', async () => {
    const listen = `127.0.0.1:${gateway.port}`;
    expect(await health(['--url', `${url}/`])).toEqual([0, '']);
    expect(await health(['-c', config(`listen: ${listen}`)])).toEqual([0, '']);
    expect(await health(['-c', config(`listen: \${ADDRESS}`)], { ADDRESS: `:${gateway.port}` })).toEqual([0, '']);
    expect(await health([], { LLM_PROXY_CONFIG: config(`listen: 0.0.0.0:${gateway.port}`) })).toEqual([0, '']);
    expect(await health([], { LLM_PROXY_LISTEN: listen })).toEqual([0, '']);
    expect(await health(['-c', join(dir, 'none.yaml')], { LLM_PROXY_LISTEN: listen })).toEqual([0, '']);
  });

  test('asks it although the config is wrong by now', async () => {
    expect(
      await health(['-c', config(`listen: 127.0.0.1:${gateway.port}\nproxy_api_key: \${UNSET}\nnonsense: 1`)]),
    ).toEqual([0, '']);
  });

  test('asks past any proxy', async () => {
    const [dead, args] = ['http://127.0.0.1:9', ['health', '--url', url]];
    const env = { HTTP_PROXY: dead, http_proxy: dead, ALL_PROXY: dead };
    expect(await runToEnd({ args, env })).toMatchObject({ code: 0, out: '', err: '' });
  });

  test('asks a Unix socket', async () => {
    const path = join(dir, 'gateway.sock');
    const own = await startQuietly({ config: { ...DEMO, listen: `unix:${path}` } });
    expect(await health(['-c', config(`listen: unix:${path}`)])).toEqual([0, '']);
    expect(await health(['--url', `unix:${path}`])).toEqual([0, '']);
    await own.stop();
    expect(await health(['--url', `unix:${path}`])).toEqual([
      1,
      expect.stringContaining(`unix:${path} (/health) does not answer`),
    ]);
  });

  test('says what it asked where nothing answers, or something else does', async () => {
    const nothing = `http://127.0.0.1:${await findFreePort()}`;
    expect(await health(['--url', nothing])).toEqual([1, expect.stringContaining(`${nothing}/health does not answer`)]);
    expect(await health(['--url', `${url}/v1`])).toEqual([1, `${url}/v1/health answered 404`]);
  });

  test('asks for the address where the config does not tell it', async () => {
    const name = "name the gateway's address with --url";
    expect(await health(['-c', config('listen: 127.0.0.1:0')])).toEqual([
      1,
      `listen 127.0.0.1:0 is any free port: ${name}`,
    ]);
    expect(await health(['-c', config('listen: nowhere')])).toEqual([
      1,
      expect.stringMatching(/^listen nowhere has no port .*--url$/),
    ]);
    expect(await health([], { LLM_PROXY_LISTEN: 'x' })).toEqual([
      1,
      expect.stringContaining('LLM_PROXY_LISTEN: has no port'),
    ]);
    expect(health(['--url', 'localhost'])).rejects.toThrow('--url localhost is no http:// or https:// URL');
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { chownSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { addressInForce } from '../../src/commands/address-file.ts';
import { health as healthCommand } from '../../src/commands/health.ts';
import { VERSION } from '../../src/lib/version.ts';
import { send } from '../kit/client.ts';
import { command, endAll } from '../kit/command.ts';
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
      await eventually(() => gateway.stderr().includes(`0.0.0.0:${port} (from LLM_PROXY_LISTEN) is open to everyone`));
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
    const remedy = `or start with run-it serve -c config.yaml --listen 127.0.0.1:${first.port + 1}`;
    expect([code, err]).toEqual([1, expect.stringContaining(remedy)]);
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
    expect([named.code, named.err]).toEqual([1, expect.stringContaining('config.yaml:1:1: the file is not a map')]);
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
      err: expect.stringContaining('\nnpx @llm-proxy/cli --help shows help.'),
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
    const make = (args: string) =>
      runShell(`make -o node_modules/.installed-runtime run ARGS='${args}'`, { cwd: ROOT });
    const { err } = await make('check -c no.yaml');
    expect(err).toContain('"make run ARGS=init" writes a starter');
    expect((await make('version -c x')).err).toContain("make run ARGS='help version' shows help.");
    expect((await make('help version')).out).toContain('Usage: make run ARGS=version');
    expect((await make('serve --help')).out).toContain("Usage: make run ARGS='serve [FLAGS]'\n");
    expect((await make('--help')).out).toContain("Usage: make run ARGS='[COMMAND] [FLAGS]'\n");
  });
});

test.skipIf(process.platform === 'win32')('a working directory that was removed is said in words', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'llm-proxy-removed-'));
  const program = `'${process.execPath}' '${join(ROOT, 'src/main.ts')}'`;
  const each = ['check', 'init', 'health', '--port 0', '--bogus'].map((words) => `${program} ${words}; echo $?`);
  const { out, err } = await runShell(`rmdir '${cwd}'; ${each.join('; ')}; ${program} version`, { cwd });
  expect(out).toBe(`${'1\n'.repeat(each.length)}${VERSION}\n`);
  const said = err.trim().split('\n');
  expect(said).toHaveLength(each.length);
  for (const line of said) expect(line).toStartWith('llm-proxy: the working directory does not exist any more: go to');
});

test('a wrong command line leads to the help of the command that it names, not of a word in it', async () => {
  const env = { LLM_PROXY_COMMAND: 'run-it' };
  const lines: [string[], string][] = [
    [['check', '-c', 'serve', '--bogus'], 'run-it help check'],
    [['-c', 'check', '--bogus'], 'run-it --help'],
    [['health', '--url', 'nonsense'], 'run-it help health'],
    [['check', '--json'], 'run-it help check'],
    [['chekc'], 'run-it --help'],
  ];
  await Promise.all(
    lines.map(async ([args, help]) => {
      const { code, err } = await runToEnd({ args, env });
      expect([code, err]).toEqual([2, expect.stringContaining(`\n${help} `)]);
    }),
  );
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
    endAll();
    rmSync(dir, { recursive: true });
  });

  const health = async (args: readonly string[], env: Record<string, string> = {}): Promise<[number, string]> => {
    const { code, err } = await runCommand(healthCommand, args, env);
    return [code, err.join('\n')];
  };

  /** Of a gateway that has a folder of its own, by the config there. */
  const runIn = async ({ dir: cwd }: Gateway, env: Record<string, string> = {}): Promise<[unknown, string]> => {
    const child = [process.execPath, join(ROOT, 'src/main.ts'), 'health'];
    const { code, err } = await command(child, { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } });
    return [code, err];
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

  test.each([
    ['names another address', `listen: 127.0.0.1:9\nnonsense: 1`],
    ['is empty', ''],
    ['is nonsense', '[}'],
  ])('asks the address in force although the config %s by now', async (_what, text) => {
    const files = file({ listen: '127.0.0.1:0' });
    const own = await startQuietly({ files });
    expect(await runIn(own)).toEqual([0, '']);
    own.writeFile('config.yaml', text);
    await eventually(() => own.stderr().includes('reload failed'));
    expect(await runIn(own)).toEqual([0, '']);
    expect(await own.stop()).toBe(0);
  });

  test('asks it after a reload that moved it, and by the config once it has ended', async () => {
    const [port, other] = [await findFreePort(), await findFreePort()];
    const own = await startQuietly({ files: file({ listen: `127.0.0.1:${port}` }) });
    own.writeFile('config.yaml', JSON.stringify({ ...DEMO, listen: `127.0.0.1:${other}` }));
    await eventually(() => own.stderr().includes(`address=127.0.0.1:${other}`));
    const path = join(own.dir, 'config.yaml');
    await eventually(() => (addressInForce(path, {}) as { port?: number } | undefined)?.port === other);
    expect(await runIn(own)).toEqual([0, '']);
    own.signal('SIGTERM');
    expect(await own.exited).toBe(0);
    expect(addressInForce(path, {})).toBeUndefined();
    await own.stop();
  });

  test('finds it in ./logs where nothing else may be written, and trusts no file of another user', async () => {
    const env = { TMPDIR: '/nowhere/at/all' };
    const own = await startQuietly({ env, files: { ...file({ listen: '127.0.0.1:0' }), 'logs/other.txt': '' } });
    own.writeFile('config.yaml', '');
    expect(await runIn(own, env)).toEqual([0, '']);
    const notes = readdirSync(join(own.dir, 'logs')).filter((name) => name.startsWith('.llm-proxy-'));
    expect(notes).toHaveLength(1);
    const note = join(own.dir, 'logs', notes[0] ?? '');
    expect(statSync(note).mode & 0o777).toBe(0o600);
    if (process.getuid?.() === 0) {
      chownSync(note, 65534, 65534);
      own.writeFile('config.yaml', 'listen: nowhere');
      expect(await runIn(own, env)).toEqual([1, expect.stringContaining('listen nowhere has no port')]);
    }
    expect(await own.stop()).toBe(0);
  });

  test('asks a gateway that began without the config that is there by now', async () => {
    const port = await findFreePort();
    const env = { LLM_PROXY_LISTEN: `127.0.0.1:${port}` };
    const own = await startQuietly({ env });
    own.writeFile('config.yaml', 'listen: 127.0.0.1:9');
    expect(await runIn(own, env)).toEqual([0, '']);
    expect(await own.stop()).toBe(0);
  });

  test('says what it asked where nothing answers, or something else does', async () => {
    const nothing = `http://127.0.0.1:${await findFreePort()}`;
    expect(await health(['--url', nothing])).toEqual([1, expect.stringContaining(`${nothing}/health does not answer`)]);
    expect(await health(['--url', `${url}/v1`])).toEqual([1, `${url}/v1/health answered 404`]);
    expect(health(['--url', 'http://'])).rejects.toThrow('--url http:// is no');
  });

  test('says how long it waited', async () => {
    const silent = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    const there = `http://127.0.0.1:${silent.port}`;
    expect(await health(['--url', there])).toEqual([1, `${there}/health does not answer: no answer within 5s`]);
    silent.stop(true);
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
    expect(health(['--url', 'localhost'])).rejects.toThrow('--url localhost is not an http:// or https:// URL');
  });
});

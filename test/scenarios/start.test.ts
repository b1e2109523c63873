import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { version } from '../../package.json';
import { send } from '../kit/client.ts';
import { findFreePort, spawnGateway, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { processes, runShell } from '../kit/processes.ts';
import { hasTool } from '../kit/required-tool.ts';
import { eventually } from '../kit/settled.ts';

const { own, runToEnd, startQuietly } = processes();

const DEMO = {
  backends: [{ name: 'demo', url: 'demo:' }],
  models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
};

/** The command that the start-up message offers. */
function printedCurl(gateway: Gateway): string {
  const line = gateway
    .stdout()
    .split('\n')
    .find((one) => /^\s*curl /.test(one));
  if (line === undefined) throw new Error(`no curl in:\n${gateway.stdout()}`);
  return line.trim();
}

async function modelIds(url: string): Promise<string[]> {
  const list = await (await send(`${url}/v1/models`)).json();
  return list.data.map(({ id }: { id: string }) => id);
}

/** Another run of the tests on this machine has the default port for a moment; any other program is in the way. */
async function untilFree(port: number): Promise<void> {
  await eventually(
    async () => {
      const server = createServer();
      await new Promise<void>((done, fail) => {
        server.once('error', () => fail(new Error(`port ${port} is taken: end the program that listens there`)));
        server.listen(port, '127.0.0.1', done);
      });
      await new Promise<void>((done) => void server.close(() => done()));
      return true;
    },
    { timeoutMs: 30_000, everyMs: 200 },
  );
}

describe('without a config', () => {
  test('listens on 127.0.0.1:8765', async () => {
    await untilFree(8765);
    const gateway = await startQuietly({});
    expect(gateway.stdout()).toContain('http://127.0.0.1:8765, for this machine alone');
    expect((await send(`${gateway.url}/readyz`)).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
  });

  test('serves the demo and what the environment has keys for, and prints a curl that works', async () => {
    const env = { LLM_PROXY_LISTEN: `127.0.0.1:${await findFreePort()}` };
    const gateway = await startQuietly({ env: { ...env, OPENAI_API_KEY: 'sk-test-of-the-environment-0001' } });
    expect(gateway.stdout()).toContain('no config.yaml');
    expect(gateway.stdout()).toContain('openai');

    const ids = await modelIds(gateway.url);
    expect(ids).toContain('demo');
    // Patterns are no ids; what they match can be asked for all the same.
    expect(ids.filter((id) => id.includes('*'))).toEqual([]);
    expect((await send(`${gateway.url}/v1/models/openai/gpt-4o`)).status).toBe(200);
    expect(gateway.stdout()).toMatch(/^Models: .*openai\/\*/m);
    const [, models = ''] = /^Models: (.*)$/m.exec(gateway.stdout()) ?? [];
    for (const name of models.replace(/, and \d+ more$/, '').split(', ')) {
      if (!name.endsWith('*')) expect(ids).toContain(name);
    }

    const answer = await (
      await send(`${gateway.url}/v1/chat/completions`, {
        body: { model: 'demo', messages: [{ role: 'user', content: 'Hello' }] },
      })
    ).json();
    expect(answer.choices[0].message.content).toBeString();
    if (hasTool('curl')) {
      const shell = await runShell(printedCurl(gateway));
      expect(shell.code).toBe(0);
      expect(JSON.parse(shell.out)).toMatchObject({ object: 'chat.completion', choices: [{ finish_reason: 'stop' }] });
    }
    expect(gateway.stdout() + gateway.stderr()).not.toContain('sk-test-of-the-environment-0001');

    // There is nothing to reload, and that is no reason to end.
    gateway.signal('SIGHUP');
    await eventually(() => gateway.stderr().includes('no config file to reload'));
    expect((await send(`${gateway.url}/readyz`)).status).toBe(200);

    const second = await runToEnd({ env });
    expect(second.code).toBe(1);
    expect(second.err).toContain(`${gateway.port}`);
    expect(await gateway.stop()).toBe(0);
  });

  test('an empty environment still serves the demo alone', async () => {
    const gateway = await startQuietly({ env: { LLM_PROXY_LISTEN: `127.0.0.1:${await findFreePort()}` } });
    expect((await modelIds(gateway.url)).every((id) => id.startsWith('demo'))).toBe(true);
    expect(await gateway.stop()).toBe(0);
  });
});

describe('a config', () => {
  test('that is named and missing: exit 1, and it says which', async () => {
    const { code, err, out } = await runToEnd({ args: ['-config', 'nowhere.yaml'] });
    expect(code).toBe(1);
    expect(err).toContain('nowhere.yaml');
    expect(err).toContain('does not exist');
    expect(out).toBe('');
  });

  test('that is invalid: exit 1 with every error at its place, by serve and check alike', async () => {
    const config = [
      'listen: "127.0.0.1:0"',
      'lissten: 1',
      'backends:',
      '  - name: one',
      '    url: "ftp://example.com"',
      '  - name: two',
      '    url: http://127.0.0.1:1/v1',
      '    api_key: ${NO_SUCH_VARIABLE}',
      'models:',
      '  m:',
      '    routes:',
      '      - backend: tow',
      '        model: x',
      'timeout:',
      '  read_timeout: soon',
      'logging:',
      '  level: loud',
      '',
    ].join('\n');
    const [served, checked] = await Promise.all([
      runToEnd({ config }),
      runToEnd({ args: ['check'], files: { 'config.yaml': config } }),
    ]);
    for (const { code, err } of [served, checked]) {
      expect(code).toBe(1);
      const lines = err.trim().split('\n');
      expect(lines).toContainEqual(expect.stringMatching(/^config\.yaml:2:1 lissten: .*did you mean "listen"/));
      expect(lines).toContainEqual(expect.stringMatching(/^config\.yaml:5:5 backends\[0\]\.url: .+\(.+\)/));
      expect(lines).toContainEqual(
        expect.stringMatching(/^config\.yaml:8:5 backends\[1\]\.api_key: .*NO_SUCH_VARIABLE/),
      );
      expect(lines).toContainEqual(expect.stringMatching(/^config\.yaml:12:9 models\.m\.routes\[0\]\.backend: .*tow/));
      expect(lines).toContainEqual(expect.stringMatching(/^config\.yaml:15:3 timeout\.read_timeout: .*soon/));
      expect(lines).toContainEqual(expect.stringMatching(/^config\.yaml:17:3 logging\.level: .*loud/));
      expect(lines).toHaveLength(6);
    }
  });

  test('that is no YAML: exit 1 with a position', async () => {
    const { code, err } = await runToEnd({ config: 'listen: "127.0.0.1:1\nbackends: [\n' });
    expect(code).toBe(1);
    expect(err).toMatch(/^config\.yaml:\d+:\d+/m);
  });

  test.each([
    ['-config', ['-config', 'other.yaml']],
    ['--config', ['--config', 'other.yaml']],
    ['-c', ['-c', 'other.yaml']],
    ['--config=', ['--config=other.yaml']],
  ])('is named by %s, to serve as to check', async (_, args) => {
    const port = await findFreePort();
    const config = { listen: `127.0.0.1:${port}`, logging: { base_dir: '' }, ...DEMO };
    const files = { 'other.yaml': JSON.stringify(config) };
    const checked = await runToEnd({ args: ['check', ...args], files });
    expect(checked.err).toBe('');
    expect(checked.code).toBe(0);
    expect(checked.out).toBe(`other.yaml is valid: 1 backend, 1 alias, listen 127.0.0.1:${port}\n`);

    const gateway = await startQuietly({ args, files });
    expect(gateway.stdout()).toContain(`http://127.0.0.1:${port}`);
    expect(gateway.stdout()).toContain('other.yaml');
    expect(await modelIds(`http://127.0.0.1:${port}`)).toEqual(['demo']);
    expect(await gateway.stop()).toBe(0);
  });

  test('is ./config.yaml where none is named; `serve` is the command', async () => {
    const port = await findFreePort();
    const files = {
      'config.yaml': `listen: 127.0.0.1:${port}\nlogging: {base_dir: ""}\nbackends: [{name: demo, url: "demo:"}]\nmodels: {mine: {routes: [{backend: demo, model: demo}]}}\n`,
    };
    const gateway = await startQuietly({ args: ['serve'], files });
    expect(await modelIds(`http://127.0.0.1:${port}`)).toEqual(['mine']);
    expect(await gateway.stop()).toBe(0);
  });

  test.skipIf(!hasTool('curl'))(
    'with its own key: the printed curl takes it from LLM_PROXY_KEY and works',
    async () => {
      const gateway = own(await startGateway({ config: { ...DEMO, proxy_api_key: 'the-key-of-the-gateway' } }));
      const command = printedCurl(gateway);
      expect(command).not.toContain('the-key-of-the-gateway');
      expect(JSON.parse((await runShell(command)).out)).toMatchObject({ error: { code: 'invalid_api_key' } });
      const { out } = await runShell(`LLM_PROXY_KEY=the-key-of-the-gateway; ${command}`);
      expect(JSON.parse(out)).toMatchObject({ object: 'chat.completion' });
    },
  );

  test('variables, defaults and secret files are put in', async () => {
    const config = [
      'proxy_api_key: file:key.txt',
      'backends: [{name: demo, url: "demo:"}]',
      'models: {"${ALIAS_PREFIX:-pre}-m": {routes: [{backend: demo, model: "${DEMO_MODEL}"}]}}',
    ].join('\n');
    const files = { 'key.txt': 'secret-from-a-file\n' };
    const named = config.replace('"${ALIAS_PREFIX:-pre}-m"', 'm');
    const gateway = own(
      await startGateway({
        config: named.replace('file:key.txt', '"${GATEWAY_KEY:-secret-by-default}"'),
        env: { DEMO_MODEL: 'demo' },
        files,
      }),
    );
    const body = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };
    const ask = async (key: string) =>
      await send(`${gateway.url}/v1/chat/completions`, { body, headers: { authorization: `Bearer ${key}` } });
    expect((await ask('wrong')).status).toBe(401);
    const answer = await ask('secret-by-default');
    expect(answer.status).toBe(200);
    expect(answer.headers['x-llm-proxy-model']).toBe('demo');
    // The secret of a file comes into force as well, without its line break.
    gateway.writeConfig(named.replace('file:key.txt', `file:${join(gateway.dir, 'key.txt')}`));
    gateway.signal('SIGHUP');
    await eventually(async () => (await ask('secret-from-a-file')).status === 200);
    expect((await ask('secret-by-default')).status).toBe(401);
  });
});

describe('the command line', () => {
  test('an unknown flag: exit 2, and it is named', async () => {
    for (const args of [['--verbos'], ['check', '-x'], ['serve', '--config']]) {
      const { code, err } = await runToEnd({ args });
      expect(code).toBe(2);
      expect(err).toContain(args.at(-1) ?? '');
    }
  });

  test('--version and --help', async () => {
    const [told, help, short] = await Promise.all([
      runToEnd({ args: ['--version'] }),
      runToEnd({ args: ['--help'] }),
      runToEnd({ args: ['-h'] }),
    ]);
    expect(told).toMatchObject({ code: 0, err: '' });
    expect(told.out.trim()).toContain(version);
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const word of ['serve', 'check', 'init', '--config', '--version']) expect(help.out).toContain(word);
    expect(short).toMatchObject({ code: 0, out: help.out });
  });

  test('check says what is wrong: exit 1; and what is right: exit 0', async () => {
    const good = await runToEnd({ config: { ...DEMO }, args: ['check'] });
    expect(good).toMatchObject({ code: 0, err: '' });
    expect(good.out).toContain('config.yaml is valid');
    const missing = await runToEnd({ args: ['check'] });
    expect(missing.code).toBe(1);
    expect(missing.err).toContain('config.yaml');
  });

  test('check warns of a fallback cycle and of an open door, and exits 0', async () => {
    const route = [{ backend: 'demo', model: 'demo' }];
    const config = {
      listen: ':8765',
      backends: [{ name: 'demo', url: 'demo:' }],
      models: { a: { routes: route }, b: { routes: route } },
      fallback: { alias_fallback: { a: ['b'], b: ['a'] } },
    };
    const { code, err } = await runToEnd({ args: ['check'], files: { 'config.yaml': JSON.stringify(config) } });
    expect(code).toBe(0);
    expect(err).toMatch(/alias_fallback/);
    expect(err).toMatch(/listen: .*open/);
  });

  test('init writes a config that check likes, and refuses to overwrite it', async () => {
    const gateway = own(await spawnGateway({ args: ['init'] }));
    expect(await gateway.exited).toBe(0);
    const path = join(gateway.dir, 'config.yaml');
    expect(existsSync(path)).toBe(true);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o077).toBe(0);
    const starter = readFileSync(path, 'utf8');
    expect(starter).toMatch(/^#/);
    expect(await runToEnd({ args: ['check', '-c', path] })).toMatchObject({ code: 0, err: '' });

    const kept = await runToEnd({ args: ['init'], files: { 'config.yaml': 'mine: true\n' } });
    expect(kept.code).toBe(1);
    expect(kept.err).toContain('config.yaml');
    expect(readFileSync(join(kept.dir, 'config.yaml'), 'utf8')).toBe('mine: true\n');
  });
});

describe('the address', () => {
  test('a port that is taken: exit 1, and it is named', async () => {
    const server = createServer();
    await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const { code, err, out } = await runToEnd({ config: { ...DEMO, listen: `127.0.0.1:${port}` } });
    await new Promise<void>((done) => void server.close(() => done()));
    expect(code).toBe(1);
    expect(err).toContain(`127.0.0.1:${port}`);
    expect(err).toContain('taken');
    expect(out).toBe('');
  });

  test.skipIf(process.platform === 'win32')(
    'a unix socket, also for the printed curl, gone after the end',
    async () => {
      const path = join('/tmp', `llm-proxy-test-${process.pid}.sock`);
      const gateway = await startQuietly({ config: { ...DEMO, listen: `unix:${path}` } });
      const response = await fetch('http://localhost/health', { unix: path });
      expect(await response.json()).toMatchObject({ status: 'ok', version });
      if (hasTool('curl')) {
        const { out } = await runShell(printedCurl(gateway));
        expect(JSON.parse(out)).toMatchObject({ object: 'chat.completion' });
      }

      // A socket that someone listens on is taken; one left by a gateway that was killed is not.
      const second = await runToEnd({ config: { ...DEMO, listen: `unix:${path}` } });
      expect(second.code).toBe(1);
      expect(second.err).toContain(path);
      expect((await fetch('http://localhost/health', { unix: path })).status).toBe(200);
      gateway.signal('SIGKILL');
      await gateway.exited;
      const third = await startQuietly({ config: { ...DEMO, listen: `unix:${path}` } });
      expect((await fetch('http://localhost/health', { unix: path })).status).toBe(200);
      expect(await third.stop()).toBe(0);
      expect(existsSync(path)).toBe(false);
    },
  );

  test('IPv6 loopback', async () => {
    const port = await findFreePort();
    const gateway = await startQuietly({ config: { ...DEMO, listen: `[::1]:${port}` } });
    expect(gateway.stdout()).toContain(`http://[::1]:${port}`);
    expect((await send(`http://[::1]:${port}/health`)).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
  });

  test('beyond loopback without a key: a warning; with one, none', async () => {
    const port = await findFreePort();
    const open = await startGateway({ config: { ...DEMO, listen: `:${port}` } });
    own(open);
    await eventually(() => /WARN.*open to everyone/.test(open.stderr()));
    expect(await open.stop()).toBe(0);
    const closed = await startGateway({ config: { ...DEMO, listen: `:${port}`, proxy_api_key: 'some-key-of-it' } });
    own(closed);
    expect(await closed.stop()).toBe(0);
    expect(closed.stderr()).not.toContain('WARN');
  });
});

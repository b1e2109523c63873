// A Unix socket that is listened on: what stands in its way is not deleted, its permissions are what the config says from
// the first moment, and clients behind it can be told apart.
import { afterEach, describe, expect, test } from 'bun:test';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, manual } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';

const CONFIG = {
  proxy_api_key: 'the-right-key',
  backends: [{ name: 'demo', url: 'demo:' }],
  models: { demo: { routes: [{ backend: 'demo', model: 'demo' }] } },
};
const KEY = { authorization: 'Bearer the-right-key' };

const gateways: Gateway[] = [];
const dirs: string[] = [];

afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.stop();
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true });
});

function freshDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-socket-'));
  dirs.push(dir);
  return dir;
}

async function spawned(path: string, config: object = {}): Promise<Gateway> {
  const gateway = await spawnGateway({ config: { ...CONFIG, listen: `unix:${path}`, ...config } });
  gateways.push(gateway);
  return gateway;
}

async function listening(path: string, config: object = {}): Promise<Gateway> {
  const gateway = await spawned(path, config);
  await eventually(async () => (await fetch('http://gateway/health', { unix: path })).ok);
  return gateway;
}

describe('what stands at the path', () => {
  test('a regular file stays, and the error says so', async () => {
    const path = join(freshDir(), 'precious');
    writeFileSync(path, 'years of work');
    const gateway = await spawned(path);
    expect(await gateway.exited).toBe(1);
    expect(gateway.stderr()).toContain(`${path} exists and is no socket`);
    expect(readFileSync(path, 'utf8')).toBe('years of work');
  });

  test('a symbolic link stays, and so does what it leads to: a file, or an abandoned socket', async () => {
    for (const kind of ['file', 'socket']) {
      const dir = freshDir();
      const [target, path] = [join(dir, 'target'), join(dir, 'link')];
      if (kind === 'file') writeFileSync(target, 'years of work');
      else await leaveSocket(target);
      symlinkSync(target, path);
      const gateway = await spawned(path);
      expect(await gateway.exited).toBe(1);
      expect(gateway.stderr()).toContain('is no socket');
      expect(lstatSync(path).isSymbolicLink()).toBe(true);
      expect(lstatSync(target).isSocket()).toBe(kind === 'socket');
    }
  });

  test('a socket that someone answers on stays theirs', async () => {
    const path = join(freshDir(), 'theirs.sock');
    const theirs = createServer().listen(path);
    await new Promise((resolve) => theirs.once('listening', resolve));
    const gateway = await spawned(path);
    expect(await gateway.exited).toBe(1);
    expect(gateway.stderr()).toContain('the address is taken');
    expect(lstatSync(path).isSocket()).toBe(true);
    theirs.close();
  });

  test('an abandoned socket is replaced', async () => {
    const path = join(freshDir(), 'old.sock');
    await leaveSocket(path);
    const gateway = await listening(path);
    expect(await gateway.stop()).toBe(0);
  });

  test('a reload onto a file is refused, and the old address stays', async () => {
    const dir = freshDir();
    const [path, file] = [join(dir, 'first.sock'), join(dir, 'precious')];
    writeFileSync(file, 'years of work');
    const gateway = await listening(path);
    gateway.writeConfig({ ...CONFIG, listen: `unix:${file}` });
    gateway.signal('SIGHUP');
    await eventually(() => gateway.stderr().includes('exists and is no socket'));
    expect(readFileSync(file, 'utf8')).toBe('years of work');
    expect((await fetch('http://gateway/health', { unix: path })).ok).toBe(true);
  });
});

test('what stands at the path when the gateway stops, or moves away, is left alone if it is not its socket', async () => {
  const dir = freshDir();
  for (const how of ['stop', 'move']) {
    const path = join(dir, how);
    const gateway = await listening(path);
    rmSync(path);
    writeFileSync(path, 'years of work');
    const moved = join(dir, 'moved.sock');
    if (how === 'move') {
      gateway.writeConfig({ ...CONFIG, listen: `unix:${moved}` });
      gateway.signal('SIGHUP');
      await eventually(async () => (await fetch('http://gateway/health', { unix: moved })).ok);
    }
    expect(await gateway.stop()).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('years of work');
    // Its own it takes away.
    expect(existsSync(moved)).toBe(false);
  }
});

describe('permissions', () => {
  const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

  test('are for owner and group unless told, and follow the config', async () => {
    const path = join(freshDir(), 'gateway.sock');
    const gateway = await listening(path);
    expect(modeOf(path)).toBe('660');
    gateway.writeConfig({ ...CONFIG, listen: `unix:${path}`, server: { socket_mode: '0600' } });
    gateway.signal('SIGHUP');
    await eventually(() => modeOf(path) === '600');
    expect((await fetch('http://gateway/health', { unix: path })).ok).toBe(true);
  });

  test('of what else the process makes are left alone', async () => {
    const gateway = await listening(join(freshDir(), 'gateway.sock'), { server: { socket_mode: '0600' } });
    // `ulimit`-like: the mask that it was started with, as the kernel tells it.
    const umask = (pid: number): string | undefined =>
      /^Umask:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (process.platform === 'linux') expect(umask(gateway.pid)).toBe(umask(process.pid) ?? '');
  });
});

test('an answer may take longer than an idle connection: Bun cannot tell the two apart here, so none is closed', async () => {
  const script = manual();
  const upstream = await startUpstream(script);
  const path = join(freshDir(), 'gateway.sock');
  await listening(path, { backends: [{ name: 'demo', url: upstream.url }], server: { idle_timeout: '1s' } });
  const body = JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'Hello' }] });
  const asked = fetch('http://gateway/v1/chat/completions', { unix: path, method: 'POST', headers: KEY, body });
  await script.request;
  // 1 s would be over after 8 at the latest: Bun counts in steps of 4.
  await Bun.sleep(9000);
  const answer = JSON.stringify({
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'x' } }],
  });
  await script.writeRaw(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`,
  );
  expect((await asked).status).toBe(200);
  await script.destroy();
  await upstream.stop();
});

describe('clients behind a proxy on the socket', () => {
  const ask = async (path: string, ip: string): Promise<number> => {
    const answer = await fetch('http://gateway/v1/models', { unix: path, headers: { ...KEY, 'x-forwarded-for': ip } });
    await answer.text();
    return answer.status;
  };
  const LIMITS = { rate_limit: { enabled: true, per_ip_rps: 0.001 } };

  test('count each for themselves where the proxy is trusted', async () => {
    const path = join(freshDir(), 'gateway.sock');
    const gateway = await listening(path, { ...LIMITS, proxy: { trusted_proxies: ['unix:'] } });
    expect([await ask(path, '192.0.2.1'), await ask(path, '192.0.2.1'), await ask(path, '192.0.2.2')]).toEqual([
      200, 429, 200,
    ]);
    await eventually(() => gateway.logs().length === 3);
    expect(gateway.logs().map((line) => line.client_ip)).toEqual(['192.0.2.1', '192.0.2.1', '192.0.2.2']);
  });

  test('are told to backends, where that is asked for, as far as the proxy tells them', async () => {
    const upstream = await startUpstream(chatAnswer('ok'));
    const path = join(freshDir(), 'gateway.sock');
    await listening(path, {
      backends: [{ name: 'demo', url: upstream.url }],
      proxy: { trusted_proxies: ['unix:'], forward_client_ip: true },
    });
    const body = JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'Hello' }] });
    for (const chain of ['203.0.113.9, 192.0.2.1', undefined]) {
      const headers = { ...KEY, ...(chain === undefined ? {} : { 'x-forwarded-for': chain }) };
      const answer = await fetch('http://gateway/v1/chat/completions', { unix: path, method: 'POST', headers, body });
      await answer.text();
      expect(upstream.requests.at(-1)?.headers['x-forwarded-for']).toBe(chain as string);
    }
    await upstream.stop();
  });

  test('are one where it is not', async () => {
    const path = join(freshDir(), 'gateway.sock');
    await listening(path, { ...LIMITS, proxy: { trusted_proxies: ['10.0.0.0/8'] } });
    expect([await ask(path, '192.0.2.1'), await ask(path, '192.0.2.2')]).toEqual([200, 429]);
  });
});

/** Leaves a socket's file behind on which nobody answers, as a process does that is killed. */
async function leaveSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await Bun.spawn([process.execPath, '-e', script], { stdout: 'ignore', stderr: 'ignore' }).exited;
  expect(lstatSync(path).isSocket()).toBe(true);
}

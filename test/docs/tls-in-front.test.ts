// The configs of docs/operations.md for a server with TLS in front, in the real servers.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { $ } from 'bun';
import { findFreePort, spawnGateway, startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { program } from '../kit/program.ts';
import { chatAnswer, chatEvents, manual } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';
import { blocksOf } from './blocks.ts';

const blocks = blocksOf(readFileSync(join(import.meta.dir, '../../docs/operations.md'), 'utf8'));
const configIn = (language: string): string => blocks.find((block) => block.language === language)?.text ?? '';
const nginx = await program('nginx', { apt: 'nginx', path: 'usr/sbin/nginx' });
const caddy = await program('caddy', { apt: 'caddy', path: 'usr/bin/caddy' });
const openssl = await program('openssl', { apt: 'openssl', path: 'usr/bin/openssl' });

const KEY = 'key-of-the-gateway-1234';
/** Over the 1 MB that nginx takes by itself. */
const LARGE_BYTES = 20 * 1024 * 1024;

let dir: string;
let certificate: string;
let upstream: Upstream;
let gateway: Gateway;
const ended: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llm-proxy-front-'));
  if (openssl !== undefined) {
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    await $`${openssl} req -x509 ${ec} ${names} -keyout ${dir}/front.key -out ${dir}/front.crt`.quiet();
    certificate = readFileSync(join(dir, 'front.crt'), 'utf8');
  }
  upstream = await startUpstream(chatAnswer('hi'));
  gateway = await startGateway({ config: gatewayConfig({ trusted_proxies: ['127.0.0.1', '::1'] }) });
});

afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
  await settled(upstream);
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
  rmSync(dir, { recursive: true });
});

function gatewayConfig(proxy: object): object {
  return {
    proxy_api_key: KEY,
    backends: [{ name: 'first', url: upstream.url }],
    models: { chat: { routes: [{ backend: 'first', model: 'm' }] } },
    proxy,
  };
}

describe.skipIf(nginx === undefined || openssl === undefined)('nginx', () => {
  test('streams as events come, takes large bodies, tells the client’s address, keeps operators’ paths inside', async () => {
    const front = await startNginx(`127.0.0.1:${gateway.port}`);
    await expectStream(front);
    await expectLargeBody(front);
    await expectAddress(front);
    await expectOperatorsInside(front);
  });

  test('does so over a Unix socket', async () => {
    const socket = join(dir, 'nginx.sock');
    const behind = await startOnSocket(socket);
    const front = await startNginx(`unix:${socket}`);
    await expectStream(front);
    await expectAddress(front, behind);
  });

  async function startNginx(target: string): Promise<string> {
    const port = await findFreePort();
    const server = replaced(configIn('nginx'), [
      ['127.0.0.1:8765', target],
      ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
      ['llm.example.com;', 'localhost;'],
      ['/etc/ssl/llm.example.com.crt', join(dir, 'front.crt')],
      ['/etc/ssl/llm.example.com.key', join(dir, 'front.key')],
    ]);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${dir}/${kind};`,
    );
    const config = `daemon off; master_process off; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
events {}
http {
${temporary.join('\n')}
access_log off;
${server}
}`;
    writeFileSync(join(dir, 'nginx.conf'), config);
    return await started([nginx ?? '', '-p', dir, '-e', join(dir, 'error.log'), '-c', join(dir, 'nginx.conf')], port);
  }
});

describe.skipIf(caddy === undefined || openssl === undefined)('Caddy', () => {
  test('streams as events come, takes large bodies, tells the client’s address, keeps operators’ paths inside', async () => {
    const front = await startCaddy(`127.0.0.1:${gateway.port}`);
    await expectStream(front);
    await expectLargeBody(front);
    await expectAddress(front);
    await expectOperatorsInside(front);
  });

  test('does so over a Unix socket', async () => {
    const socket = join(dir, 'caddy.sock');
    const behind = await startOnSocket(socket);
    const front = await startCaddy(`unix/${socket}`);
    await expectStream(front);
    await expectAddress(front, behind);
  });

  async function startCaddy(target: string): Promise<string> {
    const port = await findFreePort();
    const site = replaced(configIn('caddyfile'), [
      ['127.0.0.1:8765', target],
      ['llm.example.com {', `https://localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${dir}/front.crt ${dir}/front.key`],
    ]);
    writeFileSync(join(dir, 'Caddyfile'), `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
    return await started([caddy ?? '', 'run', '--adapter', 'caddyfile', '--config', join(dir, 'Caddyfile')], port);
  }
});

/** The text with each of these replaced; all must be there. */
function replaced(text: string, changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`the page has no ${from}`);
    return changed.replaceAll(from, to);
  }, text);
}

/** Starts a server; resolves to its address once it answers. */
async function started(cmd: readonly string[], port: number): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir };
  const log = join(dir, 'front.log');
  const child = Bun.spawn([...cmd], { env, stdin: 'ignore', stdout: 'ignore', stderr: Bun.file(log) });
  ended.push(async () => {
    child.kill();
    await child.exited;
  });
  const front = `https://localhost:${port}`;
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`${cmd[0]} ended: ${readFileSync(log, 'utf8')}`);
      const response = await fetch(`${front}/health`, { tls: { ca: certificate } });
      const told: Json = await response.json();
      return told.status === 'ok';
    },
    { timeoutMs: 30_000 },
  );
  return front;
}

async function startOnSocket(socket: string): Promise<Gateway> {
  const child = await spawnGateway({
    config: { ...gatewayConfig({ trusted_proxies: ['unix:'] }), listen: `unix:${socket}` },
  });
  ended.push(() => child.stop());
  await eventually(async () => (await fetch('http://localhost/health', { unix: socket })).ok, { timeoutMs: 30_000 });
  return child;
}

async function ask(front: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(`${front}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'hi' }], ...body }),
    tls: { ca: certificate },
  });
}

/** The backend sends no second event before the client has seen the first. */
async function expectStream(front: string): Promise<void> {
  const reply = manual();
  upstream.script(reply);
  const [opening = '', first = '', ...rest] = chatEvents(['one', 'two']);
  const asked = ask(front, { stream: true });
  await reply.head();
  await reply.event(opening);
  await reply.event(first);
  const response = await asked;
  expect(response.headers.get('content-type')).toStartWith('text/event-stream');
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  let text = '';
  const readUntil = async (wanted: string): Promise<void> => {
    while (!text.includes(wanted)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the stream ended without ${wanted}: ${text}`);
      text += new TextDecoder().decode(value);
    }
  };
  await readUntil('one');
  for (const event of rest) await reply.event(event);
  await reply.event('[DONE]');
  await reply.end();
  await readUntil('[DONE]');
  expect(text).toContain('two');
  upstream.script(chatAnswer('hi'));
}

async function expectLargeBody(front: string): Promise<void> {
  const content = 'x'.repeat(LARGE_BYTES);
  const response = await ask(front, { messages: [{ role: 'user', content }] });
  expect(response.status).toBe(200);
  const answer: Json = await response.json();
  expect(answer.choices[0].message.content).toBe('hi');
  expect(upstream.requests.at(-1)?.text.length).toBeGreaterThan(LARGE_BYTES);
}

/** The client's address is the one that the server in front saw, whatever the client claims. */
async function expectAddress(front: string, behind = gateway): Promise<void> {
  const addressOf = async (traceId: string, headers: Record<string, string>): Promise<string> => {
    await (await ask(front, {}, { 'x-trace-id': traceId, ...headers })).json();
    const line = await eventually(() => behind.logs().find(({ trace_id: id }) => id === traceId));
    return line.client_ip;
  };
  expect(await addressOf('own-address', {})).toBe('127.0.0.1');
  // Where loopback itself is trusted, a client on it is believed.
  if (behind !== gateway) expect(await addressOf('claimed', { 'x-forwarded-for': '203.0.113.9' })).toBe('127.0.0.1');
}

async function expectOperatorsInside(front: string): Promise<void> {
  for (const path of ['/metrics', '/admin/backends']) {
    const headers = { authorization: `Bearer ${KEY}` };
    const response = await fetch(front + path, { headers, tls: { ca: certificate } });
    await response.body?.cancel();
    expect([path, response.status, response.headers.get('x-trace-id')]).toEqual([path, 404, null]);
  }
}

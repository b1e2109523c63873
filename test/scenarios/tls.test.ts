// Backends behind TLS: to one whose certificate is not good nothing is sent, least of all a key.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { eventually } from '../kit/settled.ts';

const DIR = join(import.meta.dir, '../fixtures/tls');
const pem = (name: string): Buffer => readFileSync(join(DIR, `${name}.pem`));
const CERTIFICATES = ['good', 'other', 'expired', 'self-signed'];

/** What a server was asked, and how. */
interface Seen {
  readonly name: string | false;
  readonly protocol: string | false | null;
  readonly bytes: number;
  readonly port: number | undefined;
}

const servers = new Map<string, Server>();
const seen: Seen[] = [];
let gateway: Gateway;
let strict: Gateway;

beforeAll(async () => {
  for (const name of CERTIFICATES) servers.set(name, await serve(name));
  const config = {
    backends: CERTIFICATES.flatMap((name) => [
      { name: `${name}-name`, url: `https://localhost:${portOf(name)}/v1`, api_key: 'sk-upstream-1234' },
      { name: `${name}-address`, url: `https://127.0.0.1:${portOf(name)}/v1`, api_key: 'sk-upstream-1234' },
    ]),
    models: { '*': { routes: [{ backend: 'good-name', model: '*' }] } },
    fallback: { max_retries: 0, cooldown_seconds: 0 },
  };
  const models = Object.fromEntries(
    config.backends.map(({ name }) => [name, { routes: [{ backend: name, model: 'm' }] }]),
  );
  const env = { NODE_EXTRA_CA_CERTS: join(DIR, 'ca.pem') };
  [gateway, strict] = await Promise.all([
    startGateway({ config: { ...config, models }, env }),
    startGateway({ config: { ...config, models } }),
  ]);
});

afterAll(async () => {
  await Promise.all([gateway.stop(), strict.stop()]);
  for (const server of servers.values()) server.close();
});

async function serve(name: string): Promise<Server> {
  const options = { key: pem('key'), cert: pem(name), ALPNProtocols: ['h2', 'http/1.1'] };
  const server = createServer(options, (request, response) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => (bytes += piece.byteLength));
    request.on('end', () => {
      const socket = request.socket as typeof request.socket & { servername?: string | false; alpnProtocol?: string };
      const { servername = false, alpnProtocol = null, remotePort: port } = socket;
      seen.push({ name: servername, protocol: alpnProtocol, bytes, port });
      const choices = [{ message: { content: 'over TLS' }, finish_reason: 'stop' }];
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ object: 'chat.completion', choices }));
    });
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  return server;
}

function placeOf(model: string): string {
  const host = model.endsWith('-name') ? 'localhost' : '127.0.0.1';
  return `${host}:${portOf(model.replace(/-(?:name|address)$/, ''))}`;
}

function portOf(name: string): number {
  return (servers.get(name)!.address() as AddressInfo).port;
}

async function ask(at: Gateway, model: string, text = 'hi') {
  const body = { model, messages: [{ role: 'user', content: text }] };
  const answer = await send(`${at.url}/v1/chat/completions`, { body });
  const { text: got } = await answer.whole();
  const traceId = answer.headers['x-trace-id'];
  const line = await eventually(() => at.logs().find((one) => one.trace_id === traceId));
  return { status: answer.status, got, tries: line.tries ?? [] };
}

describe('a certificate of an authority that the operator trusts', () => {
  test.each([
    ['by name', 'good-name', 'localhost'],
    ['by address, which is no name to ask for', 'good-address', false],
  ] as const)('%s', async (_how, model, name) => {
    const before = seen.length;
    const { status, got } = await ask(gateway, model);
    expect([status, JSON.parse(got).choices[0].message.content]).toEqual([200, 'over TLS']);
    expect(seen.length).toBe(before + 1);
    expect(seen.at(-1)!.name).toBe(name);
  });

  test('carries long requests', async () => {
    expect((await ask(gateway, 'good-name', 'é'.repeat(3_000_000))).status).toBe(200);
    expect(seen.at(-1)!.bytes).toBeGreaterThan(6_000_000);
  });

  test('is not good without that', async () => {
    const before = seen.length;
    const { status, tries } = await ask(strict, 'good-name');
    expect([status, tries[0].failure, tries[0].detail]).toEqual([
      502,
      'connection_failed',
      `UNABLE_TO_VERIFY_LEAF_SIGNATURE localhost:${portOf('good')}`,
    ]);
    expect(seen.length).toBe(before);
  });
});

describe('a certificate that is not good is told by its code, and nothing is sent', () => {
  test.each([
    ['other-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['other-address', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['expired-name', 'CERT_HAS_EXPIRED'],
    ['expired-address', 'CERT_HAS_EXPIRED'],
    ['self-signed-name', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['self-signed-address', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('%s', async (model, code) => {
    const before = seen.length;
    const { status, tries } = await ask(gateway, model);
    expect([status, tries[0].failure, tries[0].detail]).toEqual([
      502,
      'connection_failed',
      `${code} ${placeOf(model)}`,
    ]);
    expect(seen.length).toBe(before);
  });
});

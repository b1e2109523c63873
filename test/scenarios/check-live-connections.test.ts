// What the system says of a connection has a remedy of its own in `check --live`, and it is that of `explain`.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { explain } from '../../src/commands/explain.ts';
import { findFreePort } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { processes } from '../kit/processes.ts';
import { runCommand } from '../kit/run-command.ts';

const { runToEnd } = processes();
const TLS = join(import.meta.dir, '../fixtures/tls');
const folder = mkdtempSync(join(tmpdir(), 'llm-proxy-live-connections-'));
const servers: Server[] = [];
let nobody: number;

/** Serves with a certificate of the fixtures, or without TLS; its `https://` URL. */
async function serve(certificate: string | undefined): Promise<string> {
  const [key, cert] = ['key', certificate ?? 'good'].map((name) => readFileSync(join(TLS, `${name}.pem`)));
  const server = certificate === undefined ? createPlainServer() : createServer({ key, cert });
  server.on('tlsClientError', () => {});
  servers.push(server);
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  return `https://localhost:${(server.address() as AddressInfo).port}/v1`;
}

beforeAll(async () => {
  nobody = await findFreePort();
});

afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

/** What `check --live` says of backends at these URLs, by name: the word in `detail`, and the remedy. */
async function asked(urls: Record<string, string>, env: Record<string, string>): Promise<Record<string, string[]>> {
  const names = Object.keys(urls);
  const file = join(folder, 'config.yaml');
  const config = {
    listen: '127.0.0.1:1',
    backends: names.map((name) => ({ name, url: urls[name] })),
    models: Object.fromEntries(names.map((name) => [name, { routes: [{ backend: name, model: 'm' }] }])),
  };
  writeFileSync(file, stringify(config));
  const { code, out } = await runToEnd({ args: ['check', '-c', file, '--live', '--json'], env });
  expect(code).toBe(1);
  const { routes } = JSON.parse(out);
  return Object.fromEntries(
    routes.map(({ backend, detail, remedy }: Json) => [backend, [detail.split(' ')[0], remedy]]),
  );
}

async function explained(word: string): Promise<string> {
  const { out } = await runCommand(explain, [word]);
  return out.join('\n').replace(/^.*What to do: /s, '');
}

test('each that has one of its own: the port, the scheme, the name, the certificate', async () => {
  const urls = {
    nobody: `http://127.0.0.1:${nobody}`,
    plain: await serve(undefined),
    nowhere: 'http://no-such-host.invalid',
    expired: await serve('expired'),
    other: await serve('other'),
    alone: await serve('self-signed'),
  };
  const found = await asked(urls, { NODE_EXTRA_CA_CERTS: join(TLS, 'ca.pem') });
  expect(found).toEqual({
    nobody: ['ECONNREFUSED', await explained('ECONNREFUSED')],
    plain: ['EPROTO', expect.stringContaining('Write http://')],
    nowhere: ['ENOTFOUND', await explained('ENOTFOUND')],
    expired: ['CERT_HAS_EXPIRED', expect.stringContaining('Renew the certificate')],
    other: ['ERR_TLS_CERT_ALTNAME_INVALID', expect.stringContaining('a name that the certificate has')],
    alone: ['DEPTH_ZERO_SELF_SIGNED_CERT', expect.stringContaining('NODE_EXTRA_CA_CERTS=/path/ca.pem, then restart')],
  });
  expect(new Set(Object.values(found).map(([, remedy]) => remedy)).size).toBe(6);
});

test('an authority that is not known here', async () => {
  const { good } = await asked({ good: await serve('good') }, { NODE_EXTRA_CA_CERTS: '' });
  expect(good).toEqual([
    expect.stringMatching(/^UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT_LOCALLY)$/),
    expect.stringContaining('NODE_EXTRA_CA_CERTS=/path/ca.pem, then restart'),
  ]);
});

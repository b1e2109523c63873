// What is uploaded goes up as it comes, and is not held.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { open, send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { eventually } from '../kit/settled.ts';

const KEY = 'key-of-the-proxy-5678-ab';
const HEADERS = { authorization: `Bearer ${KEY}`, 'content-type': 'application/octet-stream' };
const MIB = 1024 * 1024;

let provider: Server;
let onRequest: (request: IncomingMessage, response: ServerResponse) => void;
let gateway: Gateway;

beforeAll(async () => {
  provider = createServer((request, response) => onRequest(request, response));
  await new Promise<void>((resolve) => void provider.listen(0, '127.0.0.1', resolve));
});

afterEach(() => gateway.stop());

afterAll(() => {
  provider.closeAllConnections();
  provider.close();
});

async function start(more: object = {}): Promise<void> {
  const { port } = provider.address() as AddressInfo;
  gateway = await startGateway({
    config: {
      proxy_api_key: KEY,
      backends: [
        { name: 'one', url: `http://127.0.0.1:${port}/v1` },
        { name: 'gemini', url: `http://127.0.0.1:${port}/v1beta`, protocol: 'gemini' },
      ],
      models: {},
      passthrough: { openai: 'one', gemini: 'gemini' },
      ...more,
    },
  });
}

/** Answers with what came: its length, its hash, and its headers. */
async function measure(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of request) {
    bytes += (piece as Buffer).length;
    hash.update(piece as Buffer);
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ bytes, sha: hash.digest('hex'), headers: request.headers, url: request.url }));
}

function bytesOf(count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at++) bytes[at] = (at * 31 + (at >> 8)) & 255;
  return bytes;
}

function shaOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function residentMib(): Promise<number> {
  const status = await Bun.file(`/proc/${gateway.pid}/status`).text();
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

describe('an upload', () => {
  test.each([0, 1, 100_000, 5 * MIB])('of %i bytes arrives as it was sent', async (count) => {
    onRequest = (request, response) => void measure(request, response);
    await start();
    const body = bytesOf(count);
    const answer = await send(`${gateway.url}/v1/uploads/upload_1/parts`, { method: 'POST', headers: HEADERS, body });
    const got = await answer.json();
    expect([answer.status, got.bytes, got.sha]).toEqual([200, count, shaOf(body)]);
    expect(got.headers['content-length']).toBe(String(count));
    expect(got.headers['content-type']).toBe('application/octet-stream');
  });

  test('a form is one, and may be larger than a body that is held', async () => {
    onRequest = (request, response) => void measure(request, response);
    await start({ server: { max_body_mb: 1 } });
    const form = new FormData();
    form.set('purpose', 'batch');
    form.set('file', new Blob([bytesOf(3 * MIB)]), 'a.jsonl');
    const answer = await fetch(`${gateway.url}/v1/files`, {
      method: 'POST',
      headers: { authorization: HEADERS.authorization },
      body: form,
    });
    const got = (await answer.json()) as { bytes: number; headers: Record<string, string> };
    expect(got.bytes).toBeGreaterThan(3 * MIB);
    expect(got.headers['content-type']).toStartWith('multipart/form-data; boundary=');
    const refused = await send(`${gateway.url}/v1/batches`, {
      headers: { ...HEADERS, 'content-type': 'application/json' },
      body: JSON.stringify({ x: 'y'.repeat(2 * MIB) }),
    });
    expect(refused.status).toBe(413);
    await refused.whole();
  });

  test('without a length it goes up in chunks', async () => {
    onRequest = (request, response) => void measure(request, response);
    await start();
    const pieces = [bytesOf(10), bytesOf(70_000), bytesOf(3)];
    const connection = await open(gateway.url);
    const head = `POST /v1/uploads/u/parts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ntransfer-encoding: chunked\r\n\r\n`;
    await connection.write(Buffer.from(head));
    for (const piece of [...pieces, new Uint8Array(0)])
      await connection.write(
        Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
      );
    const got = await (await connection.answer()).json();
    expect([got.bytes, got.sha]).toEqual([70_013, shaOf(Buffer.concat(pieces))]);
    expect(got.headers['transfer-encoding']).toBe('chunked');
  });

  test('begins at the backend before it is whole, and is not held', async () => {
    const { promise: begun, resolve } = Promise.withResolvers<IncomingMessage>();
    onRequest = (request, response) => {
      request.once('readable', () => resolve(request));
      response.on('error', () => undefined);
    };
    await start();
    const total = 128 * MIB;
    const connection = await open(gateway.url);
    await connection.write(
      Buffer.from(
        `POST /v1/uploads/u/parts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-length: ${total}\r\n\r\n`,
      ),
    );
    const piece = bytesOf(MIB);
    let sent = 0;
    const sending = (async () => {
      for (; sent < total; sent += piece.length) await connection.write(piece);
    })();
    const request = await begun;
    // Nobody reads there: so nobody may send any more once the buffers between are full.
    let before = -1;
    await eventually(() => {
      const isStill = sent === before;
      before = sent;
      return isStill;
    });
    expect(sent).toBeLessThan(64 * MIB);
    const resident = await residentMib();
    let bytes = 0;
    request.on('data', (data: Buffer) => (bytes += data.length));
    await sending;
    await eventually(() => bytes === total);
    expect((await residentMib()) - resident).toBeLessThan(64);
    connection.leave();
  });

  test('an answer before its end is told', async () => {
    onRequest = (request, response) => {
      response.writeHead(413, { 'content-type': 'application/json', connection: 'close' });
      response.end('{"error":{"message":"too much"}}');
      request.resume();
    };
    await start();
    const connection = await open(gateway.url);
    await connection.write(
      Buffer.from(
        `POST /v1/uploads/u/parts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-length: 1000000\r\n\r\nx`,
      ),
    );
    const answer = await connection.answer();
    expect([answer.status, (await answer.json()).error.message]).toEqual([413, 'too much']);
    connection.leave();
  });

  test('of a client that leaves, the backend sees the end', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    onRequest = (request) => {
      request.on('error', () => resolve());
      request.on('close', () => resolve());
      request.once('data', () => begin());
    };
    await start();
    const connection = await open(gateway.url);
    await connection.write(
      Buffer.from(
        `POST /v1/uploads/u/parts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-length: 1000000\r\n\r\nx`,
      ),
    );
    await begun;
    connection.leave();
    await gone;
    await eventually(() => gateway.logs().length === 1);
    expect(gateway.logs()[0]).toMatchObject({ backend: 'one', status: 499, tries: [{ failure: 'client_gone' }] });
  });
});

describe('a resumable upload of Gemini', () => {
  const GEMINI = { 'x-goog-api-key': KEY };

  test('goes on at the gateway', async () => {
    onRequest = (request, response) => {
      if (request.headers['x-goog-upload-command'] !== 'start') return void measure(request, response);
      const { host } = request.headers;
      response.setHeader(
        'x-goog-upload-url',
        `http://${host}${request.url}?upload_id=AbC-9_x&upload_protocol=resumable`,
      );
      response.setHeader('x-goog-upload-status', 'active');
      response.end();
    };
    await start({ server: { secret: 'a secret of this gateway that nobody knows' } });
    const begun = await send(`${gateway.url}/upload/v1beta/files`, {
      headers: { ...GEMINI, 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' },
      body: { file: { display_name: 'x' } },
    });
    await begun.whole();
    const where = String(begun.headers['x-goog-upload-url']);
    expect([begun.status, begun.headers['x-goog-upload-status']]).toEqual([200, 'active']);
    expect(where).toStartWith(`${gateway.url}/upload/v1beta/files?upload_id=lp1x`);
    const body = bytesOf(100);
    const done = await send(where, {
      method: 'POST',
      headers: { ...GEMINI, 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '0' },
      body,
    });
    const got = await done.json();
    expect([got.url, got.sha]).toEqual([
      '/upload/v1beta/files?upload_id=AbC-9_x&upload_protocol=resumable',
      shaOf(body),
    ]);
    expect(got.headers['x-goog-upload-offset']).toBe('0');
  });

  test('not anywhere else', async () => {
    onRequest = (_request, response) => {
      response.setHeader('x-goog-upload-url', 'https://elsewhere.example/steal');
      response.end();
    };
    await start();
    const answer = await send(`${gateway.url}/upload/v1beta/files`, { headers: GEMINI, body: {} });
    await answer.whole();
    expect(answer.headers['x-goog-upload-url']).toBeUndefined();
  });
});

import { afterAll, beforeAll, expect, spyOn, test } from 'bun:test';
import { json, manual, raw } from '../../../test/kit/replies.ts';
import { eventually } from '../../../test/kit/settled.ts';
import { startUpstream } from '../../../test/kit/upstream.ts';
import type { Upstream } from '../../../test/kit/upstream.ts';
import { Cancellation } from '../../lib/cancellation.ts';
import { Upload } from '../../core/upload.ts';
import type { UpstreamAnswer } from '../../core/upstream-answer.ts';
import { isProxied, sendByFetch } from './by-fetch.ts';

const PROXY = 'http://proxy.example:3128';

test.each([
  ['http://a.example/v1', { HTTP_PROXY: PROXY }, true],
  ['http://a.example/v1', { http_proxy: PROXY }, true],
  ['http://a.example/v1', { HTTPS_PROXY: PROXY }, false],
  ['https://a.example/v1', { HTTPS_PROXY: PROXY }, true],
  ['https://a.example/v1', { https_proxy: PROXY }, true],
  ['https://a.example/v1', { HTTP_PROXY: PROXY }, false],
  ['https://a.example/v1', { ALL_PROXY: PROXY }, true],
  ['http://a.example/v1', { all_proxy: PROXY }, true],
  ['http://a.example/v1', { HTTP_PROXY: '' }, false],
  ['http://a.example/v1', {}, false],
  ['http://a.example/v1', { HTTP_PROXY: PROXY, NO_PROXY: 'b.example, A.example' }, false],
  ['http://a.example:81/v1', { HTTP_PROXY: PROXY, NO_PROXY: 'a.example:81' }, false],
  ['http://a.example:82/v1', { HTTP_PROXY: PROXY, NO_PROXY: 'a.example:81' }, true],
  ['http://a.example/v1', { HTTP_PROXY: PROXY, NO_PROXY: '', no_proxy: '*' }, false],
  // What only `fetch` knows it is left to.
  ['http://a.example/v1', { HTTP_PROXY: PROXY, NO_PROXY: '.example' }, true],
])('%s with %j', (url, env, proxied) => {
  expect(isProxied(new URL(url), env)).toBe(proxied);
});

let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream([]);
});

afterAll(() => upstream.stop());

function send(method: string): Promise<UpstreamAnswer> {
  return sendByFetch(upstream.url, {
    method,
    target: '/x',
    headers: {},
    body: undefined,
    cancellation: new Cancellation(),
  });
}

test('of an answer in an encoding that nobody knows, the connection is given back', async () => {
  // It remembers what it returned: the collector, which comes by now and then, must not be what closes the connection.
  using remembering = spyOn(globalThis, 'fetch');
  const script = manual();
  upstream.script(script);
  const answer = send('GET').catch((error: unknown) => error);
  await script.request;
  await script.writeRaw('HTTP/1.1 200 OK\r\ncontent-encoding: compress\r\ncontent-length: 100000\r\n\r\nhalf of it');
  expect(await answer).toMatchObject({ code: 'content_encoding_unknown' });
  await eventually(() => upstream.openSockets === 0);
  expect(remembering).toHaveBeenCalledTimes(1);
});

test.each([
  ['HEAD', 'compress', 9],
  ['HEAD', 'gzip', 9],
  ['GET', 'gzip', 0],
])('an answer to %s in %s without a body is not decoded', async (method, encoding, length) => {
  upstream.script(raw(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${length}\r\n\r\n`));
  const { status, body } = await send(method);
  expect(status).toBe(200);
  expect((await body.read()).done).toBe(true);
});

test('an upload goes up as it comes', async () => {
  upstream.script(json(200, {}));
  const pieces = ['first, ', 'and then ', 'the rest'];
  const sent: number[] = [];
  const body = new Blob(pieces).stream();
  const upload = new Upload(body, undefined, { sent: (bytes) => void sent.push(bytes), left: () => undefined });
  const head = { method: 'POST', target: '/files', headers: {}, body: undefined };
  const answer = await sendByFetch(upstream.url, { ...head, upload, cancellation: new Cancellation() });
  answer.body.cancel();
  expect(upstream.requests.at(-1)?.body.toString()).toBe(pieces.join(''));
  expect(sent.reduce((sum, bytes) => sum + bytes, 0)).toBe(pieces.join('').length);
});

// How the console comes to a browser: addresses, compression, caching, and that API clients notice nothing of it.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { send } from '../kit/client.ts';
import { startDemoStage, type DemoStage } from './kit/stage.ts';

let stage: DemoStage;
beforeAll(async () => {
  stage = await startDemoStage();
});
afterAll(() => stage.stop());

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
/** What a first look at the console may cost, compressed. */
const MOST_FIRST_BYTES = 200_000;

async function get(path: string, headers: Record<string, string> = BROWSER, method = 'GET') {
  const answer = await send(stage.url + path, { method, headers });
  await answer.whole();
  const bytes = Buffer.concat(answer.pieces.map((piece) => piece.bytes));
  return { status: answer.status, headers: answer.headers as Record<string, string>, bytes };
}

/** The addresses of the files that a text names. */
function filesIn(text: string): string[] {
  return [...new Set(text.match(/\/console\/assets\/[\w.-]+/g))];
}

describe('the page', () => {
  test.each(['/', '/console', '/console/', '/console/requests', '/console/requests/a-1', '/console/keys?team=a'])(
    'is at %s for a browser',
    async (path) => {
      const { status, headers, bytes } = await get(path);
      expect([status, headers['content-type']]).toEqual([200, 'text/html;charset=utf-8']);
      expect(bytes.toString()).toContain('<div id="app">');
    },
  );

  test('API clients get at / what they got before', async () => {
    for (const headers of [{}, { accept: '*/*' }, { accept: 'application/json' }]) {
      const { status, bytes } = await get('/', headers);
      expect([status, JSON.parse(bytes.toString()).error.code]).toEqual([404, 'unknown_path']);
    }
    expect((await get('/', BROWSER, 'POST')).status).toBe(404);
  });

  test('HEAD / is a sign of life for anybody', async () => {
    expect((await get('/', {}, 'HEAD')).status).toBe(200);
  });

  test('has no script and no style in it, and allows none', async () => {
    const { headers, bytes } = await get('/');
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(bytes.toString()).not.toMatch(/<style|<script(?![^>]* src=)|\bstyle=|\bon\w+=/);
  });

  test('is asked for each time, and sent again only if it has changed', async () => {
    const { headers } = await get('/');
    expect(headers['cache-control']).toBe('no-cache');
    expect((await get('/', { ...BROWSER, 'if-none-match': headers['etag']! })).status).toBe(304);
    expect((await get('/', { ...BROWSER, 'if-none-match': '"another"' })).status).toBe(200);
  });

  test('is not where there is a file, a session or nothing at all', async () => {
    for (const name of ['index-none.js', 'index.html', 'constructor', '..%2fpackage.json'])
      expect([name, (await get(`/console/assets/${name}`)).status]).toEqual([name, 404]);
    expect((await get('/console/oidc/elsewhere')).status).not.toBe(200);
    expect((await get('/consoles')).status).toBe(404);
  });
});

describe('its files', () => {
  test('never change under their names, and come in what the browser accepts', async () => {
    const path = filesIn((await get('/')).bytes.toString()).find((each) => each.endsWith('.js')) ?? '';
    const plain = await get(path, {});
    expect(plain.headers['cache-control']).toContain('immutable');
    const gzip = await get(path, { 'accept-encoding': 'gzip, deflate' });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.bytes)).toEqual(plain.bytes);
    const brotli = await get(path, { 'accept-encoding': 'gzip, deflate, br' });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.bytes)).toEqual(plain.bytes);
    expect(new Set([plain, gzip, brotli].map(({ headers }) => headers['etag'])).size).toBe(3);
    const refused = await get(path, { 'accept-encoding': 'br;q=0, gzip;q=0.5' });
    expect(refused.headers['content-encoding']).toBe('gzip');
  });

  test(`are small: all that / can lead to at first is less than ${MOST_FIRST_BYTES / 1000} KB`, async () => {
    const compressed = { ...BROWSER, 'accept-encoding': 'gzip' };
    const seen = new Map<string, number>();
    const visit = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      const { bytes } = await get(path, compressed);
      seen.set(path, bytes.length);
      for (const file of filesIn(gunzipSync(bytes).toString())) await visit(file);
    };
    await visit('/');
    expect(seen.size).toBeGreaterThan(3);
    // More than a browser asks for: the chunks of all pages are in it.
    const sum = seen.values().reduce((sum, bytes) => sum + bytes, 0);
    expect(sum).toBeLessThan(MOST_FIRST_BYTES);
  });
});

test('without a console its paths are unknown to everybody', async () => {
  const off = await startDemoStage({ admin: { console: { enabled: false } } });
  try {
    for (const path of ['/', '/console', '/console/keys', '/console/assets/index-1.js']) {
      const answer = await send(off.url + path, { method: 'GET', headers: BROWSER });
      expect([path, answer.status]).toEqual([path, 404]);
      await answer.whole();
    }
    const status = await send(`${off.url}/admin/status`, { method: 'GET' });
    expect(status.status).toBe(200);
    await status.whole();
  } finally {
    await off.stop();
  }
});

// Kept bodies of a whole gateway: in every dialect, plain and streamed, of each attempt; masked, limited, and gone with their age.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BodiesJson } from '../../src/admin/bodies-json.ts';
import type { Answer, Dialect } from '../dialects/spoken.ts';
import { BACKEND_KEY, DIALECTS, KEY, startStage, type Stage } from '../dialects/stage.ts';
import { send, type RawAnswer } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, chatEvents, hold, json, sse, stallAfter, status } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const ADMIN_KEY = 'the-key-of-whoever-runs-it';
const CI_KEY = 'the-key-of-the-ci-caller';
const OTHER_KEY = 'the-key-of-another-caller';
const SAID: Answer = {
  items: [{ text: 'Hello to you' }],
  finish: 'stop',
  usage: { input: 3, output: 4 },
};

const asAdmin = { authorization: `Bearer ${ADMIN_KEY}` };

/** What an operation of the admin API answers. */
async function admin(url: string, path: string, headers: Readonly<Record<string, string>> = asAdmin): Promise<Json> {
  const answer = await send(`${url}${path}`, { headers });
  return { ...(await answer.json()), http: answer.status };
}

/** The bodies of a request, as soon as they are there. */
async function bodiesOf(url: string, trace: string): Promise<BodiesJson> {
  return await eventually(async () => {
    const found = await admin(url, `/admin/requests/${trace}/bodies`);
    if (found.http !== 200) throw new Error(JSON.stringify(found));
    return found as BodiesJson;
  });
}

describe('in every dialect', () => {
  let stage: Stage;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'llm-proxy-bodies-'));
    const models = Object.fromEntries(
      DIALECTS.map(({ protocol }) => [
        `to-${protocol}`,
        { log_bodies: 'all', routes: [{ backend: protocol, model: `m-${protocol}` }] },
      ]),
    );
    stage = await startStage({ admin: { api_key: ADMIN_KEY }, data_dir: folder, models });
  });
  afterAll(async () => {
    await stage.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const cases = DIALECTS.flatMap((client) =>
    DIALECTS.flatMap((back) => [false, true].map((stream) => ({ client, back, stream }))),
  );

  test.each(cases)('$client.title to $back.title, streamed: $stream', async ({ client, back, stream }) => {
    const trace = `${client.protocol}-${back.protocol}-${stream}`;
    stage.plays(back, SAID);
    const { answer, body } = await ask(client, back, stream, trace);
    const { text } = await answer.whole();
    const kept = await bodiesOf(stage.gateway.url, trace);
    expect(kept).toMatchObject({ trace_id: trace, client: { request: { method: 'POST', cut: false } } });
    expect(kept.client.request.body).toBe(JSON.stringify(body));
    expect(kept.client.answer).toMatchObject({ status: 200, body: text, bytes: Buffer.byteLength(text), cut: false });
    const seen = stage.upstream.requests.at(-1);
    const [attempt] = kept.attempts;
    expect(kept.attempts).toHaveLength(1);
    expect(attempt).toMatchObject({ index: 0, backend: back.protocol, failure: null });
    expect(attempt?.request?.body).toBe(seen?.text ?? '');
    expect(seen?.path).toEndWith(attempt?.request?.path ?? '-');
    const answered = stream ? back.events(SAID).join('') : JSON.stringify(back.answer(SAID));
    expect(attempt?.answer).toMatchObject({ status: 200, body: answered, cut: false });
    expect(JSON.stringify(kept)).not.toContain(KEY);
    expect(JSON.stringify(kept)).not.toContain(BACKEND_KEY);
  });

  async function ask(client: Dialect, back: Dialect, stream: boolean, trace: string) {
    const turns = [{ role: 'user' as const, items: [{ text: 'Hi' }] }];
    const { path, body } = client.request({ turns, maxTokens: 50 }, stage.aliasOf(back), stream);
    const headers = { authorization: `Bearer ${KEY}`, 'x-trace-id': trace, 'anthropic-version': '2023-06-01' };
    return { answer: await send(`${stage.gateway.url}${path}`, { headers, body }), body };
  }
});

describe('of a gateway', () => {
  let first: Upstream;
  let second: Upstream;
  let usual: Gateway;
  /** That of the test: the usual one, or its own. */
  let gateway: Gateway;
  let dataDir: string;
  const folders: string[] = [];

  beforeAll(async () => {
    [first, second] = await Promise.all([startUpstream(chatAnswer('1')), startUpstream(chatAnswer('2'))]);
    usual = await start();
  });
  beforeEach(() => {
    gateway = usual;
    dataDir = folders[0] ?? '';
  });
  afterEach(async () => {
    if (gateway !== usual) await gateway.stop();
    await settled(first, second);
  });
  afterAll(async () => {
    await Promise.all([usual.stop(), first.stop(), second.stop()]);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  async function start(more: Record<string, unknown> = {}): Promise<Gateway> {
    dataDir = mkdtempSync(join(tmpdir(), 'llm-proxy-bodies-'));
    folders.push(dataDir);
    const routes = ['first', 'second'].map((backend, priority) => ({ backend, model: 'x', priority }));
    gateway = await startGateway({
      config: {
        data_dir: dataDir,
        admin: { api_key: ADMIN_KEY },
        proxy_api_key: KEY,
        keys: [
          { name: 'ci', key: CI_KEY, models: ['*'], log_bodies: 'all' },
          { name: 'private', key: OTHER_KEY, models: ['*'], log_bodies: 'off' },
        ],
        backends: [
          { name: 'first', url: first.url, api_key: BACKEND_KEY },
          { name: 'second', url: second.url, api_key: BACKEND_KEY },
        ],
        models: {
          all: { log_bodies: 'all', routes },
          errors: { log_bodies: 'errors', routes },
          none: { routes },
          hedged: { log_bodies: 'all', hedge: { after: '30ms', at_most: '100%' }, routes },
        },
        fallback: { max_retries: 0, cooldown_seconds: 0 },
        ...more,
      },
    });
    return gateway;
  }

  async function ask(model: string, trace: string, more: object = {}, key = KEY): Promise<RawAnswer> {
    return await send(`${gateway.url}/v1/chat/completions`, {
      body: { model, messages: [{ role: 'user', content: 'Hi' }], ...more },
      headers: { authorization: `Bearer ${key}`, 'x-trace-id': trace },
    });
  }

  /** The row of a request, once the ledger has it. */
  async function row(trace: string): Promise<Json> {
    return await eventually(async () => {
      const found = await admin(gateway.url, `/admin/requests/${trace}`);
      return found.http === 200 ? found : undefined;
    });
  }

  test('each attempt of a failover has its own, in the order of the tries', async () => {
    first.script(status(500, { message: 'out of order' }));
    second.script(chatAnswer('served'));
    await (await ask('all', 'failover')).whole();
    const { attempts, client } = await bodiesOf(gateway.url, 'failover');
    expect(attempts.map(({ backend, failure, answer }) => [backend, failure, answer?.status])).toEqual([
      ['first', 'server_error', 500],
      ['second', null, 200],
    ]);
    expect(attempts[0]?.answer?.body).toContain('out of order');
    expect(JSON.parse(attempts[1]?.request?.body ?? '')).toMatchObject({ model: 'x' });
    expect(client.answer?.body).toContain('served');
    expect((await row('failover')).tries.map(({ backend }: Json) => backend)).toEqual(['first', 'second']);
  });

  test('of `errors`, only requests that failed or of which an attempt did', async () => {
    first.script(chatAnswer('fine'));
    await (await ask('errors', 'fine')).whole();
    first.script(status(503));
    second.script(chatAnswer('after all'));
    await (await ask('errors', 'rerouted')).whole();
    second.script(status(500));
    await (await ask('errors', 'failed')).whole();
    expect((await bodiesOf(gateway.url, 'failed')).client.answer?.status).toBe(500);
    expect((await bodiesOf(gateway.url, 'rerouted')).attempts).toHaveLength(2);
    const { http: none, error } = await admin(gateway.url, '/admin/requests/fine/bodies');
    expect([none, error.code]).toEqual([404, 'not_found']);
    expect(error.message).toContain('Set `log_bodies`');
    expect((await row('fine')).bodies).toBeNull();
    expect((await row('failed')).bodies).toBe('kept');
  });

  test('a key decides before the alias; a request that names no alias of the config has its own as well', async () => {
    first.script(chatAnswer('fine'));
    await (await ask('none', 'by-key', {}, CI_KEY)).whole();
    await (await ask('nobody', 'unknown', {}, CI_KEY)).whole();
    await (await ask('all', 'private', {}, OTHER_KEY)).whole();
    expect((await bodiesOf(gateway.url, 'by-key')).client.answer?.body).toContain('fine');
    const unknown = await bodiesOf(gateway.url, 'unknown');
    expect(unknown.client.request.body).toContain('"nobody"');
    expect(unknown.client.answer?.body).toContain('model_not_found');
    expect((await row('private')).bodies).toBeNull();
  });

  test('what a client sends in a form of its own is kept as it came', async () => {
    first.script(json(200, { id: 'x', object: 'chat.completion', choices: [] }));
    const path = '/v1/projects/p/locations/global/publishers/anthropic/models/all:rawPredict';
    const text =
      '{ "anthropic_version": "vertex-2023-10-16",  "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}] }';
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', 'x-trace-id': 'own-form' };
    await (await send(`${gateway.url}${path}`, { headers, body: text })).whole();
    const { client, attempts } = await bodiesOf(gateway.url, 'own-form');
    expect(client.request).toMatchObject({ path, body: text, bytes: text.length });
    expect(attempts[0]?.request?.body).toContain('"model":"x"');
  });

  test('both attempts of a hedge have theirs, the one that lost as far as it came', async () => {
    const gate = hold();
    first.script(gate);
    second.script(chatAnswer('quick'));
    await (await ask('hedged', 'hedged')).whole();
    gate.release();
    const { attempts, client } = await bodiesOf(gateway.url, 'hedged');
    const told = (await row('hedged')).tries;
    expect(attempts.map(({ backend }) => backend)).toEqual(told.map(({ backend }: Json) => backend));
    const lost = attempts.find(({ backend }) => backend === 'first');
    expect(lost?.request?.body).toContain('"Hi"');
    expect(lost?.answer).toBeNull();
    expect(client.answer?.body).toContain('quick');
  });

  test('of a stream that its client leaves, what had come', async () => {
    first.script(stallAfter(chatEvents(['one', 'two', 'three']).slice(0, 3)));
    const answer = await ask('all', 'left', { stream: true });
    await answer.textUntil('two');
    answer.leave();
    const { client, attempts } = await bodiesOf(gateway.url, 'left');
    expect(client.answer?.body).toContain('two');
    expect(attempts[0]?.answer?.body).toContain('two');
    expect((await row('left')).status).toBe(499);
  });

  test('no secret is in them: not in headers, bodies, paths, nor said in pieces', async () => {
    const shaped = 'sk-abcdefghijklmnopqrstuvwx0123456789';
    const halves = [BACKEND_KEY.slice(0, 9), BACKEND_KEY.slice(9)];
    first.script(sse(chatEvents(['your key is ', ...halves, ` and ${shaped}`])));
    const more = { stream: true, user: `Bearer ${shaped}`, metadata: { password: 'hunter2hunter2' }, note: CI_KEY };
    await (await ask('all', 'secrets', more, CI_KEY)).whole();
    const text = JSON.stringify(await bodiesOf(gateway.url, 'secrets'));
    expect(text).toContain('your key is');
    for (const secret of [shaped, BACKEND_KEY, KEY, CI_KEY, 'hunter2hunter2', halves[1] ?? '', 'authorization'])
      expect(text).not.toContain(secret);
    const files = new Bun.Glob('**/*').scanSync({ cwd: dataDir, onlyFiles: true });
    for (const file of files) expect(await Bun.file(join(dataDir, file)).text()).not.toContain(CI_KEY);
  });

  test('what is longer than the limit is cut, and says how long it was', async () => {
    await start({ ledger: { max_body_kb: 1 } });
    const long = 'é'.repeat(30_000);
    first.script(chatAnswer(long));
    const asked = { messages: [{ role: 'user', content: long }] };
    const { text } = await (await ask('all', 'long', asked)).whole();
    const { client, attempts } = await bodiesOf(gateway.url, 'long');
    const messages = [client.request, client.answer, attempts[0]?.request, attempts[0]?.answer];
    for (const message of messages) {
      expect(message?.cut).toBe(true);
      expect(message?.bytes).toBeGreaterThan(60_000);
      expect(Buffer.byteLength(message?.body ?? '')).toBeGreaterThan(1000);
      expect(Buffer.byteLength(message?.body ?? '')).toBeLessThanOrEqual(1024);
    }
    expect(client.answer?.bytes).toBe(Buffer.byteLength(text));
    expect(text).toStartWith(client.answer?.body ?? '-');
  });

  test('what is no text has its length alone', async () => {
    first.script(json(200, new Uint8Array(5000).fill(7), { 'content-type': 'audio/mpeg' }));
    const answer = await send(`${gateway.url}/v1/audio/speech`, {
      body: { model: 'all', input: 'Hi', voice: 'alloy' },
      headers: { authorization: `Bearer ${KEY}`, 'x-trace-id': 'speech' },
    });
    await answer.whole();
    const { client, attempts } = await bodiesOf(gateway.url, 'speech');
    expect(client.answer).toMatchObject({ body: null, bytes: 5000, cut: false });
    expect(attempts[0]?.answer).toMatchObject({ body: null, bytes: 5000 });
  });

  test('what finds no memory is left out, counted, and the row says so', async () => {
    await start({ server: { max_buffered_mb: 1 }, ledger: { max_body_kb: 16_384 } });
    first.script(chatAnswer('fine'));
    await (await ask('all', 'large', { messages: [{ role: 'user', content: 'x'.repeat(200_000) }] })).whole();
    await (await ask('all', 'small')).whole();
    expect((await row('large')).bodies).toBe('left_out');
    await bodiesOf(gateway.url, 'small');
    const { error } = await admin(gateway.url, '/admin/requests/large/bodies');
    expect(error.message).toContain('server.max_buffered_mb');
    const { text } = await (await send(`${gateway.url}/metrics`, { headers: asAdmin })).whole();
    expect(text).toMatch(/^llm_proxy_ledger_bodies_left_out_total 1$/m);
    expect(text).toMatch(/^llm_proxy_ledger_bodies_kept_total 1$/m);
    expect(text).toMatch(/^llm_proxy_ledger_bodies_lost_total 0$/m);
  });

  test('operators read them, callers their own alone, and the audit log says who did', async () => {
    first.script(chatAnswer('fine'));
    await (await ask('none', 'own', {}, CI_KEY)).whole();
    await (await ask('all', 'of-proxy')).whole();
    const { id } = await bodiesOf(gateway.url, 'own');
    await bodiesOf(gateway.url, 'of-proxy');
    const asCi = { authorization: `Bearer ${CI_KEY}` };
    expect((await admin(gateway.url, `/admin/requests/${id}/bodies`, asCi)).http).toBe(403);
    expect((await admin(gateway.url, `/admin/me/requests/${id}/bodies`, asCi)).id).toBe(id);
    expect((await admin(gateway.url, '/admin/me/requests/own/bodies', asCi)).id).toBe(id);
    const ofProxy = (await row('of-proxy')).id;
    for (const others of [ofProxy, 'of-proxy', 'nothing'])
      expect((await admin(gateway.url, `/admin/me/requests/${others}/bodies`, asCi)).http).toBe(404);
    const { data } = await admin(gateway.url, '/admin/audit');
    expect(data.filter(({ target }: Json) => target === id).map(({ action, actor }: Json) => [action, actor])).toEqual([
      ['bodies.read', 'ci'],
      ['bodies.read', 'ci'],
      ['bodies.read', 'admin'],
    ]);
    expect((await admin(gateway.url, '/admin/requests/nothing/bodies')).http).toBe(404);
  });

  test('a key made at run time has them as well', async () => {
    first.script(chatAnswer('fine'));
    const made = await send(`${gateway.url}/admin/keys`, {
      headers: asAdmin,
      body: { name: 'made', models: ['*'], log_bodies: 'all' },
    });
    const { key, log_bodies: kept } = await made.json();
    expect(kept).toBe('all');
    await (await ask('none', 'made', {}, key)).whole();
    expect((await bodiesOf(gateway.url, 'made')).client.request.body).toContain('"Hi"');
  });
});

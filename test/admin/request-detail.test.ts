// What the request page of the console is told: how routes were chosen, waits, what was changed, and what it cost.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from '../kit/client.ts';
import { startGatewayHere, type GatewayHere } from '../kit/gateway-here.ts';
import type { Json } from '../kit/json.ts';
import { startPostgres } from '../kit/postgres.ts';
import { chatAnswer, chatEvents, hold, json, sse, status } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { adminClient } from './admin-client.ts';

const postgres = await startPostgres();
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-detail-'));
let one: Upstream;
let two: Upstream;
let claude: Upstream;
let gateway: GatewayHere | undefined;

const USED = { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 };

beforeAll(async () => {
  one = await startUpstream(chatAnswer('one', { usage: USED }));
  two = await startUpstream(chatAnswer('two', { usage: USED }));
  claude = await startUpstream(
    json(200, {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [{ type: 'text', text: 'hi' }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 5 },
    }),
  );
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  one.script(chatAnswer('one', { usage: USED }));
  two.script(chatAnswer('two', { usage: USED }));
});
afterAll(async () => {
  for (const upstream of [one, two, claude]) await upstream.stop();
  await postgres?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const places = [
  { place: 'memory', more: () => ({}) },
  { place: 'sqlite', more: () => ({ data_dir: mkdtempSync(join(dir, 'data-')) }) },
  ...(postgres === undefined
    ? []
    : [{ place: 'postgres', more: async () => ({ database: await postgres.createDatabase() }) }]),
];

describe.each(places)('one request, from $place', ({ place, more }) => {
  async function start(config: object = {}): Promise<ReturnType<typeof adminClient>> {
    const values: object = {
      backends: [
        { name: 'one', url: one.url },
        { name: 'two', url: two.url, price_multiplier: 1.1 },
        { name: 'claude', url: claude.url, protocol: 'anthropic' },
      ],
      models: {
        m: {
          routes: [
            { backend: 'one', model: 'big' },
            { backend: 'two', model: 'big', priority: 2 },
          ],
        },
        left: { routes: [{ backend: 'one', model: 'small' }] },
        c: { routes: [{ backend: 'claude', model: 'claude-sonnet-4-5' }] },
      },
      prices: { 'one/*': { input: 1, output: '2.5' }, 'two/*': { like: 'openai/gpt-5' } },
      fallback: { cooldown_seconds: 60, max_retries: 1, backoff_initial: '5ms', alias_fallback: { left: ['c'] } },
      ...config,
      ...(await more()),
    };
    gateway = await startGatewayHere(values, {});
    return adminClient(gateway.url, undefined);
  }

  async function ask(trace: string, body: object = {}): Promise<number> {
    const answer = await send(`${gateway?.url}/v1/chat/completions`, {
      body: { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...body },
      headers: { 'x-trace-id': trace },
    });
    await answer.whole();
    return answer.status;
  }

  async function detail(admin: ReturnType<typeof adminClient>, trace: string): Promise<Json> {
    return await eventually(async () => {
      const { status: code, body } = await admin('GET', `/admin/requests/${trace}`);
      expect(code).toBe(200);
      return body;
    });
  }

  test('that its first route served says just that', async () => {
    const admin = await start();
    expect(await ask('plain')).toBe(200);
    const found = await detail(admin, 'plain');
    expect(found.source).toBe(place === 'memory' ? 'memory' : 'ledger');
    expect(found.routes).toMatchObject([{ backend: 'one', model: 'big', state: 'served', tries: [0] }]);
    expect(found).toMatchObject({ routes_complete: false, left_aliases: [], retries: 0, error: null });
    expect(found.timeline).toMatchObject([{ kind: 'try', try: 0 }]);
    expect(found.overhead_ms).toBeGreaterThan(0);
    expect(found.changes).toEqual({
      model: { asked: 'm', sent: 'big' },
      dialect: null,
      system_prompts: [],
      include_usage: false,
      output_limit: null,
      dropped: [],
    });
  });

  test('that failed over says which route failed, what followed, and that others are left out while they cool', async () => {
    one.script(status(503, { retryAfter: 30 }));
    const admin = await start();
    expect(await ask('over')).toBe(200);
    const found = await detail(admin, 'over');
    expect(found.routes).toMatchObject([
      { alias: 'm', backend: 'one', state: 'tried', cause: 'overloaded', words: 'is overloaded', tries: [0] },
      { alias: 'm', backend: 'two', state: 'served', tries: [1] },
    ]);
    expect(found.routes_complete).toBe(true);
    expect(found.tries[0]).toMatchObject({
      failure: 'overloaded',
      retry_after_ms: 30_000,
      trial: false,
      redone: false,
    });
    expect(Date.parse(found.tries[0].cooling_until)).toBeGreaterThan(Date.now());
    expect(found.tries[1]).toMatchObject({ cooling_until: null, retry_after_ms: null });
    expect(found.tries[1].start_ms).toBeGreaterThanOrEqual(found.tries[0].start_ms);
    expect(found.cost.tries).toMatchObject([{ try: 1, multiplier: '1.1', source: 'config' }]);

    expect(await ask('left-out')).toBe(200);
    const next = await detail(admin, 'left-out');
    expect(next.routes).toMatchObject([
      { backend: 'one', state: 'cooling', cause: '503 overloaded', tries: [] },
      { backend: 'two', state: 'served', tries: [0] },
    ]);
    expect(Date.parse(next.routes[0].until)).toBeGreaterThan(Date.now());
    expect(next.attempts).toBe(1);
  });

  test('that waited for its next try says so, and one whose alias was left says why', async () => {
    one.script([status(500), chatAnswer('again')]);
    const admin = await start({
      fallback: { cooldown_seconds: 0, max_retries: 1, backoff_initial: '5ms' },
      models: { m: { routes: [{ backend: 'one', model: 'big' }] } },
    });
    expect(await ask('again')).toBe(200);
    const found = await detail(admin, 'again');
    expect(found.timeline.map(({ kind }: Json) => kind)).toEqual(['try', 'retry', 'try']);
    expect(found.retries).toBe(1);
    expect(found.routes).toMatchObject([{ backend: 'one', state: 'served', tries: [0, 1] }]);
  });

  test('that a fallback served says why the alias was left, and what was changed for the other dialect', async () => {
    one.script(status(500));
    const admin = await start();
    expect(await ask('fell', { model: 'left', seed: 5 })).toBe(200);
    const found = await detail(admin, 'fell');
    expect(found.left_aliases).toMatchObject([{ alias: 'left', reason: 'every_try_failed' }]);
    expect(found.changes).toMatchObject({
      dialect: { client: 'openai-chat', backend: 'anthropic-messages' },
      dropped: ['seed'],
    });
    expect(found.changes.output_limit).toBeGreaterThan(0);
    expect(await ask('fell-again', { model: 'left' })).toBe(200);
    const next = await detail(admin, 'fell-again');
    expect(next.left_aliases).toMatchObject([{ alias: 'left', reason: 'no_route_available' }]);
  });

  test('has the formula of its cost, whose sum is the row', async () => {
    const admin = await start({ fallback: { cooldown_seconds: 60 } });
    one.script(status(500));
    expect(await ask('dear')).toBe(200);
    const { cost, cost_usd: row } = await detail(admin, 'dear');
    const [bill] = cost.tries;
    expect(bill.lines).toEqual([
      { class: 'input', count: 1000, unit: 'token', rate_usd: '1.25', amount_usd: '0.00125' },
      { class: 'output', count: 50, unit: 'token', rate_usd: '10', amount_usd: '0.0005' },
    ]);
    expect(bill.exact_usd).toBe('0.001925');
    expect(bill.cost_usd).toBe('0.001925');
    expect(row).toBe('0.001925');
  });

  test('says what each budget has counted of it', async () => {
    const admin = await start({
      budgets: [
        { name: 'house', usd: 5, per: 'day' },
        { name: 'calls', requests: 9, per: 'total' },
      ],
    });
    expect(await ask('charged')).toBe(200);
    const { charges, cost_usd: cost } = await detail(admin, 'charged');
    expect(charges).toMatchObject([
      { name: 'all/house', unit: 'usd', amount: cost, window_start: expect.stringMatching(/T00:00:00.000Z$/) },
      { name: 'all/calls', unit: 'requests', amount: '1', window_start: null },
    ]);
  });

  test('knows the system prompts that were put in, and that a stream was asked for its counts', async () => {
    const prompts = mkdtempSync(join(dir, 'prompts-'));
    writeFileSync(join(prompts, 'm.txt'), 'Be brief.');
    const admin = await start({ proxy: { enable_system_prompt: true, system_prompt_dir: prompts } });
    one.script(sse(chatEvents('hi')));
    expect(await ask('prompted', { stream: true })).toBe(200);
    const found = await detail(admin, 'prompted');
    expect(found.changes).toMatchObject({ system_prompts: ['m'], include_usage: true });
  });

  test('that was queued says from when until when', async () => {
    const gate = hold();
    one.script([gate, chatAnswer('next')]);
    const admin = await start({ concurrency: { enabled: true, max_requests: 1, max_queue_size: 5 } });
    const first = ask('first');
    await gate.reached;
    const second = ask('second');
    await eventually(async () => {
      const { body } = await admin('GET', '/admin/backends');
      return body.requests.waiting === 1;
    });
    gate.release();
    expect(await Promise.all([first, second])).toEqual([200, 200]);
    const found = await detail(admin, 'second');
    expect(found.timeline.map(({ kind }: Json) => kind)).toEqual(['slot', 'try']);
    expect(found.timeline[0].end_ms).toBeLessThanOrEqual(found.timeline[1].start_ms + 1);
  });
});

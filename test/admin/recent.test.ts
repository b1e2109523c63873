// What pages are told of what happened lately: the search of requests, the overview, and all of it without a database.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from '../kit/client.ts';
import { startGatewayHere, type GatewayHere } from '../kit/gateway-here.ts';
import type { Json } from '../kit/json.ts';
import { startPostgres } from '../kit/postgres.ts';
import { chatAnswer, chatEvents, sse, status } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';
import { adminClient } from './admin-client.ts';

const postgres = await startPostgres();
const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-recent-'));
const USED = { prompt_tokens: 1000, completion_tokens: 50, total_tokens: 1050 };
let one: Upstream;
let two: Upstream;
let gateway: GatewayHere | undefined;

beforeAll(async () => {
  one = await startUpstream(chatAnswer('one', { usage: USED }));
  two = await startUpstream(chatAnswer('two', { usage: USED }));
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  one.script(chatAnswer('one', { usage: USED }));
  two.script(chatAnswer('two', { usage: USED }));
});
afterAll(async () => {
  for (const upstream of [one, two]) await upstream.stop();
  await postgres?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const ADMIN = 'key-of-the-admin-1234-abc';
const KEY = 'sk-key-of-ci-1234567890';

async function start(more: object = {}): Promise<ReturnType<typeof adminClient>> {
  const values: object = {
    admin: { api_key: ADMIN },
    keys: [{ key: KEY, name: 'ci', models: ['*'], tags: { project: 'x' } }],
    backends: [
      { name: 'one', url: one.url },
      { name: 'two', url: two.url },
    ],
    models: {
      m: {
        routes: [
          { backend: 'one', model: 'big' },
          { backend: 'two', model: 'big', priority: 2 },
        ],
      },
      free: { routes: [{ backend: 'two', model: 'free' }] },
    },
    prices: { '*/big': { input: 1, output: '2.5' } },
    fallback: { cooldown_seconds: 0, max_retries: 0 },
    ...more,
  };
  gateway = await startGatewayHere(values, {});
  return adminClient(gateway.url, ADMIN);
}

async function ask(trace: string, body: object = {}): Promise<number> {
  const answer = await send(`${gateway?.url}/v1/chat/completions`, {
    body: { model: 'm', messages: [{ role: 'user', content: 'hi' }], ...body },
    headers: { 'x-trace-id': trace, authorization: `Bearer ${KEY}` },
  });
  await answer.whole();
  return answer.status;
}

/** Five requests of different kinds. */
async function traffic(admin: ReturnType<typeof adminClient>): Promise<void> {
  expect(await ask('good')).toBe(200);
  one.script([status(503), sse(chatEvents('hi'))]);
  expect(await ask('over')).toBe(200);
  expect(await ask('streamed', { stream: true, user: 'ann' })).toBe(200);
  expect(await ask('free', { model: 'free' })).toBe(200);
  expect(await ask('nothing', { model: 'unknown' })).toBe(404);
  await eventually(async () => {
    expect((await admin('GET', '/admin/requests')).body.data).toHaveLength(5);
    return true;
  });
}

const places = [
  { place: 'memory', more: () => ({}) },
  { place: 'sqlite', more: () => ({ data_dir: mkdtempSync(join(dir, 'data-')) }) },
  ...(postgres === undefined
    ? []
    : [{ place: 'postgres', more: async () => ({ database: await postgres.createDatabase() }) }]),
];

describe.each(places)('requests in $place', ({ place, more }) => {
  test('are searched by what they are, and paged', async () => {
    const admin = await start(await more());
    await traffic(admin);
    const found = async (query: string): Promise<string[]> => {
      const { status: code, body } = await admin('GET', `/admin/requests?${query}`);
      expect(code).toBe(200);
      return body.data.map(({ trace_id: trace }: Json) => trace).toSorted();
    };
    expect(await found('status=failed')).toEqual(['nothing']);
    expect(await found('status=4xx')).toEqual(['nothing']);
    expect(await found('status=5xx')).toEqual([]);
    expect(await found('status=failed_over')).toEqual(['over']);
    expect(await found('failure=overloaded')).toEqual(['over']);
    expect(await found('failure=read_timeout')).toEqual([]);
    expect(await found('stream=true')).toEqual(['streamed']);
    expect(await found('stream=false&backend=two')).toEqual(['free', 'over']);
    expect(await found('min_cost=0.001')).toEqual(['good', 'over']);
    expect(await found('min_cost=0.01')).toEqual([]);
    expect(await found('min_duration_ms=60000')).toEqual([]);
    expect(await found('min_ttft_ms=0')).toEqual(['free', 'good', 'over', 'streamed']);
    expect(await found('unpriced=true')).toEqual(['free']);
    expect(await found('end_user=ann')).toEqual(['streamed']);
    expect(await found('tag=project%3Dx&model=big&alias=m&caller=ci')).toEqual(['good', 'over', 'streamed']);
    expect(await found('error_code=model_not_found')).toEqual(['nothing']);
    expect((await admin('GET', '/admin/requests?min_cost=much')).status).toBe(400);

    const traces: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { body }: { body: Json } = await admin('GET', `/admin/requests?limit=2${next && `&cursor=${next}`}`);
      traces.push(...body.data.map(({ trace_id: trace }: Json) => trace));
      next = body.next;
    }
    expect(traces).toHaveLength(5);
    expect(new Set(traces).size).toBe(5);
    expect(traces[0]).toBe('nothing');
    expect((await admin('GET', '/admin/requests?cursor=x')).status).toBe(400);
    // One that nobody was given must not keep the gateway busy for as long as it counts down.
    const far = Buffer.from('memory.999999999999999').toString('base64url');
    expect((await admin('GET', `/admin/requests?limit=1&cursor=${far}`)).status).toBe(place === 'memory' ? 200 : 400);
    expect((await admin('GET', '/admin/requests/not-there')).status).toBe(404);
  });

  test('are summed, as a list and as a matrix of steps and groups', async () => {
    const admin = await start(await more());
    await traffic(admin);
    const { body: plain } = await admin('GET', '/admin/usage?from=1h&group_by=alias');
    expect(plain.total.requests).toBe(5);
    const { body: sessions } = await admin('GET', '/admin/usage?from=1h&group_by=end_user');
    expect(sessions.data.map(({ end_user: user, requests }: Json) => [user, requests])).toContainEqual(['ann', 1]);
    const { body } = await admin('GET', '/admin/usage?from=2h&group_by=hour,alias&top=1&top_by=requests');
    const [first, others] = body.matrix.groups;
    expect(first).toMatchObject({ name: { alias: 'm' }, other: false, groups: 1 });
    expect(others).toMatchObject({ name: {}, other: true, groups: 2 });
    const sum = (numbers: number[]): number => numbers.reduce((all, each) => all + each, 0);
    expect(sum(first.requests)).toBe(3);
    expect(sum(others.requests)).toBe(2);
    expect(first.requests).toHaveLength(body.matrix.times.length);
    expect((await admin('GET', '/admin/usage?group_by=session,alias')).status).toBe(400);
  });

  test('make the overview: series, totals, what leads, backends, and what needs attention', async () => {
    const admin = await start(await more());
    await traffic(admin);
    const { status: code, body } = await admin('GET', '/admin/overview?window=15m');
    expect(code).toBe(200);
    expect(body.series).toHaveLength(15);
    expect(body.totals).toMatchObject({ requests: 5, failed: 1, refused: 1, failed_over: 1, unpriced: 1 });
    expect(body.totals.ttft_p95_ms).toBeGreaterThan(0);
    expect(body.series.reduce((sum: number, { requests }: Json) => sum + requests, 0)).toBe(5);
    expect(body.top.aliases.by_requests[0]).toMatchObject({ name: 'm', requests: 3 });
    expect(body.top.callers.by_cost[0]).toMatchObject({ name: 'ci' });
    expect(body.top.backends.by_requests.map(({ name }: Json) => name)).toContain('two');
    expect(body.backends).toMatchObject([
      { name: 'one', state: 'up' },
      { name: 'two', state: 'up' },
    ]);
    expect(body.attention.map(({ kind }: Json) => kind)).toContain('unpriced');
    for (const window of ['1h', '24h', '7d', '30d']) {
      const { body: longer } = await admin('GET', `/admin/overview?window=${window}&zone=Asia/Kolkata`);
      expect(longer.totals.requests).toBe(5);
      expect(longer.totals.cost_usd).toBe(body.totals.cost_usd);
      expect(longer.series.reduce((sum: number, { requests }: Json) => sum + requests, 0)).toBe(5);
      expect(longer.source).toBe(place === 'memory' || window === '24h' || window === '1h' ? 'memory' : 'ledger');
    }
  });
});

test('what was before the start is read from the ledger', async () => {
  const data = { data_dir: mkdtempSync(join(dir, 'data-')) };
  await traffic(await start(data));
  await gateway?.stop();
  const admin = await start(data);
  const body = await eventually(async () => {
    const { body: found } = await admin('GET', '/admin/overview?window=1h');
    expect(found.totals.requests).toBe(5);
    return found;
  });
  expect(body.totals).toMatchObject({ failed: 1, refused: 1, failed_over: 1, unpriced: 1 });
  expect(body.totals.ttft_p50_ms).toBeGreaterThan(0);
  expect(body.top.aliases.by_requests[0]).toMatchObject({ name: 'm', requests: 3 });
});

test('the overview says what needs attention', async () => {
  one.script(status(503));
  two.script(status(503));
  const soon = new Date(Date.now() + 3 * 86_400_000).toISOString();
  const admin = await start({
    keys: [
      {
        key: KEY,
        name: 'ci',
        models: ['*'],
        expires_at: soon,
        budgets: [
          { requests: 1, per: 'day', name: 'few', mode: 'observe' },
          { usd: 1000, per: 'day' },
        ],
      },
    ],
    fallback: { cooldown_seconds: 60, max_retries: 0 },
  });
  for (let number = 0; number < 25; number++) expect(await ask(`failed-${number}`)).toBeGreaterThan(400);
  const { body } = await admin('GET', '/admin/overview');
  const of = (kind: string): Json[] => body.attention.filter((each: Json) => each.kind === kind);
  expect(of('backend_cooling').map(({ subject }) => subject)).toEqual(['one', 'two']);
  expect(of('backend_cooling')[0].data).toMatchObject({ models: ['big'], cause: '503 overloaded' });
  expect(of('alias_without_route').map(({ subject }) => subject)).toEqual(['m']);
  expect(of('error_rate_up')[0].data.percent).toBe(100);
  expect(of('key_expires')).toMatchObject([{ subject: 'ci', data: { expires_at: soon } }]);
  expect(of('budget_exceeded')).toMatchObject([{ data: { unit: 'requests', limit: '1' } }]);
  expect(of('budget_near')).toEqual([]);
  expect(body.attention[0].severity).toBe('critical');
});

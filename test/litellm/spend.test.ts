// What was spent, as LiteLLM's clients ask for it: one by one, by day, and in what they read of keys and teams.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Json } from '../kit/json.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startManaged, type Managed } from './gateway.ts';

let managed: Managed;
let key: Json;
let other: Json;
const DAY_MS = 86_400_000;
/** 1,000 tokens of input at 0.000001 USD per million, 200 of output at 15. */
const COST = 0.003000001;

function dayAt(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

async function logs(query = ''): Promise<Json> {
  return (await managed.call('GET', `/spend/logs${query}`)).body;
}

beforeAll(async () => {
  managed = await startManaged();
  const usage = { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 };
  managed.upstream.script(chatAnswer('ok', { usage }));
  await managed.call('POST', '/team/new', { team_id: 'core', team_alias: 'Core' });
  const asked = {
    team_id: 'core',
    key_alias: 'ci',
    user_id: 'ann',
    tags: ['prod'],
    max_budget: 1,
    budget_duration: '1d',
  };
  ({ body: key } = await managed.call('POST', '/key/generate', asked));
  ({ body: other } = await managed.call('POST', '/key/generate', { key_alias: 'ci' }));
  expect([await managed.ask(key.key, 'claude'), await managed.ask(key.key, 'claude')]).toEqual(['ok', 'ok']);
  expect([await managed.ask(other.key, 'claude'), await managed.ask(other.key, 'nothing')]).toEqual([
    'ok',
    expect.stringMatching(/^404/),
  ]);
  await eventually(async () => (await logs()).length === 4);
});
afterAll(() => managed.stop());

test('requests are told one by one, the newest first, with what they cost', async () => {
  const all = await logs();
  expect(all[0]).toMatchObject({ status: 'failure', spend: 0, api_key: other.token });
  expect(all[3]).toMatchObject({
    api_key: key.token,
    spend: COST,
    prompt_tokens: 1000,
    completion_tokens: 200,
    total_tokens: 1200,
    model: 'claude',
    model_group: 'claude',
    user: 'ann',
    team_id: 'core',
    request_tags: ['prod'],
    status: 'success',
    metadata: { user_api_key_alias: 'ci' },
  });
  expect(Date.parse(all[3].endTime)).toBeGreaterThanOrEqual(Date.parse(all[3].startTime));
  expect(await logs(`?request_id=${all[3].request_id}`)).toEqual([all[3]]);
  expect(await logs('?request_id=nothing')).toEqual([]);
});

test('those of a key are found by its secret and by its token, those of a user by name', async () => {
  // The other has the same name, in no team.
  expect(await logs(`?api_key=${key.key}`)).toHaveLength(2);
  expect(await logs(`?api_key=${other.token}`)).toHaveLength(2);
  expect(await logs('?user_id=ann')).toHaveLength(2);
  expect((await managed.call('GET', '/spend/logs?api_key=sk-unknown')).status).toBe(404);
});

test('with two dates they are sums by day, and rows where that is asked for', async () => {
  const span = `?start_date=${dayAt(-1)}&end_date=${dayAt(1)}`;
  const sums: Json[] = await logs(span);
  const spent = sums.reduce((sum, { spend }) => sum + spend, 0);
  expect(spent).toBeCloseTo(3 * COST, 12);
  const today = sums.find(({ spend }) => spend > 0);
  expect(today).toMatchObject({ users: { ann: 2 * COST }, models: { claude: 3 * COST }, ci: 3 * COST });
  expect(await logs(`${span}&summarize=false`)).toHaveLength(4);
  expect(await logs(`?start_date=${dayAt(-3)}&end_date=${dayAt(-2)}`)).toEqual([]);
  expect((await managed.call('GET', '/spend/logs?start_date=yesterday&end_date=today')).status).toBe(400);
});

test('a key and its team tell what they have spent', async () => {
  const { body: info } = await managed.call('GET', `/key/info?key=${key.token}`);
  const { body: team } = await managed.call('GET', '/team/info?team_id=core');
  expect([info.info.spend, team.team_info.spend, team.keys[0].spend]).toEqual([2 * COST, 2 * COST, 2 * COST]);
  const { body: list } = await managed.call('GET', '/key/list?return_full_object=true');
  expect(list.keys.map(({ spend }: Json) => spend)).toEqual([2 * COST, COST]);
});

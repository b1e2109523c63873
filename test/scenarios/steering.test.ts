// What operators ask and do about routes: explanations that come true, drains, ended cooldowns, rehearsals.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, status } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

let good: Upstream;
let bad: Upstream;
let gateway: Gateway;

const ADMIN = { authorization: 'Bearer admin-key-of-tests' };
const KEYS = [
  { name: 'drill', key: 'drill-key-of-the-tests', models: ['*'] },
  { name: 'other', key: 'other-key-of-the-tests', models: ['*'] },
];

beforeAll(async () => {
  good = await startUpstream(chatAnswer('hello'));
  bad = await startUpstream(status(500));
  const route = (backend: string, priority = 1) => ({ backend, model: `model-${backend}`, priority });
  gateway = await startGateway({
    config: {
      admin: { api_key: 'admin-key-of-tests' },
      keys: KEYS,
      backends: [
        { name: 'a', url: good.url },
        { name: 'b', url: good.url },
        { name: 'bad1', url: bad.url },
        { name: 'bad2', url: bad.url },
      ],
      models: {
        m: { routes: [route('a'), route('b', 2)] },
        alone: { routes: [route('a')] },
        turns: { balance: 'round_robin', routes: [route('bad1'), route('bad2')] },
      },
      fallback: {
        alias_fallback: { turns: ['m'] },
        max_retries: 1,
        backoff_initial: '1ms',
        backoff_max: '1ms',
        cooldown_seconds: 60,
      },
    },
  });
});

afterAll(async () => {
  await gateway.stop();
  await good.stop();
  await bad.stop();
});

async function admin(method: string, path: string, body?: object): Promise<{ status: number; json: Json }> {
  const answer = await send(`${gateway.url}${path}`, {
    method,
    headers: ADMIN,
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, json: JSON.parse((await answer.whole()).text) };
}

async function ask(model: string, key: string, trace: string): Promise<Json> {
  const headers = { authorization: `Bearer ${key}`, 'x-trace-id': trace };
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    headers,
    body: { model, messages: [{ role: 'user', content: 'hi' }] },
  });
  await answer.whole();
  return await eventually(() => gateway.logs().find((line) => line.trace_id === trace));
}

const attempted = (steps: Json[]): string[] =>
  steps.filter(({ type }) => type === 'attempt').map(({ backend }) => backend);

test('what an explanation says is what then happens', async () => {
  for (let turn = 0; turn < 2; turn++) {
    const { json } = await admin('POST', '/admin/explain', { model: 'turns', caller: 'drill' });
    expect(json.deterministic).toBe(true);
    const foreseen = attempted(json.steps);
    const line = await ask('turns', 'drill-key-of-the-tests', `turn-${turn}`);
    const made = line.tries.map(({ backend }: Json) => backend);
    // The last that was tried has served; explanations suppose that it fails, too.
    expect(foreseen.slice(0, made.length)).toEqual(made);
    await admin('POST', '/admin/cooldowns/end', { backend: 'bad1' });
    await admin('POST', '/admin/cooldowns/end', { backend: 'bad2' });
  }
});

test('explaining takes nothing: the turn stays, and nothing is sent', async () => {
  const before = bad.requests.length + good.requests.length;
  const first = await admin('POST', '/admin/explain', { model: 'turns' });
  const second = await admin('POST', '/admin/explain', { model: 'turns' });
  expect(second.json.steps).toEqual(first.json.steps);
  expect(bad.requests.length + good.requests.length).toBe(before);
  const { json } = await admin('POST', '/admin/explain', { model: 'nothing' });
  expect([json.allowed, json.refusal.code]).toEqual([false, 'model_not_found']);
});

test('a name that is no text is refused, whichever dialect would write it into a path', async () => {
  for (const dialect of ['openai-chat', 'gemini']) {
    const { status: code, json } = await admin('POST', '/admin/explain', { model: '\ud800', dialect });
    expect([code, json.error.code, json.error.param]).toEqual([400, 'invalid_request', 'model']);
  }
});

test('every dialect can be explained, with what is dropped in translation', async () => {
  for (const dialect of ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini']) {
    const { status: code, json } = await admin('POST', '/admin/explain', { model: 'm', dialect });
    expect([code, json.routes[0].rank, json.routes[0].backend]).toEqual([200, 1, 'a']);
  }
});

test('a drained backend gets nothing, and comes back; the last route of an alias needs force', async () => {
  const refused = await admin('POST', '/admin/backends/a/drain', {});
  expect([refused.status, refused.json.error.code]).toEqual([409, 'in_use']);
  const drained = await admin('POST', '/admin/backends/a/drain', { force: true });
  expect([drained.json.changed, drained.json.kept, drained.json.aliases_without_route]).toEqual([
    true,
    false,
    ['alone'],
  ]);
  expect((await admin('POST', '/admin/backends/a/drain', { force: true })).json.changed).toBe(false);
  expect((await ask('m', 'other-key-of-the-tests', 'drained')).backend).toBe('b');
  expect((await ask('alone', 'other-key-of-the-tests', 'drained-alone')).status).toBe(503);
  const { json } = await admin('GET', '/admin/routes');
  expect(json.data.find(({ alias }: Json) => alias === 'm').routes[0].state).toBe('draining');
  await admin('POST', '/admin/backends/a/undrain');
  expect((await ask('m', 'other-key-of-the-tests', 'undrained')).backend).toBe('a');
  expect((await admin('POST', '/admin/backends/nobody/drain', {})).status).toBe(404);
});

test.each(['status_500', 'rate_limited', 'connection_refused', 'cut'])(
  'a rehearsal of %s concerns one caller alone',
  async (failure) => {
    const begun = await admin('POST', '/admin/rehearsals', { backend: 'a', failure, caller: 'drill', seconds: 60 });
    expect(begun.status).toBe(201);
    const before = good.requests.length;
    const mine = await ask('m', 'drill-key-of-the-tests', `mine-${failure}`);
    expect([mine.backend, mine.rehearsed, mine.tries[0].detail]).toEqual(['b', true, 'rehearsed']);
    expect(good.requests.length).toBe(before + 1);
    const others = await ask('m', 'other-key-of-the-tests', `others-${failure}`);
    expect([others.backend, others.rehearsed]).toEqual(['a', undefined]);
    const { json } = await admin('GET', '/admin/routes');
    const [a] = json.data.find(({ alias }: Json) => alias === 'm').routes;
    expect([a.state, a.cooldown, a.rehearsed > 0]).toEqual(['up', null, true]);
    const ended = await admin('DELETE', `/admin/rehearsals/${begun.json.id}`);
    expect([ended.json.requests, ended.json.served]).toEqual([1, 1]);
    expect((await ask('m', 'drill-key-of-the-tests', `after-${failure}`)).backend).toBe('a');
  },
);

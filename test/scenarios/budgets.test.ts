// Budgets through sockets: what is spent, who is refused and how, in four dialects; streams that are cut short; alerts.
import { afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { json, sse, stall, status } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

/** What the dialects call the same, and where they take it. */
const DIALECTS = {
  chat: {
    protocol: 'openai',
    path: '/v1/chat/completions',
    body: { model: 'chat', messages: [{ role: 'user', content: 'hi' }] },
    answer: {
      id: 'c',
      object: 'chat.completion',
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
    },
  },
  responses: {
    protocol: 'openai-responses',
    path: '/v1/responses',
    body: { model: 'responses', input: 'hi', store: false },
    answer: {
      id: 'r',
      object: 'response',
      status: 'completed',
      model: 'm',
      output: [
        {
          type: 'message',
          id: 'm',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'ok', annotations: [] }],
        },
      ],
      usage: { input_tokens: 10, output_tokens: 20, total_tokens: 30 },
    },
  },
  messages: {
    protocol: 'anthropic',
    path: '/v1/messages',
    body: { model: 'messages', max_tokens: 64, messages: [{ role: 'user', content: 'hi' }] },
    answer: {
      id: 'a',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'ok' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 10, output_tokens: 20 },
    },
  },
  gemini: {
    protocol: 'gemini',
    path: '/v1beta/models/gemini:generateContent',
    body: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
    answer: {
      candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'ok' }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 20, totalTokenCount: 30 },
      modelVersion: 'm',
    },
  },
} as const;

type Dialect = keyof typeof DIALECTS;
const ALL = Object.keys(DIALECTS) as Dialect[];
/** 10 tokens of input and 20 of output: 10 × 1 + 20 × 4 millionths of a USD. */
const PRICES = { '*/m': { input: 1, output: 4 }, '*/dear': { input: 100, output: 400 } };
const COST = 0.00009;

let upstream: Upstream;
let gateway: Gateway;
let isUp = false;

beforeAll(async () => {
  upstream = await startUpstream(json(200, DIALECTS.chat.answer));
});

afterEach(async () => {
  if (!isUp) return;
  isUp = false;
  try {
    // Whatever has come of a request, it holds nothing any more.
    await eventually(async () => (await metric('budget_holds_open')) === 0);
  } finally {
    await gateway.stop();
  }
  await settled(upstream);
});

function configOf(more: Readonly<Record<string, unknown>>): object {
  const base = upstream.url;
  const routes = (name: string) => [{ backend: name, model: 'm' }];
  return {
    backends: ALL.map((name) => ({
      name,
      url: name === 'gemini' ? base.replace('/v1', '/v1beta') : base,
      protocol: DIALECTS[name].protocol,
    })),
    models: {
      ...Object.fromEntries(ALL.map((name) => [name, { routes: routes(name) }])),
      ...(more['models'] as object),
    },
    fallback: { cooldown_seconds: 0, max_retries: 0 },
    prices: PRICES,
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== 'models')),
  };
}

async function start(more: Readonly<Record<string, unknown>>): Promise<void> {
  gateway = await startGateway({ config: configOf(more) });
  isUp = true;
}

async function ask(dialect: Dialect, more: object = {}): Promise<RawAnswer> {
  const { path, body } = DIALECTS[dialect];
  return await send(`${gateway.url}${path}`, { body: { ...body, ...more } });
}

/** Asks without waiting for the answer. */
function startSend(url: string): AbortController {
  const client = new AbortController();
  const { signal } = client;
  const headers = { 'content-type': 'application/json' };
  fetch(url, { method: 'POST', body: JSON.stringify(DIALECTS.chat.body), headers, signal }).catch(() => undefined);
  return client;
}

/** Asks, and returns the status. */
async function statusOf(dialect: Dialect, more: object = {}): Promise<number> {
  const answer = await ask(dialect, more);
  await answer.whole();
  return answer.status;
}

async function metric(name: string, labels = ''): Promise<number | undefined> {
  const { text } = await (await send(`${gateway.url}/metrics`)).whole();
  const line = text
    .split('\n')
    .find(
      (each) =>
        each.startsWith(`llm_proxy_${name}${labels} `) || (labels === '' && each.startsWith(`llm_proxy_${name}{`)),
    );
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
}

async function logged({ headers }: RawAnswer): Promise<Json> {
  return await eventually(() => gateway.logs().find(({ trace_id: id }) => id === headers['x-trace-id']));
}

describe('a hard budget', () => {
  test('counts what each dialect reports, to the nano, and refuses in each once it is used up', async () => {
    await start({ budgets: [{ name: 'all', usd: String(COST * 4), per: 'month', zone: 'Europe/Berlin' }] });
    for (const dialect of ALL) {
      upstream.script(json(200, DIALECTS[dialect].answer));
      expect(await statusOf(dialect)).toBe(200);
      expect(await metric('budget_spent')).toBeCloseTo(COST * (ALL.indexOf(dialect) + 1), 9);
    }
    const seen = upstream.requests.length;
    for (const dialect of ALL) {
      const answer = await ask(dialect);
      const body = await answer.json();
      expect(answer.status).toBe(429);
      expect(answer.headers['x-should-retry']).toBe('false');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      const message: string = body.error.message;
      expect(message).toContain('`all/all`');
      expect(message).toContain('0.00036 USD of 0.00036 USD are spent');
      expect(message).toMatch(/begins anew at \d{4}-\d\d-01T|begins anew at \d{4}-\d\d-\d\dT2[23]:00:00Z/);
      if (dialect === 'chat' || dialect === 'responses') expect(body.error.code).toBe('budget_exceeded');
      if (dialect === 'messages') expect(body.error.type).toBe('rate_limit_error');
      if (dialect === 'gemini') expect(body.error.status).toBe('RESOURCE_EXHAUSTED');
      expect((await logged(answer))['error_code']).toBe('budget_exceeded');
    }
    expect(upstream.requests.length).toBe(seen);
    // Looking is free.
    const models = await send(`${gateway.url}/v1/models`);
    await models.whole();
    expect(models.status).toBe(200);
  });

  test('of 0 lets nothing in, one that is absent everything, and each counts its own unit', async () => {
    upstream.script(json(200, DIALECTS.chat.answer));
    await start({
      models: {
        none: { budgets: [{ tokens: 0, per: 'day' }], routes: [{ backend: 'chat', model: 'm' }] },
        calls: { budgets: [{ requests: 2, per: 'total' }], routes: [{ backend: 'chat', model: 'm' }] },
        tokens: { budgets: [{ tokens: 60, per: 'day' }], routes: [{ backend: 'chat', model: 'm' }] },
      },
    });
    expect(await statusOf('chat', { model: 'none' })).toBe(429);
    expect(await statusOf('chat')).toBe(200);
    expect([await statusOf('chat', { model: 'calls' }), await statusOf('chat', { model: 'calls' })]).toEqual([
      200, 200,
    ]);
    expect(await statusOf('chat', { model: 'calls' })).toBe(429);
    expect([await statusOf('chat', { model: 'tokens' }), await statusOf('chat', { model: 'tokens' })]).toEqual([
      200, 200,
    ]);
    expect(await statusOf('chat', { model: 'tokens' })).toBe(429);
  });

  test('is never overdrawn by requests that come at once', async () => {
    upstream.script(json(200, DIALECTS.chat.answer));
    await start({ budgets: [{ name: 'all', usd: '0.0009', per: 'day' }] });
    const statuses = await Promise.all(Array.from({ length: 40 }, () => statusOf('chat', { max_tokens: 20 })));
    const served = statuses.filter((code) => code === 200).length;
    expect(statuses.filter((code) => code !== 200 && code !== 429)).toEqual([]);
    expect(served).toBeGreaterThan(0);
    expect(await metric('budget_spent')).toBeCloseTo(served * COST, 9);
    expect(served).toBeLessThanOrEqual(10);
    expect(await metric('budget_held')).toBe(0);
  });

  test('holds nothing for a client that left, and counts what it got', async () => {
    upstream.script(endless(0));
    await start({ budgets: [{ name: 'all', tokens: 1_000_000, per: 'day' }] });
    const answer = await ask('chat', { stream: true });
    await answer.textUntil('word');
    expect(await metric('budget_held')).toBeGreaterThan(0);
    answer.leave();
    await eventually(async () => (await metric('budget_holds_open')) === 0);
    expect(await metric('budget_held')).toBe(0);
    expect(await metric('budget_spent')).toBeGreaterThan(0);
  });

  test('counts what an answer in one piece was expected to have for a client that did not wait for it', async () => {
    upstream.script(stall());
    await start({ budgets: [{ name: 'all', tokens: 1_000_000, per: 'day' }] });
    const before = upstream.requests.length;
    const request = startSend(`${gateway.url}/v1/chat/completions`);
    await eventually(() => upstream.requests.length > before);
    request.abort();
    await eventually(async () => ((await metric('budget_spent')) ?? 0) > 0);
    // A thousand tokens while nothing is learnt, and the input.
    expect(await metric('budget_spent')).toBeWithin(1000, 1100);
    expect(await metric('budget_held')).toBe(0);
  });

  test('keeps what is spent over a reload, and a new mode counts at once', async () => {
    upstream.script(json(200, DIALECTS.chat.answer));
    const of = (budget: object) => configOf({ budgets: [{ name: 'all', requests: 1, per: 'total', ...budget }] });
    gateway = await startGateway({ config: of({}) });
    expect([await statusOf('chat'), await statusOf('chat')]).toEqual([200, 429]);
    gateway.writeConfig(of({ mode: 'soft' }));
    gateway.signal('SIGHUP');
    await eventually(async () => (await statusOf('chat')) === 200);
    gateway.writeConfig(of({ requests: 1000 }));
    gateway.signal('SIGHUP');
    await eventually(async () => (await metric('budget_limit')) === 1000);
    expect(await metric('budget_spent')).toBeGreaterThanOrEqual(2);
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('is as far spent as before after a restart by %s', async (signal) => {
    upstream.script(json(200, DIALECTS.chat.answer));
    const dir = mkdtempSync(join(tmpdir(), 'budgets-'));
    try {
      const config = { data_dir: dir, budgets: [{ name: 'all', requests: 3, per: 'year' }] };
      await start(config);
      expect([await statusOf('chat'), await statusOf('chat')]).toEqual([200, 200]);
      // What is in the journal, or the database, is never lost; what waits in memory is.
      await eventually(async () => {
        const [waiting, journal = 0, shipped = 0] = await Promise.all(
          ['ledger_waiting_rows', 'ledger_journal_rows', 'ledger_rows_shipped_total'].map((name) => metric(name)),
        );
        return waiting === 0 && journal + shipped >= 2;
      });
      await gateway.stop(signal);
      await start(config);
      expect(await metric('budget_spent')).toBe(2);
      expect([await statusOf('chat'), await statusOf('chat')]).toEqual([200, 429]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test('lets a model without a price pass only if it says so', async () => {
    upstream.script(json(200, DIALECTS.chat.answer));
    const routes = [{ backend: 'chat', model: 'unknown' }];
    await start({
      models: {
        strict: { budgets: [{ usd: 1, per: 'day' }], routes },
        loose: { budgets: [{ usd: 1, per: 'day', unpriced: 'allow' }], routes },
        counted: { budgets: [{ usd: 1, per: 'day', mode: 'observe' }], routes },
      },
    });
    const refused = await ask('chat', { model: 'strict' });
    expect(refused.status).toBe(403);
    expect((await refused.json()).error).toMatchObject({ code: 'unpriced_model' });
    expect([await statusOf('chat', { model: 'loose' }), await statusOf('chat', { model: 'counted' })]).toEqual([
      200, 200,
    ]);
  });

  test('is asked anew before a dearer route is tried', async () => {
    upstream.script((request) => (request.text.includes('"dear"') ? json(200, DIALECTS.chat.answer) : status(503)));
    const routes = [
      { backend: 'chat', model: 'm' },
      { backend: 'messages', model: 'm', priority: 2 },
    ];
    await start({
      models: {
        cheap: { routes },
        dearer: { routes: [{ backend: 'chat', model: 'dear' }] },
      },
      fallback: { cooldown_seconds: 0, max_retries: 0, alias_fallback: { cheap: ['dearer'] } },
      budgets: [{ name: 'all', usd: 0.003, per: 'day' }],
    });
    const seen = upstream.requests.length;
    const answer = await ask('chat', { model: 'cheap', max_tokens: 500 });
    await answer.whole();
    expect(answer.status).toBe(200);
    await gateway.stop();
    await start({
      models: { cheap: { routes }, dearer: { routes: [{ backend: 'chat', model: 'dear' }] } },
      fallback: { cooldown_seconds: 0, max_retries: 0, alias_fallback: { cheap: ['dearer'] } },
      // Enough for the cheap one, and not for the input of the dearer.
      budgets: [{ name: 'all', usd: 0.001, per: 'day' }],
    });
    const before = upstream.requests.length;
    expect(before).toBeGreaterThan(seen);
    const refused = await ask('chat', { model: 'cheap', max_tokens: 500 });
    await refused.whole();
    // What the backends said comes first.
    expect(refused.status).toBe(503);
    expect(upstream.requests.slice(before).some(({ text }) => text.includes('"dear"'))).toBe(false);
    const { tries } = await logged(refused);
    expect(tries.at(-1).failure).toBe('over_budget');
  });
});

/** Words without an end, so many milliseconds apart. */
function endless(gapMs: number, count = Infinity): Reply {
  return sse(words(count), { gapMs });
}

function* words(count: number): Generator<object> {
  const chunk = (choice: object, more: object = {}) => ({
    id: 'c',
    object: 'chat.completion.chunk',
    model: 'm',
    choices: [{ index: 0, finish_reason: null, ...choice }],
    ...more,
  });
  yield chunk({ delta: { role: 'assistant', content: '' } });
  for (let n = 0; n < count; n++) yield chunk({ delta: { content: 'word ' } });
  yield chunk({ delta: {}, finish_reason: 'stop' });
  yield { ...chunk({}), choices: [], usage: { prompt_tokens: 10, completion_tokens: count, total_tokens: 10 + count } };
}

describe('a stream that a hard budget has nothing left for', () => {
  test.each(ALL)('ends with an error that %s clients know, and its backend is left', async (dialect) => {
    upstream.script(endless(0));
    const routes = [{ backend: 'chat', model: 'm' }];
    await start({ models: { [dialect]: { budgets: [{ tokens: 1500, per: 'day' }], routes } } });
    const more = dialect === 'gemini' ? {} : { stream: true };
    const path = dialect === 'gemini' ? '/v1beta/models/gemini:streamGenerateContent?alt=sse' : DIALECTS[dialect].path;
    const answer = await send(`${gateway.url}${path}`, { body: { ...DIALECTS[dialect].body, ...more } });
    const { text } = await answer.whole();
    expect(answer.status).toBe(200);
    expect(text).toContain('word');
    expect(text).toContain('The answer is incomplete. The budget');
    expect(text).not.toContain('[DONE]');
    expect(text).not.toContain('message_stop');
    await eventually(() => upstream.inFlight === 0);
    const spent = await eventually(async () => {
      const now = await metric('budget_spent');
      return now === 0 ? undefined : now;
    });
    expect(spent).toBeGreaterThan(1000);
    // docs/budgets.md: one step at most beyond the limit.
    expect(spent).toBeLessThanOrEqual(1500 + 256);
    const line = await logged(answer);
    expect(line['error_code']).toBe('budget_exceeded');
    expect(line['interrupted']).toBe(true);
  });

  test('comes to its end if the budget lets it', async () => {
    upstream.script(endless(0, 3000));
    await start({
      models: {
        chat: { budgets: [{ tokens: 1500, per: 'day', overrun: 'finish' }], routes: [{ backend: 'chat', model: 'm' }] },
      },
    });
    const { text } = await (await ask('chat', { stream: true })).whole();
    expect(text).toContain('[DONE]');
    expect(await metric('budget_spent')).toBe(3010);
    expect(await statusOf('chat')).toBe(429);
  });
});

describe('a budget that names another alias', () => {
  test('lets the request go on with it, which the record says', async () => {
    upstream.script(json(200, DIALECTS.chat.answer));
    await start({
      budgets: [{ name: 'all', requests: 1, per: 'total', on_exceeded: { fallback: ['full', 'small'] } }],
      models: {
        full: { budgets: [{ requests: 0, per: 'total' }], routes: [{ backend: 'chat', model: 'm' }] },
        small: { budgets: [{ requests: 2, per: 'total' }], routes: [{ backend: 'chat', model: 'tiny' }] },
      },
    });
    expect(await statusOf('chat')).toBe(200);
    const answer = await ask('chat');
    await answer.whole();
    expect(answer.status).toBe(200);
    expect(answer.headers['x-llm-proxy-model']).toBe('tiny');
    expect(await logged(answer)).toMatchObject({ alias: 'chat', served_alias: 'small' });
    expect([await statusOf('chat'), await statusOf('chat')]).toEqual([200, 429]);
    // It does not count for the budget that it was let past.
    expect(await metric('budget_spent', '{budget="all/all",unit="requests",mode="hard"}')).toBe(1);
  });
});

describe('a soft budget', () => {
  test('lets everything pass, says how much is spent, and tells a webhook once for each percentage', async () => {
    const hook = await startUpstream([status(500), json(200, {})]);
    upstream.script(json(200, DIALECTS.chat.answer));
    await start({
      budgets: [{ name: 'all', requests: 2, per: 'year', mode: 'soft', alert_at: [50, 100] }],
      alerts: { webhook: hook.url, secret: 'a-secret-of-the-hook' },
    });
    const headers: (string | undefined)[] = [];
    for (let n = 0; n < 4; n++) {
      const answer = await ask('chat');
      await answer.whole();
      expect(answer.status).toBe(200);
      headers.push(answer.headers['x-llm-proxy-budget']);
    }
    expect(headers).toEqual(['all/all year 0%', 'all/all year 50%', 'all/all year 100%', 'all/all year 150%']);
    // The first try failed.
    await eventually(() => hook.requests.length === 3, { timeoutMs: 15_000 });
    const inTurn = hook.requests.map(({ text }) => JSON.parse(text));
    expect(inTurn[0].threshold).toBe(50);
    // The next one does not wait until it is tried again.
    const told = inTurn.toSorted((a, b) => a.threshold - b.threshold);
    expect(told.map(({ threshold }) => threshold)).toEqual([50, 50, 100]);
    expect(told[0]?.id).toBe(told[1]?.id);
    expect(told[2]).toMatchObject({
      type: 'budget_alert',
      budget: 'all/all',
      unit: 'requests',
      limit: 2,
      spent: 2,
      mode: 'soft',
      window_start: `${new Date().getUTCFullYear()}-01-01T00:00:00.000Z`,
    });
    for (const { text, headers: given } of hook.requests) {
      const signature = createHmac('sha256', 'a-secret-of-the-hook').update(text).digest('hex');
      expect(given['x-llm-proxy-signature']).toBe(`sha256=${signature}`);
    }
    expect(await metric('budget_alerts_sent_total')).toBe(2);
    expect(gateway.stderr()).not.toContain('a-secret-of-the-hook');
    await hook.stop();
  });
});

describe('an alert', () => {
  test('that the gateway could not deliver before it was killed is told after the start, and then never again', async () => {
    const hook = await startUpstream(status(500));
    upstream.script(json(200, DIALECTS.chat.answer));
    const dir = mkdtempSync(join(tmpdir(), 'alerts-'));
    try {
      const budgets = [{ name: 'all', requests: 2, per: 'year', mode: 'soft', alert_at: [50] }];
      const config = { data_dir: dir, budgets, alerts: { webhook: hook.url } };
      const asksAndShips = async (times: number) => {
        for (let n = 0; n < times; n++) expect(await statusOf('chat')).toBe(200);
        await eventually(async () => (await metric('ledger_rows_shipped_total')) === times);
      };
      await start(config);
      await asksAndShips(1);
      await eventually(() => hook.requests.length > 0);
      await gateway.stop('SIGKILL');
      const tried = hook.requests.length;
      hook.script(json(200, {}));
      await start(config);
      await asksAndShips(1);
      await eventually(async () => (await metric('budget_alerts_sent_total')) === 1);
      await eventually(async () => (await metric('budget_alerts_waiting')) === 0);
      await gateway.stop();
      const ids = hook.requests.map(({ text }) => JSON.parse(text).id);
      expect(ids).toHaveLength(tried + 1);
      expect(new Set(ids).size).toBe(1);
      await start(config);
      await asksAndShips(2);
      expect(await metric('budget_alerts_sent_total')).toBe(0);
      expect(hook.requests).toHaveLength(tried + 1);
    } finally {
      await hook.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

describe('tokens per minute', () => {
  test('are held, told in headers of the dialect, and refused when they are used up', async () => {
    const limited = { rate_limit: { enabled: true, per_model_tpm: { chat: 100, messages: 100 } } };
    await start(limited);
    for (const dialect of ['chat', 'messages'] as const) {
      upstream.script(json(200, DIALECTS[dialect].answer));
      const [limit, remaining] =
        dialect === 'chat'
          ? ['x-ratelimit-limit-tokens', 'x-ratelimit-remaining-tokens']
          : ['anthropic-ratelimit-tokens-limit', 'anthropic-ratelimit-tokens-remaining'];
      const first = await ask(dialect, { max_tokens: 60 });
      await first.whole();
      expect(first.headers[limit]).toBe('100');
      // What is held counts while the request is under way.
      expect(Number(first.headers[remaining])).toBeLessThan(40);
      expect(await statusOf(dialect, { max_tokens: 40 })).toBe(200);
      const refused = await ask(dialect, { max_tokens: 60 });
      const { error } = await refused.json();
      expect(refused.status).toBe(429);
      expect(error.message).toContain(`token limit of the model \`${dialect}\` is reached (100 tokens per minute`);
      expect(refused.headers[limit]).toBe('100');
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect((await logged(refused))['error_code']).toBe('rate_limit_exceeded');
    }
  });
});

describe('keys and teams', () => {
  const keys = [
    { name: 'a', team: 'small', key: 'key-of-a-1234567', models: ['*'], tags: { env: 'test' } },
    { name: 'b', team: 'small', key: 'key-of-b-1234567', models: ['*'], budgets: [{ requests: 2, per: 'total' }] },
    { name: 'c', key: 'key-of-c-1234567', models: ['*'], tpm: 100 },
  ];
  const as = (name: string) => ({ headers: { authorization: `Bearer key-of-${name}-1234567` } });

  async function askAs(name: string, more: object = {}): Promise<number> {
    const body = { ...DIALECTS.chat.body, ...more };
    const answer = await send(`${gateway.url}/v1/chat/completions`, { ...as(name), body });
    await answer.whole();
    return answer.status;
  }

  test('have budgets that count together, those of all teams above included, or none is taken', async () => {
    upstream.script(json(200, DIALECTS.chat.answer));
    await start({
      metrics: { public: true },
      keys,
      teams: [
        { name: 'large', budgets: [{ requests: 5, per: 'total' }] },
        { name: 'small', parent: 'large', budgets: [{ tokens: 100, per: 'total' }] },
      ],
      budgets: [{ name: 'tests', requests: 100, per: 'total', mode: 'observe', match: { env: '*' } }],
    });
    const spent = async () => ({
      large: await metric('budget_spent', '{budget="team:large/requests-total",unit="requests",mode="hard"}'),
      small: await metric('budget_spent', '{budget="team:small/tokens-total",unit="tokens",mode="hard"}'),
      b: await metric('budget_spent', '{budget="key:small/b/requests-total",unit="requests",mode="hard"}'),
      tests: await metric('budget_spent', '{budget="all/tests",unit="requests",mode="observe"}'),
    });
    expect([await askAs('a'), await askAs('b'), await askAs('b'), await askAs('b')]).toEqual([200, 200, 200, 429]);
    expect(await spent()).toEqual({ large: 3, small: 90, b: 2, tests: 1 });
    // Ten tokens are left of the nearest team: not enough for the input.
    expect(await askAs('a')).toBe(429);
    expect(await askAs('c')).toBe(200);
    expect(await spent()).toEqual({ large: 3, small: 90, b: 2, tests: 1 });
  });

  test('have token limits, told by whose they are', async () => {
    upstream.script(json(200, DIALECTS.chat.answer));
    await start({ metrics: { public: true }, keys, teams: [{ name: 'small', tpm: 60 }] });
    expect(await askAs('c', { max_tokens: 80 })).toBe(200);
    const body = { ...DIALECTS.chat.body, max_tokens: 90 };
    const refused = await send(`${gateway.url}/v1/chat/completions`, { ...as('c'), body });
    expect((await refused.json()).error.message).toContain(
      'The token limit of the key is reached (100 tokens per minute',
    );
    expect(await askAs('a', { max_tokens: 40 })).toBe(200);
    // Both keys of the team share it.
    const other = await send(`${gateway.url}/v1/chat/completions`, { ...as('b'), body: { ...body, max_tokens: 50 } });
    expect((await other.json()).error.message).toContain('token limit of the team `small`');
  });
});

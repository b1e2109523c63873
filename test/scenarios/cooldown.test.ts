import { afterEach, beforeEach, describe, expect, test } from 'bun:test';

import { open, requestBytes, send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import {
  chatAnswer,
  chatEvents,
  closeBeforeAnswer,
  cutAfter,
  hold,
  json,
  sse,
  stall,
  stallAfter,
  status,
} from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

// Times here are short where a test waits for their end, and long where nothing may happen before it; no test depends on
// how fast the machine is in between.
const SHORT_SECONDS = 0.3;
const LONG_SECONDS = 600;

let first: Upstream;
let second: Upstream;
let gateway: Gateway;
let config: Record<string, unknown>;

beforeEach(async () => {
  [first, second] = await Promise.all([startUpstream(chatAnswer('first')), startUpstream(chatAnswer('second'))]);
});

afterEach(async () => {
  await settled(first, second);
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

async function start(fallback: object, more: object = {}): Promise<void> {
  const route = (backend: string, priority = 1) => ({ backend, model: `${backend}-model`, priority });
  config = {
    backends: [
      { name: 'first', url: first.url, api_key: 'sk-first-000000000' },
      { name: 'second', url: second.url, api_key: 'sk-second-00000000' },
    ],
    models: {
      pair: { routes: [route('first'), route('second', 2)] },
      alone: { routes: [route('first')] },
      other: { routes: [{ backend: 'first', model: 'another-model' }] },
      both: { routes: [route('first'), { backend: 'first', model: 'another-model', priority: 2 }] },
      leads: { routes: [route('first')] },
      rescue: { routes: [route('second')] },
    },
    fallback: { max_retries: 0, cooldown_seconds: LONG_SECONDS, ...fallback },
    ...more,
  };
  gateway = await startGateway({ config });
}

interface Got {
  readonly status: number;
  /** What served it, tried it last, or `none`. */
  readonly backend: string;
  readonly retryAfter: number | undefined;
  readonly text: string;
}

async function ask(model: string, more: object = {}): Promise<Got> {
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body: { model, messages: [], ...more } });
  const { text } = await answer.whole();
  const { 'x-llm-proxy-backend': backend = 'none', 'retry-after': retryAfter } = answer.headers;
  return {
    status: answer.status,
    backend,
    retryAfter: retryAfter === undefined ? undefined : Number(retryAfter),
    text,
  };
}

/** How often the log says this of a backend. */
function said(what: string): number {
  return gateway
    .stderr()
    .split('\n')
    .filter((line) => line.includes(what)).length;
}

/** Lets the first backend fail once; the second serves. */
async function coolFirst(reply = status(503)): Promise<void> {
  first.script([reply, chatAnswer('first')]);
  expect(await ask('pair')).toMatchObject({ status: 200, backend: 'second' });
}

describe('what failed', () => {
  test('is left out until its time is over, and is back after one success; each change is logged once', async () => {
    await start({ cooldown_seconds: 3 });
    const since = performance.now();
    await coolFirst();
    for (let n = 0; n < 5; n++) expect(await ask('pair')).toMatchObject({ backend: 'second' });
    // Nobody can be later than the wait that this proves.
    if (performance.now() - since < 2_500) expect(first.requests).toHaveLength(1);
    await eventually(async () => (await ask('pair')).backend === 'first', { everyMs: 100 });
    expect(performance.now() - since).toBeGreaterThan(3_000);
    expect(await ask('pair')).toMatchObject({ backend: 'first' });
    await eventually(() => said('backend is back') === 1);
    expect(said('backend cools down')).toBe(1);
  });

  test('is a model at a backend, not the backend', async () => {
    await start({});
    await coolFirst();
    expect(await ask('other')).toMatchObject({ status: 200, backend: 'first' });
    expect(await ask('both')).toMatchObject({ status: 200, backend: 'first' });
    expect(first.requests.map(({ json: body }) => body.model)).toEqual([
      'first-model',
      'another-model',
      'another-model',
    ]);
  });

  test.each([
    ['a 500', status(500)],
    ['a 401', status(401)],
    ['a 402', status(402)],
    ['a 403', status(403)],
    ['a 404', status(404)],
    ['a 408', status(408)],
    ['no more quota', status(429, { code: 'insufficient_quota' })],
    ['a connection that is closed twice', closeBeforeAnswer()],
    ['a 200 that holds an error', json(200, { error: { message: 'x', type: 'server_error', code: null } })],
  ])('cools down for %s', async (_, reply) => {
    await start({});
    first.script(reply);
    expect(await ask('pair')).toMatchObject({ status: 200, backend: 'second' });
    first.script(chatAnswer('first'));
    expect(await ask('pair')).toMatchObject({ status: 200, backend: 'second' });
  });

  test.each([
    ['a 400', status(400), 400],
    ['a 413', status(413), 413],
    ['a 422', status(422), 422],
    ['a context that is too long, which another model takes', status(400, { code: 'context_length_exceeded' }), 200],
    ['a content filter', status(400, { code: 'content_filter' }), 400],
  ])('is not blamed for %s', async (_, reply, code) => {
    await start({});
    first.script([reply, chatAnswer('first')]);
    expect(await ask('pair')).toMatchObject({ status: code });
    expect(await ask('pair')).toMatchObject({ status: 200, backend: 'first' });
  });

  test('is not blamed for a 400 that the rules route around', async () => {
    await start({}, { detection: { error_codes: ['4xx'] } });
    await coolFirst(status(400));
    expect(await ask('pair')).toMatchObject({ backend: 'first' });
  });

  test('is not blamed for a client that leaves', async () => {
    await start({});
    first.script([stall(), chatAnswer('first')]);
    const client = await open(gateway.url);
    const body = { model: 'pair', messages: [] };
    await client.write(requestBytes(`${gateway.url}/v1/chat/completions`, { body }));
    await eventually(() => first.inFlight === 1);
    client.leave();
    await eventually(() => first.requests[0]?.outcome === 'aborted');
    expect(await ask('pair')).toMatchObject({ backend: 'first' });
  });

  test('cools down for a stream that breaks', async () => {
    await start({});
    first.script([sse(chatEvents(['a'], { finish: null }), { done: false }), chatAnswer('first')]);
    expect((await ask('pair', { stream: true })).text).toContain('stream_interrupted');
    expect(await ask('pair')).toMatchObject({ backend: 'second' });
  });
});

describe('half open', () => {
  test('lets one request through at a time until one succeeds', async () => {
    await start({ cooldown_seconds: SHORT_SECONDS });
    await coolFirst();
    const trial = hold(chatAnswer('first'));
    first.script(trial);
    // The first to come when the time is over is the trial; it is held, and all the others go elsewhere.
    let asked: Promise<Got>;
    do {
      asked = ask('pair');
      await Promise.race([asked, trial.reached]);
    } while (first.requests.length < 2);
    for (let n = 0; n < 5; n++) expect(await ask('pair')).toMatchObject({ backend: 'second' });
    expect(first.requests).toHaveLength(2);
    first.script(chatAnswer('first'));
    trial.release();
    expect(await asked).toMatchObject({ status: 200, backend: 'first' });
    expect(await ask('pair')).toMatchObject({ backend: 'first' });
  });

  test('a trial that fails starts another cooldown', async () => {
    await start({ cooldown_seconds: SHORT_SECONDS });
    await coolFirst();
    first.script([status(503), chatAnswer('first')]);
    await eventually(async () => (await ask('pair')).status === 200 && first.requests.length === 2);
    await eventually(() => said('backend cools down') === 2);
    await eventually(async () => (await ask('pair')).backend === 'first');
    expect(first.requests).toHaveLength(3);
    await eventually(() => said('backend is back') === 1);
  });

  test('a trial that the client finds fault with (400) is a success: the backend answers', async () => {
    await start({ cooldown_seconds: SHORT_SECONDS });
    await coolFirst();
    first.script([status(400), chatAnswer('first')]);
    await eventually(async () => (await ask('pair')).status === 400);
    await eventually(() => said('backend is back') === 1);
    expect(await ask('pair')).toMatchObject({ backend: 'first' });
  });
});

describe('a trial', () => {
  /** Asks until the first backend has been asked once more. */
  async function askOnTrial(more: object = {}): Promise<Got> {
    const before = first.requests.length;
    for (;;) {
      const got = await ask('pair', more);
      if (first.requests.length > before) return got;
      await Bun.sleep(10);
    }
  }

  test.each([
    ['a stream', sse(chatEvents(['a'], { finish: null }), { done: false }), { stream: true }],
    ['a stream that is cut', cutAfter(chatEvents(['a'], { finish: null })), { stream: true }],
    ['a stream that ends with `error`', sse(chatEvents(['a'], { finish: 'error' })), { stream: true }],
    ['a long answer', cutAfter(2_000_000), {}],
  ])('has not succeeded with the beginning of %s that breaks off', async (_, reply, more) => {
    await start({ cooldown_seconds: SHORT_SECONDS });
    await coolFirst();
    first.script([reply, chatAnswer('first')]);
    await askOnTrial(more);
    await eventually(() => said('backend cools down') === 2);
    expect(said('backend is back')).toBe(0);
    expect(await askOnTrial()).toMatchObject({ status: 200, backend: 'first' });
    await eventually(() => said('backend is back') === 1);
  });

  test('whose client leaves amid the stream has neither succeeded nor failed, and the next one is let through', async () => {
    await start({ cooldown_seconds: SHORT_SECONDS });
    await coolFirst();
    first.script([stallAfter(chatEvents(['a'], { finish: null })), sse(chatEvents(['b']))]);
    const body = { model: 'pair', messages: [], stream: true };
    const before = first.requests.length;
    for (;;) {
      const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
      if (first.requests.length === before) {
        await answer.whole();
        await Bun.sleep(10);
        continue;
      }
      await answer.textUntil('"a"');
      // Nobody else is let through meanwhile.
      expect(await ask('pair')).toMatchObject({ backend: 'second' });
      expect(said('backend is back')).toBe(0);
      answer.leave();
      break;
    }
    await first.requests.at(-1)?.closed;
    await eventually(() => gateway.logs().some((line) => line.status === 499));
    expect([said('backend is back'), said('backend cools down')]).toEqual([0, 1]);
    expect(await ask('pair', { stream: true })).toMatchObject({ status: 200, backend: 'first' });
    await eventually(() => said('backend is back') === 1);
  });

  test('of a stream has succeeded at its end', async () => {
    await start({ cooldown_seconds: SHORT_SECONDS });
    await coolFirst();
    first.script(sse(chatEvents(['a'])));
    expect(await askOnTrial({ stream: true })).toMatchObject({ status: 200, backend: 'first' });
    await eventually(() => said('backend is back') === 1);
  });

  test('is one try; then it is the fallback’s turn, however many retries there are', async () => {
    const retries = { max_retries: 3, backoff_initial: '1ms', backoff_max: '1ms' };
    await start({ ...retries, cooldown_seconds: SHORT_SECONDS, alias_fallback: { leads: ['rescue'] } });
    first.script(status(503));
    expect(await ask('leads')).toMatchObject({ status: 200, backend: 'second' });
    expect(first.requests).toHaveLength(4);
    for (let trials = 1; trials <= 3; trials++) {
      await eventually(async () => {
        expect(await ask('leads')).toMatchObject({ status: 200, backend: 'second' });
        return first.requests.length > 3 + trials;
      });
      expect(first.requests).toHaveLength(4 + trials);
    }
  });
});

describe('Retry-After', () => {
  test.each(['-1', '+5', '5,5', '.5', '0.0', 'soon'])(
    '%p is none: it neither counts nor is sent on',
    async (retryAfter) => {
      await start({});
      first.script([status(503, { retryAfter }), status(500, { retryAfter })]);
      const overloaded = await ask('alone');
      expect([overloaded.status, (overloaded.retryAfter ?? 0) > LONG_SECONDS - 60]).toEqual([503, true]);
      expect(await ask('other')).toMatchObject({ status: 500, retryAfter: undefined });
      first.script(chatAnswer('first'));
      expect(await ask('pair')).toMatchObject({ backend: 'second' });
    },
  );

  test('is how long a 429 cools down, longer than cooldown_seconds', async () => {
    await start({ cooldown_seconds: SHORT_SECONDS });
    const since = performance.now();
    await coolFirst(status(429, { retryAfter: 2 }));
    await eventually(async () => (await ask('pair')).backend === 'first');
    expect(performance.now() - since).toBeGreaterThan(2_000);
  });

  test('or shorter, of a 503 as well', async () => {
    await start({});
    await coolFirst(status(503, { retryAfter: 1 }));
    await eventually(async () => (await ask('pair')).backend === 'first');
  });

  test('as a date', async () => {
    await start({});
    await coolFirst(status(429, { retryAfter: new Date(Date.now() + 2_000).toUTCString() }));
    await eventually(async () => (await ask('pair')).backend === 'first');
  });

  test('of other failures does not count', async () => {
    await start({ cooldown_seconds: SHORT_SECONDS });
    await coolFirst(status(500, { retryAfter: LONG_SECONDS }));
    await eventually(async () => (await ask('pair')).backend === 'first');
  });

  test('0: half open at once, and logged once however often it comes', async () => {
    await start({});
    await coolFirst(status(429, { retryAfter: 0 }));
    expect(await ask('pair')).toMatchObject({ backend: 'first' });
    first.script(status(429, { retryAfter: 0 }));
    for (let n = 0; n < 3; n++) expect(await ask('pair')).toMatchObject({ backend: 'second' });
    expect(first.requests).toHaveLength(5);
    await eventually(() => said('backend cools down') === 2);
    await eventually(() => gateway.logs().length === 5);
    expect(said('backend cools down')).toBe(2);
  });

  test('is told to the client when nothing else is due before', async () => {
    await start({});
    first.script(status(429, { retryAfter: 40 }));
    second.script(status(503, { retryAfter: 20 }));
    expect(await ask('pair')).toMatchObject({ status: 503, retryAfter: 20 });
    // Both are cooling now: the one due back soonest is tried all the same, once.
    const again = await ask('pair');
    expect([again.status, again.backend, first.requests.length, second.requests.length]).toEqual([503, 'second', 1, 2]);
    expect(again.retryAfter).toBeWithin(1, 21);
  });
});

describe('cooldown_seconds: 0', () => {
  test('turns it off, with or without a Retry-After', async () => {
    await start({ cooldown_seconds: 0 });
    for (const reply of [status(503), status(429, { retryAfter: LONG_SECONDS }), status(500), closeBeforeAnswer()]) {
      const before = first.requests.length;
      first.script(reply);
      for (let n = 0; n < 2; n++) expect(await ask('pair')).toMatchObject({ status: 200, backend: 'second' });
      expect(first.requests.length - before).toBeGreaterThanOrEqual(2);
    }
    expect(said('backend cools down')).toBe(0);
  });
});

describe('with every route cooling', () => {
  test('try: the one due back soonest is tried; its success ends the cooldown', async () => {
    await start({});
    first.script([status(503, { retryAfter: 30 }), chatAnswer('first')]);
    second.script([status(503, { retryAfter: LONG_SECONDS }), chatAnswer('second')]);
    expect(await ask('pair')).toMatchObject({ status: 503 });
    expect(await ask('pair')).toMatchObject({ status: 200, backend: 'first' });
    expect([first.requests.length, second.requests.length]).toEqual([2, 1]);
    expect(await ask('pair')).toMatchObject({ status: 200, backend: 'first' });
  });

  test('try: fallbacks count as well, and come before what is cooling', async () => {
    await start({ alias_fallback: { leads: ['rescue'] } });
    first.script(status(503));
    expect(await ask('leads')).toMatchObject({ status: 200, backend: 'second' });
    expect(await ask('leads')).toMatchObject({ status: 200, backend: 'second' });
    expect(first.requests).toHaveLength(1);
    second.script([status(503, { retryAfter: 30 }), chatAnswer('second')]);
    expect(await ask('leads')).toMatchObject({ status: 503, backend: 'second' });
    expect(await ask('leads')).toMatchObject({ status: 200, backend: 'second' });
    expect(first.requests).toHaveLength(1);
  });

  test('reject: 503 with the moment at which a try makes sense, and nobody is asked', async () => {
    await start({ when_all_cooling: 'reject' });
    first.script(status(503, { retryAfter: 40 }));
    expect(await ask('alone')).toMatchObject({ status: 503 });
    const refused = await ask('alone');
    expect(refused).toMatchObject({ status: 503, backend: 'none' });
    const { error } = JSON.parse(refused.text);
    expect(error).toMatchObject({ code: 'no_backend_available', type: 'server_error' });
    expect(error.message).toContain('first/first-model is cooling down (503 overloaded)');
    expect(refused.retryAfter).toBeWithin(30, 41);
    expect(first.requests).toHaveLength(1);
  });
});

describe('a reload', () => {
  test('leaves cooldowns as they were, also where cooldown_seconds changes', async () => {
    await start({});
    await coolFirst();
    gateway.writeConfig({ ...config, fallback: { max_retries: 0, cooldown_seconds: 1 } });
    gateway.signal('SIGHUP');
    await eventually(() => said('config reloaded') > 0);
    expect(await ask('pair')).toMatchObject({ backend: 'second' });
    expect(first.requests).toHaveLength(1);
  });
});

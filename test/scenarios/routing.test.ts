import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';

import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, hold, slowHeaders, status } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream, type SeenRequest, type Upstream } from '../kit/upstream.ts';

let one: Upstream;
let two: Upstream;
let gateway: Gateway;

interface RouteConfig {
  readonly backend: string;
  readonly model: string;
  readonly priority?: number;
  readonly weight?: number;
  readonly enabled?: boolean;
}

/** Routes to `one` and `two` with these members each. */
const both = (first: object = {}, second: object = {}): RouteConfig[] => [
  { backend: 'one', model: 'm', ...first },
  { backend: 'two', model: 'm', ...second },
];
/** An alias whose routes are models of `one`, in the order of their priority. */
const steps = (...models: string[]): { routes: RouteConfig[] } => ({
  routes: models.map((model, index) => ({ backend: 'one', model, priority: index + 1 })),
});

beforeAll(async () => {
  [one, two] = await Promise.all([startUpstream(chatAnswer('one')), startUpstream(chatAnswer('two'))]);
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'one', url: one.url },
        { name: 'two', url: two.url },
        { name: 'off', url: one.url, enabled: false },
      ],
      routing: { balance: 'round_robin' },
      models: {
        even: { balance: 'random', routes: both() },
        weighted: { balance: 'random', routes: both({ weight: 3 }) },
        weightless: { balance: 'random', routes: both({ weight: 0 }) },
        turns: { routes: both() },
        'turns-weighted': { routes: both({ weight: 2 }) },
        busy: { balance: 'least_busy', routes: both() },
        quick: { balance: 'latency', routes: both({ model: 'q' }, { model: 'q' }) },
        sticky: { balance: 'session', routes: both() },
        ordered: { balance: 'random', routes: both({ priority: 2, weight: 1000 }, { priority: 1 }) },
        'by-default': { balance: 'random', routes: both({ priority: 2, weight: 1000 }) },
        'openai/*': { list: ['openai/gpt-4', 'openai/gpt-4.1'], routes: [{ backend: 'one', model: '*' }] },
        'openai/gpt-*': { routes: [{ backend: 'one', model: 'vendor/gpt-*-latest' }] },
        'openai/gpt-4': { routes: [{ backend: 'one', model: 'the-one-of-that-name' }] },
        'a/b/c': { routes: [{ backend: 'one', model: 'deep' }] },
        'leads/*': { routes: [{ backend: 'one', model: 'fails' }] },
        'follows/*': { routes: [{ backend: 'two', model: '*' }] },
        'route-off': { routes: both({ enabled: false }) },
        'backend-off': {
          routes: [
            { backend: 'off', model: 'm' },
            { backend: 'two', model: 'm', priority: 2 },
          ],
        },
        'all-off': { routes: [{ backend: 'off', model: 'm' }] },
        'alias-off': { enabled: false, routes: both() },
        a: steps('a'),
        b: steps('b'),
        c: steps('c'),
        d: steps('d'),
        many: steps('r1', 'r2', 'r3', 'r4', 'r5', 'r6'),
        few: steps('f1', 'f2'),
      },
      fallback: {
        cooldown_seconds: 0,
        backoff_initial: '1ms',
        backoff_max: '1ms',
        alias_fallback: {
          a: ['b', 'no-such-alias', 'alias-off', 'c'],
          b: ['d', 'a'],
          c: ['b', 'c'],
          many: ['few'],
          'leads/*': ['follows/*'],
        },
      },
    },
  });
});

afterAll(async () => {
  await settled(one, two);
  await gateway.stop();
  await Promise.all([one.stop(), two.stop()]);
});

beforeEach(() => {
  one.script(chatAnswer('one'));
  two.script(chatAnswer('two'));
});

const USER = [{ role: 'user', content: 'hi' }];

/** What served: the words of the answer. */
async function ask(model: string, messages: object[] = USER): Promise<string> {
  const answer = await post(model, messages);
  return answer.status === 200 ? answer.body.choices[0].message.content : `${answer.status}`;
}

async function post(model: string, messages: object[] = USER): Promise<{ status: number; headers: Json; body: Json }> {
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body: { model, messages } });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

/** Who served, request after request. */
async function askTimes(times: number, model: string): Promise<string[]> {
  const served: string[] = [];
  for (let n = 0; n < times; n++) served.push(await ask(model));
  return served;
}

const count = (served: readonly string[], who: string): number => served.filter((name) => name === who).length;

/** The models that a request asked `one` for, in order, when all of them fail with `code`. */
async function tried(alias: string, code = 401): Promise<string[]> {
  const from = one.requests.length;
  one.script(status(code));
  await post(alias);
  return one.requests.slice(from).map((request) => request.json.model);
}

describe('random', () => {
  test('spreads evenly, and by weight', async () => {
    // Seven standard deviations to each side.
    expect(count(await askTimes(200, 'even'), 'one')).toBeWithin(50, 151);
    expect(count(await askTimes(200, 'weighted'), 'one')).toBeWithin(107, 193);
  });

  test('of weight 0 is a stand-in only', async () => {
    expect(count(await askTimes(30, 'weightless'), 'one')).toBe(0);
    two.script(status(401));
    expect(await ask('weightless')).toBe('one');
  });
});

describe('round_robin', () => {
  test('takes turns', async () => {
    const served = await askTimes(6, 'turns');
    expect(new Set(served.slice(0, 2))).toEqual(new Set(['one', 'two']));
    expect(served.slice(2)).toEqual([...served.slice(0, 2), ...served.slice(0, 2)]);
  });

  test('holds weights exactly over a round, and spreads them', async () => {
    const served = await askTimes(9, 'turns-weighted');
    for (const start of [0, 3, 6]) expect(count(served.slice(start, start + 3), 'one')).toBe(2);
    expect(served.join(' ')).not.toContain('one one one');
  });

  test('goes on with the next when the one whose turn it is fails', async () => {
    one.script(status(401));
    expect(await askTimes(4, 'turns')).toEqual(['two', 'two', 'two', 'two']);
  });
});

test('least_busy sends to where the fewest are', async () => {
  const held = hold(chatAnswer('held'));
  one.script(held);
  two.script(held);
  const asked: Promise<string>[] = [];
  for (let n = 1; n <= 6; n++) {
    asked.push(ask('busy'));
    await eventually(() => one.inFlight + two.inFlight === n);
    expect(Math.abs(one.inFlight - two.inFlight)).toBeLessThan(2);
  }
  held.release();
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 6 }, () => 'held'));
});

test('latency prefers the quicker one, once it has met both', async () => {
  one.script(slowHeaders(1_000, chatAnswer('one')));
  const served = await askTimes(12, 'quick');
  expect(count(served, 'one')).toBe(1);
  expect(served.indexOf('one')).toBeLessThan(2);
});

describe('session', () => {
  const conversation = (n: number, turns = 0): object[] => [
    { role: 'system', content: 'You are terse.' },
    { role: 'user', content: `conversation ${n}` },
    ...Array.from({ length: turns }, (_, turn) => [
      { role: 'assistant', content: `answer ${turn}` },
      { role: 'user', content: `question ${turn}` },
    ]).flat(),
  ];

  test('keeps a conversation at one backend as it grows, and spreads conversations', async () => {
    const homes: string[] = [];
    for (let n = 0; n < 20; n++) {
      const home = await ask('sticky', conversation(n));
      homes.push(home);
      for (const turns of [1, 5]) expect(await ask('sticky', conversation(n, turns))).toBe(home);
    }
    expect(new Set(homes)).toEqual(new Set(['one', 'two']));
  });

  test('goes to the other one while its own fails, and comes back', async () => {
    const n = await eventually(async () => {
      const at = Math.floor(Math.random() * 1_000);
      return (await ask('sticky', conversation(at))) === 'one' ? { at } : undefined;
    });
    one.script(status(401));
    expect(await ask('sticky', conversation(n.at))).toBe('two');
    one.script(chatAnswer('one'));
    expect(await ask('sticky', conversation(n.at))).toBe('one');
  });
});

describe('priority', () => {
  test('lower comes first, whatever the weights; the default is 1', async () => {
    expect(count(await askTimes(10, 'ordered'), 'two')).toBe(10);
    expect(count(await askTimes(10, 'by-default'), 'two')).toBe(10);
    two.script(status(401));
    expect(await ask('ordered')).toBe('one');
  });
});

describe('a wildcard', () => {
  const sent = async (model: string): Promise<SeenRequest['json']> => {
    expect(await ask(model)).toBe('one');
    return one.requests.at(-1)?.json.model;
  };

  test('passes on what it matched; the longest beginning wins, a whole name before any', async () => {
    expect(await sent('openai/o3')).toBe('o3');
    expect(await sent('openai/org/model:tag')).toBe('org/model:tag');
    expect(await sent('openai/gpt-5')).toBe('vendor/gpt-5-latest');
    expect(await sent('openai/gpt-4')).toBe('the-one-of-that-name');
    expect(await sent('openai/gpt-4o')).toBe('vendor/gpt-4o-latest');
    expect(await sent('a/b/c')).toBe('deep');
  });

  test('matches no empty rest, and not its own pattern’s neighbours', async () => {
    for (const model of ['openai/', 'openai', 'OPENAI/o3', 'a/b', 'a/b/c/d']) expect(await ask(model)).toBe('404');
  });

  test('is not listed, but for the names that the config lists; what it matches can be retrieved', async () => {
    const list = await (await send(`${gateway.url}/v1/models`)).json();
    const ids: string[] = list.data.map(({ id }: Json) => id);
    expect(ids.filter((id) => id.includes('*'))).toEqual([]);
    expect(ids.filter((id) => id.startsWith('openai/'))).toEqual(['openai/gpt-4', 'openai/gpt-4.1']);
    const gemini = await (await send(`${gateway.url}/v1beta/models`)).json();
    expect(gemini.models.map(({ name }: Json) => name)).toEqual(ids.map((id) => `models/${id}`));
    for (const id of ['openai/gpt-4.1', 'openai/o3', 'openai%2Fo3', 'a/b/c']) {
      const model = await (await send(`${gateway.url}/v1/models/${id}`)).json();
      expect(model).toMatchObject({ id: decodeURIComponent(id), object: 'model', owned_by: 'llm-proxy' });
    }
    expect((await send(`${gateway.url}/v1/models/nothing/of/that`)).status).toBe(404);
  });

  test('as a fallback of another takes over what that one matched; the log names both', async () => {
    one.script(status(401));
    const { status: code, headers } = await post('leads/some-model');
    expect([code, headers['x-llm-proxy-backend'], headers['x-llm-proxy-model']]).toEqual([200, 'two', 'some-model']);
    const line = await eventually(() => gateway.logs().find(({ alias }) => alias === 'leads/some-model'));
    expect(line).toMatchObject({ model: 'some-model', backend: 'two', attempts: 2 });
  });
});

describe('what is disabled', () => {
  test('a route or a backend is passed over', async () => {
    expect(await askTimes(4, 'route-off')).toEqual(['two', 'two', 'two', 'two']);
    expect(await ask('backend-off')).toBe('two');
  });

  test('an alias is unknown, in the list too', async () => {
    expect(await ask('alias-off')).toBe('404');
    const list = await (await send(`${gateway.url}/v1/models`)).json();
    expect(list.data.map(({ id }: Json) => id)).not.toContain('alias-off');
  });

  test('an alias with nothing enabled behind it: 503, in short', async () => {
    const { status: code, body, headers } = await post('all-off');
    expect([code, body.error.code]).toEqual([503, 'no_backend_available']);
    expect(body.error.message).toContain('all its routes are disabled');
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('fallbacks (L2)', () => {
  test('are gone through in pre-order, none twice, missing and disabled ones skipped', async () => {
    expect(await tried('a')).toEqual(['a', 'b', 'd', 'c']);
    expect(await tried('c')).toEqual(['c', 'b', 'd', 'a']);
  });

  test('are reached however many routes an alias has: max_retries bounds each alias for itself', async () => {
    expect(await tried('many')).toEqual(['r1', 'r2', 'r3', 'r4', 'f1', 'f2']);
  });

  test('come after the retries of what was asked for, every route once before any twice', async () => {
    expect(await tried('many', 500)).toEqual(['r1', 'r2', 'r3', 'r4', 'f1', 'f2', 'f1', 'f2']);
    expect(await tried('few', 500)).toEqual(['f1', 'f2', 'f1', 'f2']);
  });

  test('are not asked when what was asked for serves', async () => {
    const from = one.requests.length;
    expect(await ask('a')).toBe('one');
    expect(one.requests).toHaveLength(from + 1);
  });
});

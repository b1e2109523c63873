// Walks the table of endpoints: whatever reaches a backend passes authentication and the limits.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ENDPOINT_KINDS } from '../../src/core/endpoint-kind.ts';
import type { Auth, EndpointRow, Limits } from '../../src/core/endpoint-row.ts';
import type { Method } from '../../src/core/exchange.ts';
import { PROTOCOLS } from '../../src/protocols/registry.ts';
import { ENDPOINTS, matchEndpoint } from '../../src/server/endpoints.ts';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, hold } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-ann-5678-abcdefgh';
const ADMIN = 'key-of-the-admin-1234-abc';
const EVERYTHING = {
  model: 'mine',
  messages: [{ role: 'user', content: 'Hi' }],
  contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
  input: 'a',
  prompt: 'b',
  max_tokens: 5,
};
/** With this `burst_factor`, a rate of `1 / BURST` lets one request in, and then none within a test. */
const BURST = 1000;
/** What strangers may ask for is there; signing in needs a key in the body, and a provider in the config. */
const PUBLIC: readonly number[] = [200, 400, 404];
const AUTH: readonly Auth[] = ['public', 'caller', 'operator', 'scraper'];
const LIMITS: readonly Limits[] = ['none', 'rate', 'queue'];

/** A request that a row takes. */
interface Asked {
  readonly row: EndpointRow;
  readonly path: string;
  readonly method: Method;
}

/** What tells whose client it is, where a row is for those of one dialect alone, or for browsers. */
function headersFor(row: EndpointRow): Record<string, string> {
  if (row.match.isForBrowsers === true) return { accept: 'text/html' };
  const told = PROTOCOLS.find(([, { front }]) => row.match.isTold === true && front.rows.includes(row));
  return Object.fromEntries((told?.[1].front.tellingHeaders ?? []).map((name) => [name, '1']));
}

const WALK: readonly Asked[] = ENDPOINTS.flatMap((row) =>
  pathsOf(row).flatMap((path) => (matchedBy(row, path)?.methods ?? []).map((method) => ({ row, path, method }))),
);

function pathsOf({ match }: EndpointRow): string[] {
  return [...Object.keys(match.paths ?? {}), ...(match.examples ?? [])];
}

function matchedBy({ match }: EndpointRow, path: string) {
  return match.paths?.[path] ?? match.find?.(path, '');
}

function chatOf(walk: readonly Asked[]): Asked {
  const chat = walk.find(({ path }) => path === '/v1/chat/completions');
  if (chat === undefined) throw new Error('no row has the chat completions');
  return chat;
}

let upstream: Upstream;
const gateways: Gateway[] = [];

const configOf = (more: object): object => ({
  proxy_api_key: KEY,
  admin: { api_key: ADMIN },
  backends: [
    { name: 'one', url: upstream.url, vendor: 'openai' },
    { name: 'two', url: upstream.url, protocol: 'anthropic' },
    { name: 'three', url: upstream.url, protocol: 'gemini' },
  ],
  passthrough: { openai: 'one', anthropic: 'two', gemini: 'three' },
  models: { mine: { routes: [{ backend: 'one', model: 'm' }] } },
  routing: { default_alias: 'mine' },
  fallback: { cooldown_seconds: 0, max_retries: 0 },
  ...more,
});

async function started(more: object = {}): Promise<Gateway> {
  const gateway = await startGateway({ config: configOf(more) });
  gateways.push(gateway);
  return gateway;
}

async function ask(gateway: Gateway, { row, path, method }: Asked, key?: string): Promise<number> {
  const headers = { ...headersFor(row), ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) };
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: EVERYTHING };
  const answer = await send(gateway.url + path, { method, headers, ...body });
  // It has no end.
  if (path === '/admin/live') answer.leave();
  else await answer.whole();
  return answer.status;
}

/** The requests of the walk that were answered otherwise than `expected` says. */
async function otherwise(gateway: Gateway, expected: (asked: Asked) => boolean | readonly number[], key?: string) {
  const wrong: string[] = [];
  for (const asked of WALK) {
    const wanted = expected(asked);
    if (wanted === false) continue;
    const status = await ask(gateway, asked, key);
    if (wanted !== true && !wanted.includes(status)) wrong.push(`${asked.method} ${asked.path}: ${status}`);
  }
  return wrong;
}

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});

afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
  await settled(upstream);
  await upstream.stop();
});

describe('each row of the table', () => {
  test('says what a path is, who may call it, what limits it, and what handles it', () => {
    for (const row of ENDPOINTS) {
      expect(AUTH).toContain(row.auth);
      expect(LIMITS).toContain(row.limits);
      expect(row.handler).toMatch(/^\w+$/);
      expect(pathsOf(row)).not.toBeEmpty();
      if (row.match.find !== undefined) expect(row.match.examples ?? []).not.toBeEmpty();
    }
  });

  test('takes its own paths, and what it says holds there', () => {
    for (const { row, path, method } of WALK) {
      const { endpoint } = matchEndpoint({ method, headers: new Headers(headersFor(row)) }, path, '');
      const { auth, limits, handler } = row;
      expect({ path, auth, limits, handler, ...endpoint }).toMatchObject({ path, auth, limits, handler });
      expect(endpoint).toBeDefined();
    }
  });
});

describe('whatever reaches a backend', () => {
  test('is for callers or operators, and within limits', async () => {
    const gateway = await started();
    const reaching = new Set<EndpointRow>();
    for (const asked of WALK) {
      const before = upstream.requests.length;
      await ask(gateway, asked, asked.row.auth === 'operator' ? ADMIN : KEY);
      if (upstream.requests.length > before) reaching.add(asked.row);
    }
    const reach = (handler: string): number => [...reaching].filter((row) => row.handler === handler).length;
    for (const handler of ['model', 'resource', 'passthrough'])
      expect([handler, reach(handler)]).toEqual([handler, ENDPOINTS.filter((row) => row.handler === handler).length]);
    for (const { auth, limits, match } of reaching) {
      expect([match.paths ?? match.examples, auth === 'caller' || auth === 'operator']).toEqual([
        expect.anything(),
        true,
      ]);
      expect(limits).not.toBe('none');
    }
  });
});

test('without a key there is nothing for a stranger but what is public', async () => {
  const gateway = await started({ server: { failed_keys_per_minute: 10_000 } });
  const before = upstream.requests.length;
  expect(await otherwise(gateway, ({ row }) => (row.auth === 'public' ? PUBLIC : [401]))).toEqual([]);
  expect(upstream.requests.length).toBe(before);
});

test('what is for operators is not for callers, nor the reverse', async () => {
  const gateway = await started();
  const isOperators = ({ row }: Asked): boolean => row.auth === 'operator' || row.auth === 'scraper';
  expect(await otherwise(gateway, (asked) => isOperators(asked) && [403], KEY)).toEqual([]);
  expect(await otherwise(gateway, (asked) => asked.row.auth === 'caller' && [403], ADMIN)).toEqual([]);
});

describe('a key that is not for a request', () => {
  const kinds: readonly (readonly [string, object, code: string])[] = [
    ['switched off', { enabled: false }, 'key_disabled'],
    ['expired', { expires_at: '2020-01-01' }, 'key_expired'],
    ['for other addresses', { allowed_ips: ['192.0.2.0/24', '2001:db8::/32'] }, 'address_not_allowed'],
    ['of a team that may not be there', { team: 'core', allowed_ips: ['192.0.2.1'] }, 'address_not_allowed'],
  ];

  test('opens no row of the table, whatever is wrong with it', async () => {
    const keys = kinds.map(([, limits], at) => ({ name: `k${at}`, key: `${KEY}-${at}`, models: ['*'], ...limits }));
    const gateway = await started({ keys, teams: [{ name: 'core' }], server: { failed_keys_per_minute: 10_000 } });
    const before = upstream.requests.length;
    for (const [at, [what, , code]] of kinds.entries()) {
      const status = code === 'key_expired' ? 401 : 403;
      const wrong = await otherwise(gateway, ({ row }) => (row.auth === 'public' ? PUBLIC : [status]), `${KEY}-${at}`);
      expect([what, wrong]).toEqual([what, []]);
    }
    expect(upstream.requests.length).toBe(before);
    const atKeys = gateway.logs().filter(({ path }) => !String(path).startsWith('/console/'));
    const codes = new Set<unknown>(atKeys.map(({ error_code: code }) => code as unknown));
    expect(codes).toEqual(new Set(['address_not_allowed', 'key_disabled', 'key_expired']));
  });

  test('of other endpoints opens its own alone, and the lists of models', async () => {
    const keys = ENDPOINT_KINDS.map((kind) => ({
      name: kind,
      key: `${KEY}-${kind}`,
      models: ['*'],
      endpoints: [kind],
    }));
    const gateway = await started({ keys });
    const openTo = new Map<string, Set<string>>();
    for (const kind of ENDPOINT_KINDS) {
      for (const asked of WALK.filter(({ row }) => row.auth === 'caller')) {
        const before = upstream.requests.length;
        const status = await ask(gateway, asked, `${KEY}-${kind}`);
        const isList = asked.row.handler === 'models' || asked.row.handler === 'model_by_id';
        const place = `${asked.method} ${asked.path}`;
        if (isList) expect([place, status]).not.toEqual([place, 403]);
        else if (upstream.requests.length > before) openTo.set(place, (openTo.get(place) ?? new Set()).add(kind));
      }
    }
    // Each is reached with keys of one kind; what lists what all callers keep is for operators.
    for (const [place, kindsOf] of openTo) expect([place, kindsOf.size]).toEqual([place, 1]);
    const kindOf = (place: string): string | undefined => [...(openTo.get(place) ?? [])][0];
    expect(kindOf('POST /v1/chat/completions')).toBe('chat');
    expect(kindOf('POST /v1/messages')).toBe('chat');
    expect(kindOf('POST /v1/messages/count_tokens')).toBe('chat');
    expect(kindOf('POST /v1/responses')).toBe('chat');
    expect(kindOf('POST /v1beta/models/mine:generateContent')).toBe('chat');
    for (const kind of ['completions', 'embeddings', 'moderations', 'rerank'])
      expect([kind, kindOf(`POST /v1/${kind}`)]).toEqual([kind, kind]);
    expect(kindOf('POST /v1/audio/isolation')).toBe('audio');
    expect(kindOf('POST /v1/images/generations')).toBe('images');
    expect(new Set([...openTo.values()].flatMap((kindsOf) => [...kindsOf]))).toEqual(new Set(ENDPOINT_KINDS));
  });

  test('over its limit, or over that of a team above it, opens nothing that costs anything', async () => {
    const team = { team: 'core', models: ['*'] };
    const gateway = await started({
      rate_limit: { burst_factor: BURST },
      teams: [
        { name: 'company', rps: 1 / BURST },
        { name: 'core', parent: 'company' },
      ],
      keys: [
        { name: 'ann', key: `${KEY}-ann`, ...team },
        { name: 'bob', key: `${KEY}-bob`, ...team },
      ],
    });
    expect(await ask(gateway, chatOf(WALK), `${KEY}-ann`)).toBe(200);
    const before = upstream.requests.length;
    // Lists of what all keep (403), and ids that are not the caller's (404), are refused before.
    for (const who of ['ann', 'bob'])
      expect(await otherwise(gateway, ({ row }) => row.auth === 'caller' && [429, 403, 404], `${KEY}-${who}`)).toEqual(
        [],
      );
    expect(upstream.requests.length).toBe(before);
  });
});

test('over the rate limit there is nothing but what has no limits', async () => {
  const gateway = await started({ rate_limit: { enabled: true, global_rps: 1 / BURST, burst_factor: BURST } });
  const chat = chatOf(WALK);
  expect(await ask(gateway, chat, KEY)).toBe(200);
  const before = upstream.requests.length;
  expect(await otherwise(gateway, ({ row }) => row.auth === 'caller' && [429], KEY)).toEqual([]);
  const isLimited = ({ row }: Asked): boolean => row.auth === 'operator' && row.limits !== 'none';
  expect(await otherwise(gateway, (asked) => isLimited(asked) && [429], ADMIN)).toEqual([]);
  expect(await otherwise(gateway, ({ row }) => row.limits === 'none' && [...PUBLIC, 422, 501], ADMIN)).toEqual([]);
  expect(upstream.requests.length).toBe(before);
});

test('with a full queue there is nothing of what waits in it', async () => {
  const gateway = await started({ concurrency: { enabled: true, max_requests: 1, max_queue_size: 0 } });
  const gate = hold(chatAnswer('ok'));
  upstream.script(gate);
  const chat = chatOf(WALK);
  const held = ask(gateway, chat, KEY);
  await gate.reached;
  upstream.script(chatAnswer('ok'));
  const before = upstream.requests.length;
  // 529 is Anthropic's.
  const wrong: string[] = [];
  for (const [auth, key] of [['caller', KEY] as const, ['operator', ADMIN] as const])
    wrong.push(
      ...(await otherwise(gateway, ({ row }) => row.limits === 'queue' && row.auth === auth && [503, 529], key)),
    );
  gate.release();
  expect([await held, wrong]).toEqual([200, []]);
  expect(upstream.requests.length).toBe(before);
  await eventually(() => upstream.inFlight === 0);
});

// Limits, endpoints and addresses of keys, and what teams add to them, as clients of each dialect see it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, hold, json } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const keyOf = (name: string): string => `key-of-${name}-1234-abcdefgh`;

let upstream: Upstream;
let gateway: Gateway;

const key = (name: string, more: object = {}) => ({ name, key: keyOf(name), models: ['*'], ...more });

function config(): object {
  return {
    rate_limit: { burst_factor: 1 },
    proxy: { trusted_proxies: ['127.0.0.1'] },
    teams: [
      { name: 'company', models: ['gpt*', 'claude'], rpm: 1000 },
      { name: 'core', parent: 'company', models: ['gpt-5', 'claude', 'local'], max_concurrency: 2 },
      { name: 'slow', parent: 'company', rpm: 2 },
    ],
    keys: [
      key('ann', { team: 'core', owner: 'ann@example.com', tags: { env: 'prod' } }),
      key('bob', { team: 'core', models: ['gpt-5'] }),
      key('boss', { team: 'company' }),
      key('one', { max_concurrency: 1 }),
      key('slow', { team: 'slow' }),
      key('slower', { team: 'slow', rpm: 1 }),
      key('home', { allowed_ips: ['10.1.0.0/16', '2001:db8::/32'] }),
      key('chat', { endpoints: ['chat'] }),
      key('path', { endpoints: ['/v1/embeddings', '/v1/audio/*'] }),
    ],
    backends: [{ name: 'one', url: upstream.url, vendor: 'openai' }],
    models: Object.fromEntries(
      ['gpt-5', 'gpt-4', 'claude', 'local'].map((name) => [name, { routes: [{ backend: 'one', model: name }] }]),
    ),
    fallback: { cooldown_seconds: 0, max_retries: 0 },
  };
}

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  gateway = await startGateway({ config: config() });
});

beforeEach(() => upstream.script(chatAnswer('ok')));

afterAll(async () => {
  await gateway.stop();
  await settled(upstream);
  await upstream.stop();
});

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { error?: { code?: string; message?: string; type?: string } };
}

async function ask(who: string, path = '/v1/chat/completions', more: object = {}, headers = {}): Promise<Answered> {
  const body = { model: 'gpt-5', messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5, input: 'a', ...more };
  const answer = await send(gateway.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${keyOf(who)}`, ...headers },
    body,
  });
  const { status, headers: given } = answer;
  return { status, headers: given, body: await answer.json() };
}

async function codeOf(...asked: Parameters<typeof ask>): Promise<string> {
  const { status, body } = await ask(...asked);
  return status === 200 ? 'ok' : `${status} ${body.error?.code}`;
}

describe('the models of a key in a team', () => {
  test.each([
    ['ann', 'gpt-5', 'ok'],
    ['ann', 'claude', 'ok'],
    ['ann', 'gpt-4', '403 model_not_allowed'],
    ['ann', 'local', '403 model_not_allowed'],
    ['bob', 'claude', '403 model_not_allowed'],
    ['one', 'local', 'ok'],
  ])('%s may not do more with %s than the team and all above it', async (who, model, expected) => {
    expect(await codeOf(who, '/v1/chat/completions', { model })).toBe(expected);
  });

  test('are what the list of models shows', async () => {
    const listed = async (who: string): Promise<string[]> => {
      const answer = await send(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${keyOf(who)}` } });
      const { data } = (await answer.json()) as { data: { id: string }[] };
      return data.map(({ id }) => id).toSorted();
    };
    expect(await listed('ann')).toEqual(['claude', 'gpt-5']);
    expect(await listed('bob')).toEqual(['gpt-5']);
    expect(await listed('boss')).toEqual(['claude', 'gpt-4', 'gpt-5']);
    // Whatever its endpoints are.
    expect(await listed('path')).toEqual(['claude', 'gpt-4', 'gpt-5', 'local']);
  });
});

describe('a key for some addresses', () => {
  const from = (ip: string) => codeOf('home', '/v1/chat/completions', {}, { 'x-forwarded-for': ip });

  test('is good from those alone', async () => {
    expect([await from('10.1.2.3'), await from('2001:db8::7'), await from('::ffff:10.1.2.3')]).toEqual([
      'ok',
      'ok',
      'ok',
    ]);
    expect([await from('10.2.0.1'), await from('2001:db9::7')]).toEqual([
      '403 address_not_allowed',
      '403 address_not_allowed',
    ]);
  });

  test('says which address it was', async () => {
    const { body } = await ask('home', '/v1/chat/completions', {}, { 'x-forwarded-for': '10.2.0.1' });
    expect(body.error?.message).toContain('The key `home` is not for requests from 10.2.0.1.');
  });
});

describe('a key for some endpoints', () => {
  test.each([
    ['chat', '/v1/chat/completions', 'ok'],
    ['chat', '/v1/embeddings', '403 endpoint_not_allowed'],
    ['path', '/v1/embeddings', 'ok'],
    ['path', '/embeddings', '403 endpoint_not_allowed'],
    ['path', '/v1/chat/completions', '403 endpoint_not_allowed'],
  ])('%s at %s', async (who, path, expected) => {
    upstream.script(
      path.endsWith('embeddings') ? json(200, { object: 'list', data: [], model: 'm' }) : chatAnswer('ok'),
    );
    expect(await codeOf(who, path)).toBe(expected);
  });

  test('is refused in the dialect of the client', async () => {
    const anthropic = await ask('path', '/v1/messages', {}, { 'anthropic-version': '2023-06-01' });
    expect([anthropic.status, anthropic.body]).toMatchObject([
      403,
      { type: 'error', error: { type: 'permission_error', message: expect.stringContaining('for this endpoint') } },
    ]);
    const gemini = await ask('path', '/v1beta/models/gpt-5:generateContent', { contents: [] });
    expect([gemini.status, gemini.body]).toMatchObject([403, { error: { status: 'PERMISSION_DENIED' } }]);
  });
});

describe('the rates of a key and its teams', () => {
  test('count together, and a request that one refuses takes from none', async () => {
    expect(await codeOf('slower')).toBe('ok');
    const refused = await ask('slower');
    expect([refused.status, refused.body.error?.message]).toEqual([
      429,
      expect.stringContaining('The rate limit of the key `slower` is reached (1 requests per minute)'),
    ]);
    // The team has one left, for the refused one took none.
    expect(await codeOf('slow')).toBe('ok');
    const ofTeam = await ask('slow');
    expect(ofTeam.body.error).toMatchObject({
      code: 'rate_limit_exceeded',
      message: expect.stringContaining('The rate limit of the team `slow` is reached (2 requests per minute)'),
    });
    await eventually(() => {
      const details = new Set(gateway.logs().map(({ detail }) => detail as unknown));
      return details.has('keys.slower.rpm 1') && details.has('teams.slow.rpm 2');
    });
  });
});

describe('requests at once', () => {
  test('of a key are refused beyond its limit, and let in when one has ended', async () => {
    const gate = hold(chatAnswer('ok'));
    upstream.script(gate);
    const held = codeOf('one');
    await gate.reached;
    upstream.script(chatAnswer('ok'));
    const refused = await ask('one');
    expect([refused.status, refused.body.error]).toMatchObject([
      429,
      { code: 'concurrency_limit_exceeded', message: expect.stringContaining('The key has 1 requests under way') },
    ]);
    expect(refused.headers['retry-after']).toBe('1');
    gate.release();
    expect([await held, await codeOf('one')]).toEqual(['ok', 'ok']);
  });

  test('of all keys of a team count together', async () => {
    const gates = [hold(chatAnswer('ok')), hold(chatAnswer('ok'))];
    const held: Promise<string>[] = [];
    for (const [at, gate] of gates.entries()) {
      upstream.script(gate);
      held.push(codeOf(at === 0 ? 'ann' : 'bob'));
      await gate.reached;
    }
    upstream.script(chatAnswer('ok'));
    const refused = await ask('ann');
    expect(refused.body.error).toMatchObject({
      code: 'concurrency_limit_exceeded',
      message: expect.stringContaining('The team `core` has 2 requests under way'),
    });
    expect(await codeOf('one')).toBe('ok');
    gates[0]?.release();
    expect(await held[0]).toBe('ok');
    expect(await codeOf('ann')).toBe('ok');
    gates[1]?.release();
    expect(await held[1]).toBe('ok');
  });
});

test('the log names the team of a caller', async () => {
  await ask('ann', '/v1/chat/completions', {}, { 'x-trace-id': 'of-ann' });
  await ask('one', '/v1/chat/completions', {}, { 'x-trace-id': 'of-one' });
  const lineOf = (trace: string) => gateway.logs().find(({ trace_id: id }) => id === trace);
  await eventually(() => lineOf('of-ann') !== undefined && lineOf('of-one') !== undefined);
  expect(lineOf('of-ann')).toMatchObject({ caller: 'ann', team: 'core' });
  expect(lineOf('of-one')).not.toHaveProperty('team');
});

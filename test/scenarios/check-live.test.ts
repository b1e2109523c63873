import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from '../../src/commands/check.ts';
import { inLanes } from '../../src/commands/check-live.ts';
import type { Probe } from '../../src/commands/live/plan.ts';
import { findFreePort } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { processes } from '../kit/processes.ts';
import { chatAnswer, hold, json, stall, status } from '../kit/replies.ts';
import type { Gate, Reply } from '../kit/replies.ts';
import { runCommand } from '../kit/run-command.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { SeenRequest, Upstream } from '../kit/upstream.ts';

const { runToEnd } = processes();

const BACKEND_KEY = 'sk-backend-key-000001';
const folder = mkdtempSync(join(tmpdir(), 'llm-proxy-live-'));
const file = join(folder, 'config.yaml');
let upstream: Upstream;
/** So many requests came before the test. */
let before = 0;
const seen = (): readonly SeenRequest[] => upstream.requests.slice(before);

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
});
beforeEach(() => {
  upstream.script(serve);
  before = upstream.requests.length;
});
afterAll(async () => {
  await settled(upstream);
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [{ type: 'text', text: 'Hello' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 8, output_tokens: 2 },
};
const EMBEDDING = {
  object: 'list',
  model: 'e',
  data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
  usage: { prompt_tokens: 1, total_tokens: 1 },
};
const CANDIDATE = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1, totalTokenCount: 4 },
};

function serve({ path, json: body }: SeenRequest): Reply {
  if (path.endsWith('/messages')) return json(200, MESSAGE);
  if (path.endsWith('/embeddings')) return json(200, EMBEDDING);
  if (path.includes(':generateContent')) return json(200, CANDIDATE);
  switch (body.model) {
    case 'bad-key':
      return status(401, { code: 'invalid_api_key', message: `Incorrect API key provided: ${BACKEND_KEY}` });
    case 'missing':
      return status(404, { code: 'model_not_found', message: 'no such model' });
    case 'picky':
      return status(400, { message: 'max_tokens is\n not supported' });
    case 'false-ok':
      return json(200, { error: { message: `no credit for ${btoa(BACKEND_KEY)}`, type: 'x', code: 'y' } });
    case 'silent':
      return stall();
    default:
      return chatAnswer('Hello', { usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 } });
  }
}

const route = (backend: string, model: string, more: object = {}): object => ({ backend, model, ...more });

/** Checks a config with these aliases, each with its routes. */
async function live(models: Record<string, object>, ...words: string[]): Promise<Json> {
  const base = upstream.url.replace(/\/v1$/, '');
  const backends = [
    { name: 'plain', url: upstream.url, api_key: BACKEND_KEY },
    { name: 'openai', vendor: 'openai', url: upstream.url, api_key: BACKEND_KEY },
    { name: 'claude', vendor: 'anthropic', url: upstream.url, api_key: BACKEND_KEY },
    { name: 'gemini', vendor: 'gemini', url: `${base}/v1beta`, api_key: BACKEND_KEY },
    { name: 'narrow', url: upstream.url, max_concurrency: 1 },
    { name: 'gone', url: `http://127.0.0.1:${await findFreePort()}/v1` },
    { name: 'off', url: upstream.url, enabled: false },
    { name: 'demo', url: 'demo:' },
  ];
  // What would stand in the way of requests, or answer for a route that fails.
  const config = {
    proxy_api_key: 'key-of-the-gateway-1234',
    backends,
    models,
    rate_limit: { enabled: true, global_rps: 0.001 },
    concurrency: { enabled: true, max_requests: 1, max_queue_size: 0 },
    fallback: { alias_fallback: Object.fromEntries(Object.keys(models).map((alias) => [alias, ['safe']])) },
    health_check: { enabled: true },
    logging: { base_dir: join(folder, 'logs') },
  };
  const safe = { enabled: false, routes: [route('demo', 'demo')] };
  writeFileSync(file, JSON.stringify({ ...config, models: { ...models, safe } }), { mode: 0o600 });
  const { code, out, err } = await runCommand(check, ['-c', file, '--live', ...words]);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

async function results(models: Record<string, object>, ...words: string[]): Promise<Json> {
  const { code, out } = await live(models, '--json', ...words);
  return { code, routes: JSON.parse(out).routes };
}

const alias = (...routes: object[]): object => ({ routes });

describe('each enabled route is asked once, with as little as there is', () => {
  test('as the gateway would ask it, by vendor and model', async () => {
    const models = {
      'gpt-5': alias(route('openai', 'gpt-5'), route('off', 'gpt-5'), route('openai', 'other', { enabled: false })),
      'gpt-4o': alias(route('openai', 'gpt-4o')),
      same: alias(route('openai', 'gpt-4o')),
      plain: alias(route('plain', 'llama')),
      claude: alias(route('claude', 'claude-sonnet-4-5')),
      gemini: alias(route('gemini', 'gemini-2.5-pro'), route('gemini', 'gemini-2.5-flash')),
      down: { enabled: false, routes: [route('plain', 'never')] },
    };
    const { code, routes } = await results(models);
    expect([code, routes.map(({ result }: Json) => result)]).toEqual([0, Array(6).fill('served')]);
    expect(routes.find(({ model }: Json) => model === 'gpt-4o')).toEqual({
      aliases: ['gpt-4o', 'same'],
      backend: 'openai',
      model: 'gpt-4o',
      result: 'served',
      status: 200,
      ms: expect.any(Number),
      prompt_tokens: 9,
      completion_tokens: 2,
      failure: null,
      detail: null,
      message: null,
      remedy: null,
    });
    const sent = seen().map(({ path, json: body }) => [path.replace('/v1/', ''), body] as const);
    const messages = [{ role: 'user', content: 'Hi' }];
    const bodyOf = (model: string): Json => sent.find(([, body]) => body.model === model)?.[1];
    expect(sent).toHaveLength(6);
    expect(bodyOf('gpt-4o')).toEqual({ model: 'gpt-4o', messages, max_completion_tokens: 16, stream: false });
    // Those that think are kept from it as far as they can be, and have room for what is left of it.
    expect(bodyOf('gpt-5')).toMatchObject({ max_completion_tokens: 1024, reasoning_effort: 'minimal' });
    expect(bodyOf('llama')).toEqual({ model: 'llama', messages, max_tokens: 16, stream: false });
    expect(bodyOf('claude-sonnet-4-5')).toMatchObject({ max_tokens: 16, messages: [{ role: 'user' }] });
    const thinking = (model: string): Json => sent.find(([path]) => path.includes(model))?.[1].generationConfig;
    expect(thinking('gemini-2.5-pro')).toEqual({ maxOutputTokens: 1024, thinkingConfig: { thinkingBudget: 128 } });
    expect(thinking('gemini-2.5-flash')).toEqual({ maxOutputTokens: 16, thinkingConfig: { thinkingBudget: 0 } });
    for (const { headers } of seen()) expect(JSON.stringify(headers)).toContain(BACKEND_KEY);
  });

  test('models of other purposes for what they do; pictures and sounds are too dear', async () => {
    const { code, routes } = await results({
      embed: alias(route('openai', 'text-embedding-3-small')),
      draw: alias(route('openai', 'gpt-image-1')),
      speak: alias(route('openai', 'gpt-4o-mini-tts')),
    });
    expect([code, routes.map(({ result }: Json) => result)]).toEqual([0, ['served', 'not_asked', 'not_asked']]);
    expect(seen().map(({ path, json: body }) => [path, body])).toEqual([
      ['/v1/embeddings', { model: 'text-embedding-3-small', input: 'Hi' }],
    ]);
  });

  test('of a wildcard, the first name that it lists, or the one that is named', async () => {
    const models = {
      'open/*': alias(route('plain', '*')),
      'listed/*': { list: ['listed/first', 'listed/second'], routes: [route('plain', 'v-*')] },
      'fixed/*': alias(route('plain', 'one-for-all')),
    };
    const { code, routes } = await results(models);
    expect(routes.map(({ aliases, model, result }: Json) => [...aliases, model, result])).toEqual([
      ['open/*', '*', 'not_asked'],
      ['listed/first', 'v-first', 'served'],
      ['fixed/*', 'one-for-all', 'served'],
    ]);
    expect(code).toBe(0);
    const named = await results(models, '--alias', 'open/llama');
    expect(named.routes).toEqual([
      expect.objectContaining({ aliases: ['open/llama'], model: 'llama', result: 'served' }),
    ]);
  });
});

const PROBE: Probe = { aliases: [], backend: '', model: '', purpose: 'chat', timeout: undefined, notAsked: undefined };

describe('what fails', () => {
  const models = {
    good: alias(route('plain', 'llama')),
    bad: alias(route('plain', 'bad-key'), route('plain', 'missing'), route('plain', 'picky'), route('gone', 'x')),
    slow: alias(route('plain', 'silent')),
  };

  test('is told of a 200 that holds an error as well, in the words of the provider', async () => {
    const { code, routes } = await results({ false: alias(route('plain', 'false-ok')) });
    expect([code, routes[0].result, routes[0].status]).toEqual([1, 'failed', 200]);
    expect(routes[0].message).toMatch(/^no credit for \S+\*{4}\S+$/);
    expect(routes[0].message).not.toContain(btoa(BACKEND_KEY));
  });

  test('in the gateway itself ends the others first, and begins none', async () => {
    const probes = ['a', 'b', 'c', 'd'].map((backend) => ({ ...PROBE, backend }));
    const done: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const all = inLanes([...probes, ...probes], new Map(probes.map(({ backend }) => [backend, 1])), async (probe) => {
      if (probe.backend === 'a') throw new Error('a bug');
      await gate.promise;
      done.push(probe.backend);
    });
    const isOver = await Promise.race([all.catch(() => true), Bun.sleep(20).then(() => false)]);
    gate.resolve(undefined);
    await expect(all).rejects.toThrow('a bug');
    expect([isOver, done]).toEqual([false, ['b', 'c', 'd']]);
  });

  test('is told with its reason and a remedy, no key in it: exit 1', async () => {
    const { code, routes } = await results(models, '--timeout', '300ms');
    expect(code).toBe(1);
    const told = Object.fromEntries(
      routes.map(({ model, status: answered, failure, detail, message, remedy }: Json) => [
        model,
        [answered, failure, detail, message, remedy],
      ]),
    );
    const { llama, 'bad-key': badKey, missing, picky, x: gone, silent } = told;
    expect(llama).toEqual([200, null, null, null, null]);
    expect(badKey).toEqual([
      401,
      'refused',
      'invalid_api_key',
      'Incorrect API key provided: sk-****01',
      expect.stringContaining('a valid key'),
    ]);
    expect(missing).toEqual([
      404,
      'not_found',
      'model_not_found',
      'no such model',
      expect.stringContaining("the route's model"),
    ]);
    expect(picky).toEqual([
      400,
      'bad_request',
      'upstream_error',
      'max_tokens is not supported',
      expect.stringContaining('protocol'),
    ]);
    expect(gone).toEqual([
      null,
      'connection_failed',
      expect.stringContaining('ECONNREFUSED'),
      null,
      expect.stringContaining('url'),
    ]);
    expect(silent).toEqual([null, 'total_timeout', '300ms', null, expect.stringContaining('--timeout')]);
  });

  test('stands in a table, each with what to do below it', async () => {
    const { code, out, err } = await live(models, '--timeout', '300ms');
    const lines = out.split('\n');
    expect(code).toBe(1);
    expect(lines[0]).toStartWith(`${file} is valid: `);
    expect(lines[1]).toMatch(/^ALIAS +BACKEND +MODEL +STATUS +TIME +WHAT CAME$/);
    expect(lines[2]).toMatch(/^good +plain +llama +200 +\d+ ms +served, 9→2 tokens$/);
    const at = lines.findIndex((line: string) => line.includes('missing'));
    expect(lines[at]).toMatch(/^bad +plain +missing +404 +\d+ ms +not_found \(model_not_found\): no such model$/);
    expect(lines[at + 1]).toStartWith("  → Check the route's model");
    expect(lines.at(-1)).toBe('6 models asked: 1 served, 5 failed');
    expect(out + err).not.toContain(BACKEND_KEY);
  });

  test('alone decides: nothing else answers for it, and filters leave it out', async () => {
    expect((await results(models, '--alias', 'good')).code).toBe(0);
    const { code, routes } = await results(models, '--backend', 'gone', '--alias', 'bad', '--alias', 'good');
    expect([code, routes.map(({ model }: Json) => model)]).toEqual([1, ['x']]);
  });
});

test('several at once, at each backend as many as it may have', async () => {
  const gates: Gate[] = [];
  const running = (): number => seen().filter(({ outcome }) => outcome === 'open').length;
  upstream.script(() => {
    const gate = hold(chatAnswer('Hello'));
    gates.push(gate);
    return gate;
  });
  const routes = (backend: string) => alias(...Array.from({ length: 6 }, (_, index) => route(backend, `m-${index}`)));
  const asked = results({ wide: routes('plain'), narrow: routes('narrow') });
  await eventually(() => gates.length === 5);
  expect(running()).toBe(5);
  for (let done = 0; done < 12; done++) {
    await eventually(() => gates.length > done);
    gates[done]?.release();
    expect(
      seen().filter(({ headers, outcome }) => outcome === 'open' && headers['authorization'] === undefined).length,
    ).toBeLessThanOrEqual(1);
  }
  expect((await asked).code).toBe(0);
});

describe('a command line that makes no sense', () => {
  const models = { one: alias(route('demo', 'demo')) };
  test.each<[string[], string]>([
    [['--alias', 'oen'], 'unknown alias oen (did you mean one?)'],
    [['--backend', 'plian'], 'unknown backend plian (did you mean plain?)'],
    [['--timeout', 'soon'], '--timeout soon is not a duration (such as 10s or 1m)'],
    [['--timeout', '0'], '--timeout 0 is not a duration (such as 10s or 1m)'],
  ])('%j', async (words, message) => {
    await expect(live(models, ...words)).rejects.toThrow(message);
  });

  test('its flags without --live', async () => {
    await expect(runCommand(check, ['-c', file, '--json'])).rejects.toThrow('--json goes with --live');
  });

  test('nothing to ask: exit 1', async () => {
    expect(await live({ down: { enabled: false, routes: [route('demo', 'demo')] } })).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no enabled route to ask.'),
    });
    expect((await results({ 'open/*': alias(route('demo', '*')) })).code).toBe(1);
  });
});

test('as a process: the starter of init, whose failing demo route fails', async () => {
  const made = await runToEnd({ args: ['init', '-c', join(folder, 'starter.yaml')] });
  expect(made.code).toBe(0);
  const { code, out, err } = await runToEnd({ args: ['check', '--live', '-c', join(folder, 'starter.yaml')] });
  expect([code, err]).toEqual([1, '']);
  expect(out).toMatch(/^demo +demo +demo +200 +\d+ ms +served, 1→13 tokens$/m);
  expect(out).toMatch(/^demo-failover +demo +demo +as for demo$/m);
  expect(out).toMatch(/^demo-failover +demo +demo-fail-503 +503 +\d+ ms +overloaded \(server_is_overloaded\): /m);
  const one = await runToEnd({
    args: ['check', '-c', join(folder, 'starter.yaml'), '--live', '--alias', 'demo', '--json'],
  });
  expect([one.code, JSON.parse(one.out).routes]).toEqual([
    0,
    [expect.objectContaining({ model: 'demo', result: 'served' })],
  ]);
});

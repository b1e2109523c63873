// What an explanation says is what then happens, whatever the aliases, and whatever is drained, cooling, full or failing.
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { send, type RawAnswer } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, hold, json, stall, status, type Reply } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const SEED = Number(process.env['EXPLAIN_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const random = mulberry32(SEED);
const below = (most: number): number => Math.floor(random() * most);
const some = <T>(of: readonly T[], share: number): T[] => of.filter(() => random() < share);

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const KEY = 'admin-key-of-the-tests';
const ADMIN = { authorization: `Bearer ${KEY}` };
const ALIASES = Array.from({ length: 12 }, (_, at) => `alias-${at}`);
const MESSAGES = [{ role: 'user', content: 'Why is the sky blue?' }];

let upstreams: Record<string, Upstream>;
let gateway: Gateway;
let config: Json;
let traces = 0;

/** Whose order is told beforehand: by turns, by conversation, or with one route of each priority. */
function generatedAlias(): object {
  const balance = ['round_robin', 'session', 'random'][below(3)];
  const backends = some(NAMES, 0.6);
  const names = backends.length === 0 ? ['a'] : backends;
  const routes = names.map((backend, at) => ({
    backend,
    model: `model-${below(2)}`,
    priority: balance === 'random' ? at + 1 : 1 + below(2),
    ...(balance === 'random' ? {} : { weight: 1 + below(4) }),
    ...(random() < 0.1 ? { enabled: false } : {}),
  }));
  return { balance, routes };
}

function generatedConfig(): Json {
  const models = Object.fromEntries(ALIASES.map((name) => [name, generatedAlias()]));
  const fallbacks = ALIASES.flatMap((name, at) =>
    random() < 0.4 && at + 1 < ALIASES.length ? [[name, [ALIASES[at + 1 + below(ALIASES.length - at - 1)]]]] : [],
  );
  return {
    admin: { api_key: KEY },
    backends: [
      ...NAMES.map((name) => ({ name, url: upstreams[name]?.url })),
      { name: 'narrow', url: upstreams['narrow']?.url, max_concurrency: 1 },
      ...Object.keys(ANSWERS).map((vendor) => ({ name: vendor, vendor, url: upstreams['foreign']?.url })),
    ],
    models: {
      ...models,
      ...hedged(),
      ...Object.fromEntries(
        Object.keys(ANSWERS).map((vendor) => [vendor, { routes: [{ backend: vendor, model: 'x' }] }]),
      ),
      narrow: { routes: [{ backend: 'narrow', model: 'n' }] },
      wide: { routes: [{ backend: 'a', model: 'w' }] },
      shares: {
        balance: 'random',
        routes: NAMES.slice(0, 3).map((backend) => ({ backend, model: 's', weight: 1 + below(9) })),
      },
    },
    fallback: {
      alias_fallback: { ...Object.fromEntries(fallbacks), wide: ['narrow'] },
      max_retries: below(5),
      backoff_initial: '1ms',
      backoff_max: '2ms',
      cooldown_seconds: 600,
    },
  };
}

const hedged = (): object => ({
  seldom: {
    hedge: { after: '20ms', at_most: '1%' },
    routes: ['a', 'b'].map((backend, at) => ({ backend, model: 'h', priority: at + 1 })),
  },
  hedged: {
    hedge: { after: '20ms', at_most: '100%' },
    routes: ['a', 'b', 'c'].map((backend, at) => ({ backend, model: 'h', priority: at + 1 })),
  },
});

beforeAll(async () => {
  console.log(`EXPLAIN_SEED=${SEED} repeats this`);
  const started = await Promise.all(
    [...NAMES, 'narrow', 'foreign'].map(async (name) => [name, await startUpstream(chatAnswer(name))] as const),
  );
  upstreams = Object.fromEntries(started);
  config = generatedConfig();
  gateway = await startGateway({ config });
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all(Object.values(upstreams).map((upstream) => upstream.stop()));
});

async function admin(path: string, body?: object): Promise<Json> {
  const options = { method: 'POST', headers: ADMIN, ...(body === undefined ? {} : { body }) };
  const answer = await send(`${gateway.url}/admin/${path}`, options);
  const { text } = await answer.whole();
  expect([path, answer.status, text]).toEqual([path, 200, expect.any(String)]);
  return JSON.parse(text);
}

const explained = (model: string, more: object = {}): Promise<Json> =>
  admin('explain', { model, request: { messages: MESSAGES }, ...more });

async function asked(model: string, body: object = {}): Promise<{ answer: RawAnswer; line: Json }> {
  const trace = `request-${traces++}`;
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    headers: { 'x-trace-id': trace },
    body: { model, messages: MESSAGES, ...body },
  });
  await answer.whole();
  const line = await eventually(() => gateway.logs().find((each) => each.trace_id === trace));
  return { answer, line };
}

function script(name: string, reply: Reply): void {
  upstreams[name]?.script(reply);
}

/** The attempts of a request: one that its first route has served has no story. */
const made = ({ tries, backend, model }: Json): string[] =>
  tries === undefined ? (backend === null ? [] : [placeOf({ backend, model })]) : tries.map(placeOf);

const placeOf = ({ backend, model }: Json): string => `${backend} ${model}`;
const attempts = ({ steps }: Json): string[] => steps.filter(({ type }: Json) => type === 'attempt').map(placeOf);

/** How the rows of requests call what explanations say of a route that is left out. */
const NOTED: Readonly<Record<string, string>> = { cooling: 'cooling', draining: 'draining', disabled: 'disabled' };

async function requestRoutes(line: Json): Promise<Json[]> {
  const answer = await send(`${gateway.url}/admin/requests/${line.trace_id}`, { headers: ADMIN });
  return JSON.parse((await answer.whole()).text).routes;
}

async function startAnew(): Promise<void> {
  for (const name of NAMES) {
    script(name, chatAnswer(name));
    await admin(`backends/${name}/undrain`);
    await admin('cooldowns/end', { backend: name });
  }
}

test('requests are tried where their explanations say, in that order, with retries and fallbacks', async () => {
  for (let round = 0; round < 25; round++) {
    const model = ALIASES[below(ALIASES.length)] ?? '';
    const failing = new Set(some(NAMES, random()));
    const drained = random() < 0.3 ? some(NAMES, 0.3) : [];
    for (const name of NAMES) script(name, failing.has(name) ? status(500) : chatAnswer(name));
    for (const name of drained) await admin(`backends/${name}/drain`, { force: true });

    const foreseen = await explained(model);
    const { line } = await asked(model);
    const what = JSON.stringify({ SEED, round, model, failing: [...failing], drained, foreseen, tries: line.tries });
    expect([foreseen.deterministic, what]).toEqual([true, what]);
    const own = foreseen.routes.filter(({ alias }: Json) => alias === model);
    expect([own.map(placeOf).toSorted(), what]).toEqual([config.models[model].routes.map(placeOf).toSorted(), what]);
    const all = attempts(foreseen);
    const served = all.findIndex((place) => !failing.has(place.split(' ')[0] ?? ''));
    const expected = served === -1 ? all : all.slice(0, served + 1);
    expect([made(line), what]).toEqual([expected, what]);
    expect([line.status < 400, what]).toEqual([served !== -1, what]);

    // What the asked alias leaves out is noted of the request as well, in the same words.
    const left = foreseen.routes.filter(({ alias, skipped }: Json) => alias === model && skipped in NOTED);
    const hasNotes = left.some(({ skipped }: Json) => skipped !== 'disabled') || expected.length > 1;
    const noted = hasNotes && line.tries !== undefined ? await requestRoutes(line) : [];
    for (const route of hasNotes && line.tries !== undefined ? left : []) {
      const states = noted.filter((each) => placeOf(each) === placeOf(route)).map(({ state }) => state);
      expect([states, what]).toEqual([expect.arrayContaining([NOTED[route.skipped]]), what]);
    }

    for (const name of drained) await admin(`backends/${name}/undrain`);
    for (const name of some(NAMES, 0.5)) await admin('cooldowns/end', { backend: name });
  }
});

test('a slow first is helped by the backend that is said to be tried beside it', async () => {
  for (const drained of [[], ['b'], ['a']]) {
    await startAnew();
    for (const name of drained) await admin(`backends/${name}/drain`, { force: true });
    const { hedge, routes } = await explained('hedged');
    expect([hedge.after_ms, hedge.why]).toEqual([20, 'It is tried as well where the first takes longer.']);
    script(routes[0].backend, stall());
    const { line } = await asked('hedged');
    expect([line.status, line.backend]).toEqual([200, hedge.backend]);
    expect(new Set(line.tries.map(({ backend }: Json) => backend))).toEqual(
      new Set([routes[0].backend, hedge.backend]),
    );
  }
  await startAnew();
  expect((await explained('seldom')).hedge.why).toBe('`at_most` lets none through just now.');
  for (const name of ['b', 'c']) await admin(`backends/${name}/drain`, { force: true });
  expect((await explained('hedged')).hedge.backend).toBeNull();
  await startAnew();
});

test('a full backend is waited for where it is said, behind those that have room', async () => {
  await startAnew();
  const gate = hold(chatAnswer('after all'));
  script('narrow', gate);
  const first = send(`${gateway.url}/v1/chat/completions`, { body: { model: 'narrow', messages: MESSAGES } });
  await gate.reached;
  script('a', status(500));

  const foreseen = await explained('wide');
  const kinds = foreseen.steps.filter(({ type }: Json) => type !== 'wait').map(({ type }: Json) => type);
  expect(kinds).toEqual([...attempts(foreseen).map(() => 'attempt'), 'queue']);
  expect(new Set(attempts(foreseen))).toEqual(new Set(['a w']));
  const [, full] = foreseen.routes;
  expect([full.backend, full.skipped, full.rank]).toEqual(['narrow', 'full', null]);
  const alone = await explained('narrow');
  expect(alone.steps.map(({ type }: Json) => type)).toEqual(['queue']);
  expect(alone.limits.find(({ kind }: Json) => kind === 'queue')).toMatchObject({
    key: 'concurrency.max_queue_size',
    most: '1000',
    left: '1000',
    needed: '1',
    refuses: false,
  });

  const trace = `request-${traces++}`;
  const second = send(`${gateway.url}/v1/chat/completions`, {
    headers: { 'x-trace-id': trace },
    body: { model: 'wide', messages: MESSAGES },
  });
  await eventually(async () => {
    const answer = await send(`${gateway.url}/admin/backends`, { headers: ADMIN });
    return JSON.parse((await answer.whole()).text).requests.waiting === 1 ? true : undefined;
  });
  gate.release();
  for (const each of [first, second]) await (await each).whole();
  const line = await eventually(() => gateway.logs().find((each) => each.trace_id === trace));
  expect(made(line)).toEqual([...attempts(foreseen), 'narrow n']);
  expect([line.status, line.backend]).toEqual([200, 'narrow']);
});

/** What a chat request may hold besides its messages, and other dialects may have no place for. */
const FIELDS: Readonly<Record<string, unknown>> = {
  logit_bias: { '50256': -100 },
  seed: 7,
  presence_penalty: 0.5,
  frequency_penalty: 0.5,
  user: 'somebody',
  metadata: { a: 'b' },
  stop: ['end'],
  temperature: 0.3,
  top_p: 0.9,
  logprobs: true,
  top_logprobs: 2,
  n: 2,
  service_tier: 'flex',
  response_format: { type: 'json_object' },
  max_tokens: 50,
  parallel_tool_calls: false,
  prediction: { type: 'content', content: 'x' },
  store: true,
  verbosity: 'low',
};

test('what is said to be left out is what the answer says was', async () => {
  await startAnew();
  for (let round = 0; round < 40; round++) {
    const vendor = Object.keys(ANSWERS)[below(Object.keys(ANSWERS).length)] ?? '';
    script('foreign', json(200, ANSWERS[vendor]));
    const fields = Object.fromEntries(some(Object.entries(FIELDS), 0.4));
    const { routes } = await explained(vendor, { request: { messages: MESSAGES, ...fields } });
    const [route] = routes;
    const { answer, line } = await asked(vendor, fields);
    const what = JSON.stringify({ SEED, round, vendor, fields, route, tries: line.tries });
    const dropped = answer.headers['x-llm-proxy-dropped'];
    const isRefused = line.tries?.[0]?.failure === 'not_carried';
    expect([route.skipped === 'not_carried', what]).toEqual([isRefused, what]);
    if (isRefused) expect([route.refused_field, what]).toEqual([line.tries[0].detail ?? null, what]);
    else expect([answer.status, dropped ?? '', what]).toEqual([200, route.dropped.join(', '), what]);
  }
});

const ANSWERS: Readonly<Record<string, object>> = {
  anthropic: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'x',
    content: [{ type: 'text', text: 'hi' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  },
  gemini: {
    candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
  },
};

test('where chance decides, routes come first as often as is said', async () => {
  await startAnew();
  const { routes, deterministic } = await explained('shares');
  expect(deterministic).toBe(false);
  const before = new Map(NAMES.map((name) => [name, upstreams[name]?.requests.length ?? 0]));
  const count = 600;
  for (let at = 0; at < count; at += 20)
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await send(`${gateway.url}/v1/chat/completions`, {
          body: { model: 'shares', messages: MESSAGES },
        });
        await answer.whole();
      }),
    );
  expect(routes.reduce((sum: number, { share }: Json) => sum + share, 0)).toBeCloseTo(1);
  for (const { backend, share } of routes) {
    const seen = (upstreams[backend]?.requests.length ?? 0) - (before.get(backend) ?? 0);
    // Eight standard deviations: by chance that is not missed in the life of the universe.
    const bound = 8 * Math.sqrt(count * share * (1 - share)) + 1;
    expect([backend, Math.abs(seen - count * share) <= bound, { SEED, share, seen }]).toEqual([
      backend,
      true,
      { SEED, share, seen },
    ]);
  }
});

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

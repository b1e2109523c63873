import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { open, requestBytes, send } from '../kit/client.ts';
import type { RawAnswer, RawConnection } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import {
  chatAnswer,
  hold,
  json,
  slowHeaders,
  stall,
  stallAfter,
  status,
  manual,
  streamOf,
  chatEvents,
} from '../kit/replies.ts';
import { hasTool } from '../kit/required-tool.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const MESSAGES = [{ role: 'user', content: 'Hello' }];
const SLOWLY = 2_000;

let first: Upstream;
let second: Upstream;
let third: Upstream;
let gateway: Gateway;
let nextTrace = 0;

beforeAll(async () => {
  [first, second, third] = (await Promise.all(['1', '2', '3'].map((text) => startUpstream(chatAnswer(text))))) as [
    Upstream,
    Upstream,
    Upstream,
  ];
});

afterEach(async () => {
  try {
    const { requests, backends } = await operatorsView();
    expect([requests.running, requests.waiting]).toEqual([0, 0]);
    expect(backends.map((backend: Json) => backend.in_flight)).toEqual(backends.map(() => 0));
  } finally {
    await gateway.stop();
  }
  await settled(first, second, third);
  first.script(chatAnswer('1'));
  second.script(chatAnswer('2'));
  third.script(chatAnswer('3'));
});

afterAll(async () => {
  await Promise.all([first, second, third].map((upstream) => upstream.stop()));
});

const ALWAYS = { after: '30ms', at_most: '100%' };

interface Setting {
  readonly hedge?: object;
  readonly names?: readonly string[];
  readonly backend?: object;
  readonly more?: Record<string, unknown>;
}

/** `m` is served by the first, the second, then the third backend; `single` by the first alone. */
async function start({ hedge = ALWAYS, names = ['first', 'second'], backend = {}, more = {} }: Setting = {}) {
  gateway = await startGateway({ config: configOf({ hedge, names, backend, more }) });
}

function configOf({ hedge, names, backend, more }: Required<Setting>): object {
  const routes = names.map((name, priority) => ({ backend: name, model: 'x', priority }));
  return {
    backends: [
      { name: 'first', url: first.url },
      { name: 'second', url: second.url, ...backend },
      { name: 'third', url: third.url },
    ],
    models: {
      m: { hedge, routes },
      single: { hedge, routes: routes.slice(0, 1) },
      other: { routes: routes.slice(1) },
    },
    fallback: { cooldown_seconds: 60, max_retries: 0 },
    ...more,
  };
}

async function operatorsView(): Promise<Json> {
  return await (await send(`${gateway.url}/admin/backends`)).json();
}

interface Asked {
  readonly answer: Promise<RawAnswer>;
  readonly connection: RawConnection;
  /** Its line in the log. */
  line(): Promise<Json>;
}

async function ask(more: object = {}, path = '/v1/chat/completions'): Promise<Asked> {
  const traceId = `trace-${nextTrace++}`;
  const connection = await open(gateway.url);
  const options = { headers: { 'x-trace-id': traceId }, body: { model: 'm', messages: MESSAGES, ...more } };
  await connection.write(requestBytes(gateway.url + path, options));
  const answer = connection.answer();
  answer.catch(() => undefined); // of those that leave
  return {
    answer,
    connection,
    line: () => eventually(() => gateway.logs().find((one) => one.trace_id === traceId)),
  };
}

async function text({ answer }: Asked): Promise<string> {
  return (await (await answer).json()).choices[0].message.content;
}

/** Backend, failure and part of each attempt in a log line. */
function attemptRecordsOf({ tries = [] }: Json): (string | undefined)[][] {
  return tries.map(({ backend, failure, hedge }: Json) => [backend, failure, hedge]);
}

async function counted(metric: string): Promise<string[]> {
  const metrics = await (await send(`${gateway.url}/metrics`)).whole();
  return metrics.text.split('\n').filter((line) => line.startsWith(metric));
}

/** An answer of Anthropic's. */
const MESSAGE = json(200, {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'x',
  content: [{ type: 'text', text: 'from afar' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 4 },
});

/** A response that is kept unless told otherwise. */
const RESPONSE = json(200, {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'x',
  status: 'completed',
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'from a response', annotations: [] }],
    },
  ],
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
});

describe('a first route that is slow', () => {
  test.each([false, true])('is overtaken by the second, which serves; stream: %p', async (stream) => {
    await start();
    first.script(stall());
    second.script(
      stream ? streamOf(['a', 'b']) : chatAnswer('2', { usage: { prompt_tokens: 7, completion_tokens: 8 } }),
    );
    const asked = await ask({ stream });
    const answer = await asked.answer;
    const { text: body } = await answer.whole();
    expect([answer.status, answer.headers['x-llm-proxy-attempts']]).toEqual([200, '2']);
    expect(answer.headers['x-llm-proxy-backend']).toBe('second');
    if (stream) expect(parseSse(body).done).toBe(true);
    else expect(JSON.parse(body).choices[0].message.content).toBe('2');
    const line = await asked.line();
    expect(attemptRecordsOf(line)).toEqual([
      ['first', 'hedge_lost', undefined],
      ['second', undefined, 'won'],
    ]);
    expect(line).toMatchObject({ status: 200, backend: 'second', attempts: 2, error_code: null });
    if (!stream) expect(line).toMatchObject({ prompt_tokens: 7, completion_tokens: 8 });
    expect(line.tries[0].cooling_until).toBeUndefined();
    expect(await counted('llm_proxy_hedges_total')).toEqual(['llm_proxy_hedges_total{alias="m",result="won"} 1']);
    expect(await counted('llm_proxy_caller_requests_total')).toHaveLength(1);
    expect(await counted('llm_proxy_fallbacks_total')).toEqual([]);
    expect(await counted('llm_proxy_alias_requests_total{alias="m",outcome="served"}')).toEqual([
      'llm_proxy_alias_requests_total{alias="m",outcome="served"} 1',
    ]);
  });

  test('is left: its connection is closed, its slot free, and it does not cool down', async () => {
    await start();
    const kept = await startAgainst(stall());
    expect(await text(kept)).toBe('2');
    await eventually(() => first.requests.at(-1)?.outcome === 'aborted');
    const { backends } = await operatorsView();
    expect(backends.map(({ in_flight: inFlight }: Json) => inFlight)).toEqual([0, 0, 0]);
    expect(backends[0].models.every(({ state }: Json) => state === 'up')).toBe(true);
    first.script(chatAnswer('1'));
    expect(await text(await ask())).toBe('1');
  });

  test('serves if it is there first after all, and the second is aborted', async () => {
    await start();
    const gate = hold(chatAnswer('1', { usage: { prompt_tokens: 5, completion_tokens: 6 } }));
    const beside = hold(chatAnswer('2'));
    first.script(gate);
    second.script(beside);
    const asked = await ask();
    await beside.reached;
    gate.release();
    expect(await text(asked)).toBe('1');
    await eventually(() => second.requests.at(-1)?.outcome === 'aborted');
    const line = await asked.line();
    expect(attemptRecordsOf(line)).toEqual([
      ['second', 'hedge_lost', 'lost'],
      ['first', undefined, undefined],
    ]);
    expect(line).toMatchObject({ status: 200, backend: 'first', attempts: 2, prompt_tokens: 5 });
    expect(await counted('llm_proxy_hedges_total')).toEqual(['llm_proxy_hedges_total{alias="m",result="lost"} 1']);
    expect(await counted('llm_proxy_alias_requests_total{alias="m",outcome="served"}')).toEqual([
      'llm_proxy_alias_requests_total{alias="m",outcome="served"} 1',
    ]);
  });

  test('that has begun a stream without content is overtaken, too, and nothing of it is in the answer', async () => {
    await start();
    first.script(stallAfter(chatEvents(['late']).slice(0, 1)));
    second.script(streamOf(['a', 'b']));
    const { text: body } = await (await (await ask({ stream: true })).answer).whole();
    const words = parseSse(body).json.map((event) => event.choices[0]?.delta?.content ?? '');
    expect(words.join('')).toBe('ab');
  });

  test('is overtaken by a backend of another dialect', async () => {
    await start({ backend: { vendor: 'anthropic' } });
    first.script(stall());
    second.script(MESSAGE);
    const asked = await ask();
    expect(await text(asked)).toBe('from afar');
    expect(await asked.line()).toMatchObject({ backend: 'second', prompt_tokens: 3, completion_tokens: 4 });
  });

  test('that fails leaves the request to the second', async () => {
    await start();
    const [gate, beside] = [hold(status(500)), hold(chatAnswer('2'))];
    first.script(gate);
    second.script(beside);
    const asked = await ask();
    await beside.reached;
    gate.release();
    await eventually(async () => (await operatorsView()).backends[0].in_flight === 0);
    beside.release();
    expect(await text(asked)).toBe('2');
    expect(attemptRecordsOf(await asked.line())).toEqual([
      ['first', 'server_error', undefined],
      ['second', undefined, 'won'],
    ]);
    expect(await counted('llm_proxy_fallbacks_total')).toEqual([
      'llm_proxy_fallbacks_total{from="first",to="second",level="L1"} 1',
    ]);
  });

  test('serves although the second has failed, and cooled down', async () => {
    await start();
    const gate = hold(chatAnswer('1'));
    first.script(gate);
    second.script(status(503));
    const asked = await ask();
    await eventually(async () => (await operatorsView()).backends[1].models[0].state === 'cooling');
    gate.release();
    expect(await text(asked)).toBe('1');
    expect(attemptRecordsOf(await asked.line())).toEqual([
      ['second', 'overloaded', 'failed'],
      ['first', undefined, undefined],
    ]);
    expect(await counted('llm_proxy_hedges_total')).toEqual(['llm_proxy_hedges_total{alias="m",result="failed"} 1']);
  });

  test('and fails as the second does: the next route serves, and none is tried twice', async () => {
    await start({ names: ['first', 'second', 'third'] });
    const gate = hold(status(500));
    first.script(gate);
    second.script(status(503));
    const before = [first, second, third].map(({ requests }) => requests.length);
    const asked = await ask();
    await eventually(async () => (await operatorsView()).backends[1].models[0].state === 'cooling');
    gate.release();
    expect(await text(asked)).toBe('3');
    expect(attemptRecordsOf(await asked.line())).toEqual([
      ['second', 'overloaded', 'failed'],
      ['first', 'server_error', undefined],
      ['third', undefined, undefined],
    ]);
    expect([first, second, third].map(({ requests }, at) => requests.length - (before[at] ?? 0))).toEqual([1, 1, 1]);
  });

  test('whose failure is for the client to see ends the second', async () => {
    await start();
    const [gate, beside] = [hold(status(400, { code: 'bad' })), hold(chatAnswer('2'))];
    first.script(gate);
    second.script(beside);
    const asked = await ask();
    await beside.reached;
    gate.release();
    const answer = await asked.answer;
    expect([answer.status, (await answer.json()).error.code]).toEqual([400, 'bad']);
    await eventually(() => second.requests.at(-1)?.outcome === 'aborted');
    const line = await asked.line();
    expect(line).toMatchObject({ status: 400, backend: 'first' });
    expect(attemptRecordsOf(line)).toEqual([
      ['second', 'hedge_lost', 'lost'],
      ['first', 'bad_request', undefined],
    ]);
    expect(await counted('llm_proxy_alias_requests_total{alias="m",outcome="rejected"}')).toEqual([
      'llm_proxy_alias_requests_total{alias="m",outcome="rejected"} 1',
    ]);
  });

  test('and a second that calls the request invalid: the first serves', async () => {
    await start();
    const gate = hold(chatAnswer('1'));
    first.script(gate);
    second.script(status(400));
    const asked = await ask();
    await eventually(async () => (await operatorsView()).backends[1].in_flight === 0 && second.inFlight === 0);
    gate.release();
    expect(await text(asked)).toBe('1');
  });
});

/** Asks with this reply of the first. */
async function startAgainst(reply: ReturnType<typeof stall>): Promise<Asked> {
  first.script(reply);
  return ask();
}

describe('with a late commit point', () => {
  const LATE = { hedge: ALWAYS, names: ['first', 'second', 'third'] };

  /** `m` holds back what it streams until a block is whole. */
  async function startLate(): Promise<void> {
    const config = configOf({ backend: {}, more: {}, ...LATE }) as { models: Record<string, object> };
    gateway = await startGateway({
      config: { ...config, models: { ...config.models, m: { ...config.models['m'], commit: 'block' } } },
    });
  }

  test.each([
    ['first', 0],
    ['second', 1],
  ])('the %s is cut while it is held: the other serves, and the client does not notice', async (_, cut) => {
    await startLate();
    const replies = [manual(), manual()] as const;
    first.script(replies[0]);
    second.script(replies[1]);
    const asked = await ask({ stream: true });
    await replies[1].request;
    const [broken, sound] = cut === 0 ? replies : [replies[1], replies[0]];
    await broken.head();
    for (const event of chatEvents(['cut']).slice(0, 2)) await broken.event(event);
    await sound.head();
    for (const event of chatEvents(['whole']).slice(0, 2)) await sound.event(event);
    await broken.destroy();
    for (const event of chatEvents(['whole']).slice(2)) await sound.event(event);
    await sound.end();
    const answer = await asked.answer;
    const { text } = await answer.whole();
    expect(answer.status).toBe(200);
    expect(text).toContain('whole');
    expect(text).not.toContain('cut');
  });
});

describe('with two attempts under way', () => {
  test('a client that leaves ends both', async () => {
    await start();
    const beside = hold();
    second.script(beside);
    const asked = await startAgainst(stall());
    await beside.reached;
    asked.connection.leave();
    await eventually(
      () => first.requests.at(-1)?.outcome === 'aborted' && second.requests.at(-1)?.outcome === 'aborted',
    );
    const line = await asked.line();
    expect(line).toMatchObject({ status: 499, attempts: 2 });
    expect(attemptRecordsOf(line)).toEqual([
      ['first', 'client_gone', undefined],
      ['second', 'client_gone', 'lost'],
    ]);
  });

  test.each([false, true])('answers of both in one moment are one answer; stream: %p', async (stream) => {
    await start();
    for (let i = 0; i < 15; i++) {
      const reply = (text: string) => hold(stream ? streamOf([text]) : chatAnswer(text));
      const [one, other] = [reply('1'), reply('2')];
      first.script(one);
      second.script(other);
      const asked = await ask({ stream });
      await other.reached;
      one.release();
      other.release();
      const { text: body } = await (await asked.answer).whole();
      const line = await asked.line();
      const [lost, served] = attemptRecordsOf(line);
      expect([lost?.[1], served?.[1]]).toEqual(['hedge_lost', undefined]);
      expect(line.backend).toBe(served?.[0]);
      expect(body).toContain(`"content":"${served?.[0] === 'first' ? '1' : '2'}"`);
      expect(body).not.toContain(`"content":"${served?.[0] === 'first' ? '2' : '1'}"`);
    }
  });

  test('total_timeout ends both', async () => {
    await start({ more: { timeout: { total_timeout: '1s' } } });
    second.script(stall());
    const asked = await startAgainst(stall());
    const answer = await asked.answer;
    expect([answer.status, (await answer.json()).error.code]).toEqual([504, 'total_timeout']);
    expect(await asked.line()).toMatchObject({ error_code: 'total_timeout', attempts: 2 });
  });

  test('first_byte_timeout is minded for each', async () => {
    await start({ hedge: { after: '1s', at_most: '100%' }, more: { timeout: { first_byte_timeout: '2s' } } });
    second.script(slowHeaders(1_500, chatAnswer('2')));
    const asked = await startAgainst(stall());
    expect(await text(asked)).toBe('2');
    expect(attemptRecordsOf(await asked.line())).toEqual([
      ['first', 'first_byte_timeout', undefined],
      ['second', undefined, 'won'],
    ]);
  });

  test('the gateway can stop', async () => {
    await start({ more: { server: { shutdown_timeout: '100ms' } } });
    const beside = hold();
    second.script(beside);
    const asked = await startAgainst(stall());
    await beside.reached;
    gateway.signal('SIGTERM');
    expect((await asked.answer).status).toBe(503);
    await gateway.exited;
    await start();
  });
});

describe('nothing is tried beside', () => {
  /** Asks, with the first route slow, and expects that it alone is asked. */
  async function expectNone(more: object = {}, path?: string): Promise<void> {
    const before = [second, third].map(({ requests }) => requests.length);
    first.script(slowHeaders(150, chatAnswer('1')));
    const asked = await ask(more, path);
    await (await asked.answer).whole();
    expect((await asked.line()).attempts).toBe(1);
    expect([second, third].map(({ requests }) => requests.length)).toEqual(before);
  }

  test('without hedging, and without a second backend', async () => {
    await start({ names: ['first', 'first'] });
    await expectNone();
    await expectNone({ model: 'single' });
  });

  test('before `after`', async () => {
    await start({ hedge: { after: `${SLOWLY}ms`, at_most: '100%' } });
    await expectNone();
  });

  test('while too little is known of the 95th percentile', async () => {
    await start({ hedge: { after: 'p95', at_most: '100%' } });
    await expectNone();
  });

  test('while at_most is not earned', async () => {
    await start({ hedge: { after: '30ms', at_most: '50%' } });
    await expectNone();
    first.script(stall());
    expect(await text(await ask())).toBe('2');
    await expectNone();
  });

  test('where the second backend is full', async () => {
    await start({ backend: { max_concurrency: 1 } });
    const gate = hold();
    second.script(gate);
    const busy = await ask({ model: 'other' });
    await gate.reached;
    await expectNone();
    gate.release();
    await text(busy);
  });

  test('where the first backend is at its limit, or requests wait', async () => {
    await start({ more: { concurrency: { enabled: true, max_requests: 1 } } });
    await expectNone();
  });

  test('while requests hold more than half of the memory that they may', async () => {
    await start({ more: { server: { max_buffered_mb: 1 } } });
    const gate = hold();
    second.script(gate);
    const content = 'x'.repeat(400_000);
    const large = await ask({ model: 'other', messages: [{ role: 'user', content }] });
    await gate.reached;
    const [held] = await counted('llm_proxy_buffered_bytes ');
    expect(Number(held?.split(' ')[1])).toBeGreaterThan(1024 * 1024 * 0.5);
    await expectNone();
    gate.release();
    await text(large);
    second.script(chatAnswer('2'));
    first.script(stall());
    expect(await text(await ask())).toBe('2');
  });

  test.if(process.platform === 'linux' && hasTool('prlimit'))('while the gateway can open no files', async () => {
    await start();
    // No file need be opened for a connection that is there.
    const connection = await open(gateway.url);
    const askThere = async (model: string): Promise<[status: number, attempts: string | undefined]> => {
      const body = { model, messages: MESSAGES };
      await connection.write(requestBytes(`${gateway.url}/v1/chat/completions`, { body }));
      const answer = await connection.answer();
      await answer.whole();
      return [answer.status, answer.headers['x-llm-proxy-attempts']];
    };
    const limitFiles = (soft: string) =>
      Bun.spawnSync(['prlimit', `--pid=${gateway.pid}`, `--nofile=${soft}:`]).success;
    const before = second.requests.length;
    expect(await askThere('m')).toEqual([200, '1']);
    expect(limitFiles('3')).toBe(true);
    expect(await askThere('other')).toEqual([503, '1']);
    first.script(slowHeaders(150, chatAnswer('1')));
    // The connection to the first is used again once it has been silent for a moment.
    const attempts = await eventually(async () => {
      const [status, attempts] = await askThere('m');
      return status === 200 ? attempts : undefined;
    });
    expect(attempts).toBe('1');
    expect(limitFiles('1024')).toBe(true);
    expect(second.requests.length).toBe(before);
    first.script(stall());
    expect(await askThere('m')).toEqual([200, '2']);
    connection.leave();
  });

  test('while the gateway stops', async () => {
    await start({ hedge: { after: '1s', at_most: '100%' }, more: { server: { shutdown_timeout: '10s' } } });
    const before = second.requests.length;
    first.script(slowHeaders(1_500, chatAnswer('1')));
    const asked = await ask();
    await eventually(() => first.inFlight === 1);
    gateway.signal('SIGTERM');
    expect(await text(asked)).toBe('1');
    expect([(await asked.answer).headers['x-llm-proxy-attempts'], second.requests.length]).toEqual(['1', before]);
    await gateway.exited;
    await start();
  });

  test('after a failure', async () => {
    await start({ hedge: { after: '1s', at_most: '100%' }, names: ['first', 'second', 'third'] });
    const before = third.requests.length;
    first.script(status(429));
    second.script(slowHeaders(1_200, chatAnswer('2')));
    const asked = await ask();
    expect(await text(asked)).toBe('2');
    expect(attemptRecordsOf(await asked.line())).toEqual([
      ['first', 'rate_limited', undefined],
      ['second', undefined, undefined],
    ]);
    expect(third.requests.length).toBe(before);
  });

  test('at a route that cools down', async () => {
    await start();
    second.script(status(500));
    await (await (await ask({ model: 'other' })).answer).whole();
    second.script(chatAnswer('2'));
    await expectNone();
  });

  test('where the provider keeps the response, which it does unless told otherwise', async () => {
    await start({ backend: { protocol: 'openai-responses' } });
    const path = '/v1/responses';
    await expectNone({ messages: undefined, input: 'Hello' }, path);
    first.script(stall());
    second.script(RESPONSE);
    const asked = await ask({ messages: undefined, input: 'Hello', store: false }, path);
    expect((await (await asked.answer).json()).output[0].content[0].text).toBe('from a response');
  });

  test('where the provider keeps the answer, or runs tools', async () => {
    await start();
    await expectNone({ store: true });
    await expectNone({ tools: [{ type: 'web_search' }] });
    await expectNone({ input: 'Hello' }, '/v1/moderations');
  });

  test('where its backend cannot say what is asked, and nothing is spent', async () => {
    await start({
      hedge: { after: '30ms', at_most: '50%' },
      names: ['first', 'second'],
      backend: { vendor: 'anthropic' },
    });
    const embed = { input: 'Hello' };
    const vectors = json(200, {
      object: 'list',
      model: 'x',
      data: [{ object: 'embedding', index: 0, embedding: [1] }],
    });
    for (let i = 0; i < 2; i++) {
      first.script(slowHeaders(100, vectors));
      const asked = await ask(embed, '/v1/embeddings');
      expect((await asked.answer).status).toBe(200);
      expect((await asked.line()).attempts).toBe(1);
    }
    second.script(MESSAGE);
    first.script(stall());
    expect(await text(await ask())).toBe('from afar');
  });

  test('with another total_timeout', async () => {
    await start({ backend: { timeout: { total_timeout: '5m' } } });
    await expectNone();
  });
});

test('with p95, requests are asked twice once enough is known of the route', async () => {
  await start({ hedge: { after: 'p95', at_most: '100%' } });
  for (let i = 0; i < 40; i++) await text(await ask());
  first.script(stall());
  expect(await text(await ask())).toBe('2');
  // Of streams nothing is known yet.
  first.script(slowHeaders(150, streamOf(['a'])));
  const stream = await ask({ stream: true });
  await (await stream.answer).whole();
  expect((await stream.line()).attempts).toBe(1);
});

test('what was learnt and earned outlives a reload', async () => {
  const config = { hedge: { after: '30ms', at_most: '50%' }, names: ['first', 'second'], backend: {}, more: {} };
  await start(config);
  await text(await ask());
  gateway.writeConfig(configOf({ ...config, hedge: { after: '40ms', at_most: '50%' } }));
  expect((await send(`${gateway.url}/admin/reload`, { method: 'POST' })).status).toBe(200);
  first.script(stall());
  expect(await text(await ask())).toBe('2');
});

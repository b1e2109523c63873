// Traces, from the request to a receiver that reads them by the schema of OpenTelemetry.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { App } from '../../src/app.ts';
import { formatListen } from '../../src/config/listen.ts';
import { configOf } from '../../src/config/schema.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/records/log/log.ts';
import { matchEndpoint } from '../../src/server/endpoints.ts';
import { Host } from '../../src/server/host.ts';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { logSettings } from '../kit/log-settings.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../kit/otlp-receiver.ts';
import { chatAnswer, chatEvents, cutAfter, hold, json, slowHeaders, sse, status, streamOf } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-the-gateway-0123';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = `00-${TRACE}-${SPAN}-01`;
const USAGE = {
  prompt_tokens: 30,
  completion_tokens: 12,
  total_tokens: 42,
  prompt_tokens_details: { cached_tokens: 10 },
};
const ANTHROPIC = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'ok' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};
const ANTHROPIC_EVENTS = [
  { type: 'message_start', message: { ...ANTHROPIC, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'ok' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
];
const GEMINI = {
  responseId: 'gem_1',
  modelVersion: 'm',
  candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'ok' }] }, finishReason: 'STOP' }],
};
const SECRET_WORDS = 'the plan is to sail at dawn';

let first: Upstream;
let second: Upstream;
let receiver: OtlpReceiver;
interface Running {
  readonly url: string;
  /** The lines of its log. */
  readonly lines: readonly Json[];
  reload(next: Setting): Promise<void>;
  stop(): Promise<unknown>;
}

let gateway: Running | undefined;

beforeAll(async () => {
  first = await startUpstream(chatAnswer('one'));
  second = await startUpstream(chatAnswer('two'));
});

beforeEach(() => {
  first.script(chatAnswer('one', { usage: USAGE }));
  second.script(chatAnswer('two', { usage: USAGE }));
  receiver = startOtlpReceiver();
});

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  await receiver.stop();
});

afterAll(async () => {
  await Promise.all([first.stop(), second.stop()]);
});

interface Setting {
  readonly otel?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly model?: object;
  readonly backend?: object;
  readonly config?: object;
}

/** The config of a gateway with an alias that leads to the first upstream, and to the second if that fails. */
function configFor({ otel = {}, model = {}, backend = {}, config = {} }: Setting): Json {
  return {
    proxy_api_key: KEY,
    otel: { endpoint: receiver.url, ...otel },
    backends: [
      { name: 'first', url: first.url, api_key: 'sk-first-0123456789', ...backend },
      { name: 'second', url: second.url, api_key: 'sk-second-0123456789' },
    ],
    models: {
      gpt: {
        routes: [
          { backend: 'first', model: 'gpt-5', priority: 1 },
          { backend: 'second', model: 'gpt-5-mini', priority: 2 },
        ],
        ...model,
      },
    },
    fallback: { max_retries: 0, backoff_initial: '1ms' },
    prices: { 'first/gpt-5': { input: 1, output: 10 } },
    ...config,
  };
}

/** Starts one in this process. */
async function start(setting: Setting = {}): Promise<Running> {
  const lines: Json[] = [];
  const log = createLog(logSettings(undefined, { consoleFormat: 'json' }), {
    clock: systemClock,
    console: (line) => void lines.push(JSON.parse(line)),
  });
  const parse = (config: Json) =>
    configOf({ logging: { base_dir: '', console_format: 'json' }, ...config }, '127.0.0.1:0');
  const config = parse(configFor(setting));
  const app = await App.create(config, undefined, setting.env ?? {}, { log });
  const host = new Host(app, matchEndpoint);
  await host.follow(config);
  if (host.address === undefined) throw new Error('the gateway listens nowhere');
  gateway = {
    url: `http://${formatListen(host.address)}`,
    lines,
    reload: async (next) => void (await app.reload(parse(configFor(next)), () => Promise.resolve())),
    async stop() {
      await host.stop(0);
      await app.close();
    },
  };
  return gateway;
}

/** Waits until a check passes. */
async function holds(check: () => void | Promise<void>): Promise<void> {
  await eventually(async () => {
    await check();
    return true;
  });
}

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly path?: string;
}

async function ask({ headers = {}, body = {}, path = '/v1/chat/completions' }: Asked = {}) {
  const answer = await send(`${gateway?.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: SECRET_WORDS }], ...body }),
  });
  await answer.whole();
  return answer;
}

async function read(path: string): Promise<Json> {
  return await (await send(`${gateway?.url}${path}`, { headers: { authorization: `Bearer ${KEY}` } })).json();
}

/** The spans of the requests so far, of which there are as many. */
async function spansOf(
  requests = 1,
): Promise<{ servers: ReceivedSpan[]; clients: ReceivedSpan[]; all: ReceivedSpan[] }> {
  await holds(() => expect(ofKind('SERVER').length).toBeGreaterThanOrEqual(requests));
  return { servers: ofKind('SERVER'), clients: ofKind('CLIENT'), all: [...receiver.spans] };
}

function ofKind(kind: string): ReceivedSpan[] {
  return receiver.spans.filter((span) => span.kind === `SPAN_KIND_${kind}`);
}

describe('a request is a trace', () => {
  test.each(['http/protobuf', 'http/json'])(
    'of a server span and a client span for its attempt, by %s',
    async (protocol) => {
      await start({ otel: { protocol, service_name: 'gate', headers: { 'x-key': 'secret-of-the-receiver' } } });
      const answer = await ask({ body: { temperature: 1, max_tokens: 50, user: 'ann' } });
      expect(answer.status).toBe(200);
      const { servers, clients, all } = await spansOf();
      expect(all).toHaveLength(2);
      const [server] = servers;
      const [client] = clients;
      expect(server).toMatchObject({ name: 'POST chat/completions', parentSpanId: '', status: {} });
      expect(server?.resource).toMatchObject({ 'service.name': 'gate' });
      expect(server?.attributes).toMatchObject({
        'http.request.method': 'POST',
        'http.response.status_code': 200n,
        'url.path': '/v1/chat/completions',
        'llm_proxy.caller': 'proxy',
        'llm_proxy.alias': 'gpt',
        'llm_proxy.attempts': 1n,
        'user.id': 'ann',
      });
      expect(client).toMatchObject({ name: 'chat gpt-5', traceId: server?.traceId, parentSpanId: server?.spanId });
      expect(client?.attributes).toMatchObject({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'first',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.request.temperature': 1,
        'gen_ai.request.max_tokens': 50n,
        'gen_ai.usage.input_tokens': 30n,
        'gen_ai.usage.cache_read.input_tokens': 10n,
        'gen_ai.usage.output_tokens': 12n,
        'gen_ai.response.id': 'chatcmpl-1',
        'gen_ai.response.finish_reasons': ['stop'],
        'server.address': '127.0.0.1',
        'server.port': BigInt(first.port),
      });
      expect(client?.attributes['llm_proxy.cost_usd']).toBeGreaterThan(0);
      const [sent] = receiver.exports;
      expect(sent?.path).toBe('/v1/traces');
      expect(sent?.headers.get('x-key')).toBe('secret-of-the-receiver');
      expect(sent?.headers.get('content-encoding')).toBe('gzip');
      // The answer's own id is that of the trace.
      expect(String(answer.headers['x-trace-id']).replaceAll('-', '')).toBe(String(server?.traceId));
      expect(gateway?.lines.map((line) => line.trace_id)).toContain(answer.headers['x-trace-id']);
    },
  );

  test('no text of the conversation leaves the gateway unless it is asked for', async () => {
    await start();
    await ask({ body: { tools: [{ type: 'function', function: { name: 'a_tool_of_mine' } }] } });
    await spansOf();
    const text = receiver.exports.map((one) => one.text).join('');
    for (const word of [SECRET_WORDS, 'a_tool_of_mine', '"one"']) expect(text).not.toContain(word);
  });

  test('a failover has a span for each attempt, linked, with the reason', async () => {
    first.script(status(429, { code: 'rate_limit_exceeded' }));
    await start({ otel: { sample: 0 } });
    await ask();
    const { servers, clients } = await spansOf();
    const [failed, served] = clients;
    expect(failed).toMatchObject({ name: 'chat gpt-5', status: { code: 'STATUS_CODE_ERROR' } });
    expect(failed?.attributes).toMatchObject({ 'error.type': 'rate_limited', 'http.response.status_code': 429n });
    expect(failed?.events.map(({ name }) => name)).toEqual(['llm_proxy.cooldown']);
    expect(served).toMatchObject({ name: 'chat gpt-5-mini', status: {} });
    expect(served?.links).toMatchObject([
      {
        spanId: failed?.spanId,
        attributes: { 'llm_proxy.link': 'failover', 'llm_proxy.link.failure': 'rate_limited' },
      },
    ]);
    expect(servers[0]?.events.map(({ name }) => name)).toEqual(['llm_proxy.failover', 'llm_proxy.first_content']);
    expect(servers[0]?.status).toEqual({});
  });

  test('an error is an error of all its spans', async () => {
    first.script(status(503));
    second.script(status(503));
    await start();
    expect((await ask()).status).toBe(503);
    const { servers, clients } = await spansOf();
    expect(servers[0]?.status.code).toBe('STATUS_CODE_ERROR');
    expect(servers[0]?.attributes['error.type']).toBeString();
    expect(clients.map((span) => span.attributes['error.type'])).toEqual(['overloaded', 'overloaded']);
  });

  test('a hedge is linked to the attempt beside which it was begun', async () => {
    first.script(slowHeaders(5000));
    await start({ otel: { sample: 0 }, model: { hedge: { after: '30ms', at_most: '100%' } } });
    await ask();
    const { clients } = await spansOf();
    const hedge = clients.find((span) => span.attributes['llm_proxy.hedge'] === 'won');
    const slow = clients.find((span) => span !== hedge);
    expect(slow?.attributes['error.type']).toBe('hedge_lost');
    expect(hedge?.links).toMatchObject([{ spanId: slow?.spanId, attributes: { 'llm_proxy.link': 'hedge' } }]);
  });

  test('a stream has the time of its first content, and a cut one is kept and says so', async () => {
    await start({ otel: { sample: 0 } });
    first.script(cutAfter(chatEvents(['half', ' of it']).slice(0, 2)));
    await ask({ body: { stream: true } });
    const { servers, clients } = await spansOf();
    expect(servers[0]?.status.code).toBe('STATUS_CODE_ERROR');
    expect(servers[0]?.attributes).toMatchObject({ 'llm_proxy.interrupted': true, 'llm_proxy.stream': true });
    expect(clients[0]?.attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThanOrEqual(0);
    expect(clients[0]?.events.map(({ name }) => name)).toContain('llm_proxy.first_content');
  });

  test.each([
    ['openai', chatAnswer('ok'), chatEvents(['ok']), 'chatcmpl-1'],
    ['openai', chatAnswer('ok', { id: 'i'.repeat(5000) }), undefined, 'i'.repeat(256)],
    ['anthropic', json(200, ANTHROPIC), ANTHROPIC_EVENTS, 'msg_1'],
    ['gemini', json(200, GEMINI), [GEMINI], 'gem_1'],
  ] as const)('an answer of %s has its id', async (protocol, plain, events, id) => {
    await start({ backend: { protocol } });
    for (const [stream, reply] of [
      [false, plain],
      [true, events && sse(events)],
    ] as const) {
      if (reply === undefined) continue;
      first.script(reply);
      expect((await ask({ body: { stream } })).status).toBe(200);
    }
    const { clients } = await spansOf(events === undefined ? 1 : 2);
    for (const { attributes } of clients) expect(attributes['gen_ai.response.id']).toBe(id);
  });

  test('a wait in the queue has a span of its own, as long as the wait', async () => {
    const gate = hold();
    first.script((_, n) => (n === 0 ? gate : chatAnswer('ok')));
    await start({ config: { concurrency: { enabled: true, max_requests: 1 } } });
    const running = ask();
    await holds(() => expect(first.inFlight).toBe(1));
    const waiting = ask();
    await holds(async () => {
      expect((await read('/admin/backends')).requests.waiting).toBe(1);
    });
    gate.release();
    await Promise.all([running, waiting]);
    await spansOf(2);
    const [queued] = ofKind('INTERNAL');
    expect(queued).toMatchObject({ name: 'queue' });
    const owner = ofKind('SERVER').find((span) => span.spanId === queued?.parentSpanId);
    const client = ofKind('CLIENT').find((span) => span.parentSpanId === owner?.spanId);
    expect(BigInt(queued?.endTimeUnixNano ?? 0)).toBeLessThanOrEqual(
      BigInt(client?.startTimeUnixNano ?? 0) + 2_000_000n,
    );
    expect(BigInt(queued?.startTimeUnixNano ?? 0)).toBeGreaterThanOrEqual(BigInt(owner?.startTimeUnixNano ?? 0));
  });

  test.each([
    ['/v1/embeddings', { input: 'x' }, 'embeddings gpt-5'],
    ['/v1/images/generations', { prompt: 'x' }, 'image_generation gpt-5'],
    ['/v1/completions', { prompt: 'x' }, 'text_completion gpt-5'],
    ['/v1/moderations', { input: 'x' }, 'moderation gpt-5'],
  ])('what is asked for at %s has its own name', async (path, body, name) => {
    first.script(json(200, { object: 'list', data: [], choices: [], results: [], model: 'gpt-5', usage: USAGE }));
    await start({ config: { fallback: { max_retries: 0, backoff_initial: '1ms' } } });
    await ask({ path, body: { messages: undefined, ...body } });
    const { clients } = await spansOf();
    expect(clients[0]?.name).toBe(name);
  });

  test('a refused request is a trace without attempts; one of very many is none', async () => {
    await start({ otel: { sample: 0 } });
    await ask({ body: { model: 'nope' } });
    const { servers, clients } = await spansOf();
    expect(servers[0]?.attributes).toMatchObject({
      'error.type': 'model_not_found',
      'http.response.status_code': 404n,
    });
    expect(clients).toEqual([]);
  });
});

describe('the trace of a caller', () => {
  test('goes on: its span is the parent, its tracestate stays', async () => {
    await start();
    const answer = await ask({ headers: { traceparent: PARENT, tracestate: 'vendor=1,other@x=2' } });
    expect(answer.headers['x-trace-id']).toBe(TRACE);
    const { servers, clients } = await spansOf();
    expect(servers[0]).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, traceState: 'vendor=1,other@x=2' });
    expect(clients[0]).toMatchObject({ traceId: TRACE, parentSpanId: servers[0]?.spanId });
  });

  test('is kept or not as the caller says, but errors are kept', async () => {
    await start({ otel: { sample: 1 } });
    await ask({ headers: { traceparent: PARENT.replace(/01$/, '00') } });
    first.script(status(400, { code: 'bad' }));
    await ask({ headers: { traceparent: PARENT.replace(/01$/, '00') } });
    const { servers } = await spansOf();
    expect(servers.map((span) => span.attributes['http.response.status_code'])).toEqual([400n]);
  });

  test.each([
    ['its trace ID has another form', { 'x-trace-id': 'order-4711' }, 'order-4711'],
    [
      'there is one, and a traceparent of another trace',
      { 'x-trace-id': 'order-4711', traceparent: PARENT },
      'order-4711',
    ],
    ['there is a traceparent alone', { traceparent: PARENT }, TRACE],
  ] as const)('is found by what log, answer and ledger show where %s', async (_, headers, shown) => {
    await start({ otel: { link: 'https://look.example/?id={trace_id}#{trace_id}' } });
    const answer = await ask({ headers });
    expect(answer.headers['x-trace-id']).toBe(shown);
    expect(first.requests.at(-1)?.headers['x-trace-id']).toBe(shown);
    const { servers, all } = await spansOf();
    const inTrace =
      'traceparent' in headers ? TRACE : new Bun.CryptoHasher('sha256').update(shown).digest('hex').slice(0, 32);
    expect(new Set(all.map(({ traceId }) => traceId))).toEqual(new Set([inTrace]));
    expect(servers[0]?.attributes['llm_proxy.trace_id']).toBe(shown);
    expect(gateway?.lines.map((line) => line.trace_id)).toContain(shown);
    await holds(async () => {
      const { trace_id: id, trace_url: url } = await read(`/admin/requests/${shown}`);
      expect([id, url]).toEqual([shown, `https://look.example/?id=${inTrace}#${inTrace}`]);
    });
  });

  test('has no URL where its spans are not kept, or nothing says where to look', async () => {
    await start({ otel: { sample: 0, link: 'https://look.example/{trace_id}' } });
    await ask({ headers: { 'x-trace-id': 'not-kept' } });
    await ask({ headers: { 'x-trace-id': 'kept' }, body: { model: 'nope' } });
    const url = async (id: string) => (await read(`/admin/requests/${id}`)).trace_url;
    await holds(async () => expect(await url('kept')).toStartWith('https://look.example/'));
    expect(await url('not-kept')).toBeNull();
    await gateway?.reload({});
    expect(await url('kept')).toBeNull();
  });

  test('that is malformed is another one', async () => {
    await start();
    await ask({ headers: { traceparent: `00-${TRACE}-${'0'.repeat(16)}-01`, tracestate: 'a=1' } });
    const { servers } = await spansOf();
    expect(servers[0]).toMatchObject({ parentSpanId: '', traceState: '' });
    expect(servers[0]?.traceId).not.toBe(TRACE);
  });
});

describe('backends', () => {
  const SENT = { traceparent: PARENT, tracestate: 'vendor=1', baggage: 'user=ann' };

  test('are told of no trace', async () => {
    await start();
    await ask({ headers: SENT });
    const { headers } = first.requests.at(-1) ?? {};
    for (const name of Object.keys(SENT)) expect(headers).not.toHaveProperty(name);
  });

  test('with `trace` are told of the span of the attempt', async () => {
    await start({ backend: { trace: true } });
    await ask({ headers: SENT });
    const { clients } = await spansOf();
    const { headers } = first.requests.at(-1) ?? {};
    expect(headers).toMatchObject({ traceparent: `00-${TRACE}-${clients[0]?.spanId}-01`, tracestate: 'vendor=1' });
    expect(headers).not.toHaveProperty('baggage');
  });

  test('with `trace` are told whether it is kept', async () => {
    await start({ backend: { trace: true }, otel: { sample: 0 } });
    await ask();
    expect(first.requests.at(-1)?.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  // https://www.w3.org/TR/trace-context/#alternative-processing
  test.each([
    [PARENT, 'vendor=1'],
    [PARENT, ' vendor=1 , other=2'],
    // Flags and versions to come are not the gateway's to change where it takes no part.
    [PARENT.replace(/01$/, '03'), 'vendor=1'],
    [`01-${TRACE}-${SPAN}-ff-more`, undefined],
  ])('with `trace` get %s %s as it came where the gateway makes no spans', async (traceparent, tracestate) => {
    await start({ backend: { trace: true }, otel: { enabled: false } });
    await ask({ headers: { traceparent, ...(tracestate === undefined ? {} : { tracestate }), baggage: 'user=ann' } });
    const { headers = {} } = first.requests.at(-1) ?? {};
    expect([headers['traceparent'], headers['tracestate']]).toEqual([traceparent, tracestate?.trim()]);
    expect(headers).not.toHaveProperty('baggage');
  });

  test('with `trace` get nothing that is malformed, and nothing of their own', async () => {
    await start({ backend: { trace: true }, otel: { enabled: false } });
    for (const sent of [
      {},
      { tracestate: 'vendor=1' },
      { traceparent: `00-${TRACE}-${SPAN}`, tracestate: 'vendor=1' },
    ]) {
      await ask({ headers: sent });
      const { headers } = first.requests.at(-1) ?? {};
      for (const name of Object.keys(SENT)) expect(headers).not.toHaveProperty(name);
    }
    await ask({ headers: { traceparent: PARENT, tracestate: 'no list' } });
    expect(first.requests.at(-1)?.headers).toMatchObject({ traceparent: PARENT });
    expect(first.requests.at(-1)?.headers).not.toHaveProperty('tracestate');
  });
});

describe('content', () => {
  test.each([false, true])('is told where it is asked for, masked (stream: %p)', async (stream) => {
    first.script(stream ? streamOf(['It', ' sails', ' at noon']) : chatAnswer('It sails at noon'));
    await start({ otel: { content: true, profile: 'semconv' } });
    await ask({
      body: {
        stream,
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: `${SECRET_WORDS}, says sk-first-0123456789` },
        ],
        tools: [{ type: 'function', function: { name: 'sail', parameters: { type: 'object' } } }],
      },
    });
    const { clients } = await spansOf();
    const read = (key: string): Json => JSON.parse(String(clients[0]?.attributes[key]));
    expect(read('gen_ai.system_instructions')).toEqual([{ type: 'text', content: 'Be brief.' }]);
    const [message] = read('gen_ai.input.messages');
    expect(message.parts[0].content).toStartWith(SECRET_WORDS);
    expect(message.parts[0].content).not.toContain('sk-first-0123456789');
    expect(read('gen_ai.output.messages')).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'It sails at noon' }], finish_reason: 'stop' },
    ]);
    expect(read('gen_ai.tool.definitions')).toMatchObject([{ name: 'sail' }]);
  });

  test('is bounded, and says that it is cut', async () => {
    await start({ otel: { content: true } });
    await ask({
      body: { messages: Array.from({ length: 30 }, () => ({ role: 'user', content: 'x'.repeat(40_000) })) },
    });
    const { servers, clients } = await spansOf();
    expect(String(clients[0]?.attributes['gen_ai.input.messages']).length).toBeLessThanOrEqual(64 * 1024 + 10);
    expect(servers[0]?.attributes['llm_proxy.content_cut']).toBe(true);
  });

  test('goes to the destination alone that asks for it', async () => {
    const other = startOtlpReceiver();
    try {
      const exporters = [{ endpoint: other.url, profile: 'openinference', content: true, compression: 'none' }];
      await start({ otel: { exporters } });
      await ask();
      await spansOf();
      await holds(() => expect(other.spans).toHaveLength(2));
      expect(receiver.exports.map((one) => one.text).join('')).not.toContain(SECRET_WORDS);
      const attributes = other.spans.find((span) => span.kind === 'SPAN_KIND_CLIENT')?.attributes;
      expect(attributes).toMatchObject({
        'openinference.span.kind': 'LLM',
        'llm.input_messages.0.message.content': SECRET_WORDS,
        'llm.output_messages.0.message.content': 'one',
      });
      expect(other.spans.map(({ spanId }) => spanId).toSorted()).toEqual(
        receiver.spans.map(({ spanId }) => spanId).toSorted(),
      );
    } finally {
      await other.stop();
    }
  });

  test('of every dialect can be read', async () => {
    await start({ otel: { content: true } });
    const text = (role: string) => ({ role, content: SECRET_WORDS });
    for (const [path, body] of [
      ['/v1/messages', { max_tokens: 9, messages: [text('user')] }],
      ['/v1/messages', { max_tokens: 9, messages: [text('user')], stream: true }],
      ['/v1/responses', { input: [text('user')], messages: undefined }],
      ['/v1/responses', { input: [text('user')], messages: undefined, stream: true }],
      [
        '/v1beta/models/gpt:generateContent',
        { model: undefined, messages: undefined, contents: [{ role: 'user', parts: [{ text: SECRET_WORDS }] }] },
      ],
      [
        '/v1beta/models/gpt:streamGenerateContent',
        { model: undefined, messages: undefined, contents: [{ role: 'user', parts: [{ text: SECRET_WORDS }] }] },
      ],
    ] as const) {
      const isStream = 'stream' in body || path.includes('stream');
      first.script(isStream ? streamOf(['one']) : chatAnswer('one'));
      expect((await ask({ path, body })).status).toBe(200);
    }
    const { clients } = await spansOf(6);
    for (const { attributes } of clients) {
      expect(attributes['gen_ai.input.messages']).toContain(SECRET_WORDS);
      expect(JSON.parse(String(attributes['gen_ai.output.messages']))).toMatchObject([
        { role: 'assistant', parts: [{ type: 'text', content: 'one' }], finish_reason: 'stop' },
      ]);
    }
  });
});

describe('a destination', () => {
  const down = () => new Response(null, { status: 503, headers: { 'retry-after': '0' } });

  async function metric(result: string): Promise<number> {
    const { text } = await (
      await send(`${gateway?.url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } })
    ).whole();
    const line = text.split('\n').find((one) => one.startsWith(`llm_proxy_otel_spans_total{result="${result}"}`));
    return Number(line?.split(' ').at(-1));
  }

  test('that is down costs no request anything, is told of once, and gets all when it is back', async () => {
    receiver.answer = down;
    await start();
    for (let at = 0; at < 3; at++) expect((await ask()).status).toBe(200);
    await holds(() => expect(told('takes no spans')).toBe(1));
    expect(await read('/readyz')).not.toHaveProperty('degraded');
    receiver.answer = undefined;
    const { all } = await spansOf(3);
    expect(all).toHaveLength(6);
    await holds(() => expect(told('takes spans again')).toBe(1));
    expect(told('takes no spans')).toBe(1);
    await holds(async () => expect(await metric('sent')).toBe(6));
    expect([await metric('dropped'), await metric('refused')]).toEqual([0, 0]);
  });

  test('that refuses is told of once and counted, as is one that takes a part', async () => {
    receiver.answer = () => new Response(null, { status: 401 });
    await start({ otel: { protocol: 'http/json' } });
    await ask();
    await holds(async () => expect(await metric('refused')).toBe(2));
    expect(told('refuses spans')).toBe(1);
    receiver.answer = () => Response.json({ partialSuccess: { rejectedSpans: '1', errorMessage: 'too old' } });
    await ask();
    await holds(async () => expect(await metric('refused')).toBe(3));
    expect(await metric('sent')).toBe(1);
    expect((await read('/admin/status')).features.traces.destinations).toMatchObject([
      { destination: new URL(receiver.url).host, sent: 1, refused: 3, dropped: 0, trouble: 'too old' },
    ]);
  });

  test('gets what waits when the gateway ends', async () => {
    const child = await startGateway({ config: configFor({}) });
    gateway = { url: child.url, lines: [], reload: () => Promise.resolve(), stop: () => child.stop() };
    await ask();
    expect(await child.stop('SIGTERM')).toBe(0);
    expect(receiver.spans).toHaveLength(2);
  });

  test('is named by the standard variables as well', async () => {
    await start({
      otel: { endpoint: undefined },
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_SERVICE_NAME: 'by-env',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=abc',
      },
    });
    await ask();
    const { servers } = await spansOf();
    expect(servers[0]?.resource['service.name']).toBe('by-env');
    expect(receiver.exports[0]?.headers.get('x-key')).toBe('abc');
  });

  test('comes and goes with a reload', async () => {
    await start({ otel: { enabled: false } });
    await ask();
    await gateway?.reload({});
    await ask();
    await gateway?.reload({ otel: { enabled: false } });
    await ask();
    await gateway?.reload({ otel: { profile: 'langfuse' } });
    await ask();
    const { servers } = await spansOf(2);
    expect(servers.map(({ attributes }) => 'langfuse.trace.name' in attributes)).toEqual([false, true]);
  });

  function told(what: string): number {
    return gateway?.lines.filter(({ msg }) => String(msg).includes(what)).length ?? 0;
  }
});

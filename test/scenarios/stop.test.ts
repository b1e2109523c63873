import { afterAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { open, requestBytes, send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatEvents, manual, stallAfter } from '../kit/replies.ts';
import type { Manual } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const gateways: Gateway[] = [];
const upstreams: Upstream[] = [];
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop('SIGKILL')));
  await Promise.all(upstreams.map((upstream) => upstream.stop()));
});

async function startPair(
  script: Parameters<typeof startUpstream>[0],
  extra: object = {},
  env: Readonly<Record<string, string>> = {},
) {
  const upstream = await startUpstream(script);
  upstreams.push(upstream);
  const gateway = await startGateway({ config: configOf(upstream, extra), env });
  gateways.push(gateway);
  return { gateway, upstream };
}

function configOf(upstream: Upstream, extra: object = {}): object {
  return {
    backends: [{ name: 'up', url: upstream.url }],
    models: { m: { routes: [{ backend: 'up', model: 'upstream-model' }] } },
    fallback: { backoff_initial: '10ms' },
    ...extra,
  };
}

const QUESTION = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] };
const [ROLE, ONE, TWO, FINISH] = chatEvents('one two') as [object, object, object, object];

/** A streamed chat whose first word has arrived. */
async function streamUnderWay(gateway: Gateway, reply: Manual): Promise<RawAnswer> {
  const asked = send(`${gateway.url}/v1/chat/completions`, { body: { ...QUESTION, stream: true } });
  await reply.head();
  await reply.event(ROLE);
  await reply.event(ONE);
  const answer = await asked;
  await answer.textUntil('one');
  return answer;
}

/** Resolves when the gateway knows that it ends; asks on connections that were open before, too. */
async function draining(gateway: Gateway): Promise<void> {
  await eventually(async () => (await send(`${gateway.url}/readyz`)).status === 503);
}

describe('SIGTERM', () => {
  test('with a stream in flight: not ready, nothing new, the stream ends whole, exit 0', async () => {
    const reply = manual();
    const { gateway, upstream } = await startPair(reply);
    expect((await send(`${gateway.url}/readyz`)).status).toBe(200);
    const early = await open(gateway.url);
    const stream = await streamUnderWay(gateway, reply);

    gateway.signal('SIGTERM');
    await draining(gateway);
    const ready = await send(`${gateway.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(ready.headers['retry-after']).toBeDefined();
    expect(await ready.json()).toEqual({ status: 'not_ready', reason: 'draining' });
    // The process lives, so no orchestrator should kill it.
    expect((await send(`${gateway.url}/health`)).status).toBe(200);
    for (const stream of [false, true]) {
      const refused = await send(`${gateway.url}/v1/chat/completions`, { body: { ...QUESTION, stream } });
      expect(refused.status).toBe(503);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect(refused.headers['x-trace-id']).toBeDefined();
      expect(await refused.json()).toMatchObject({ error: { code: 'shutting_down' } });
    }
    await early.write(requestBytes(`${gateway.url}/v1/chat/completions`, { body: QUESTION }));
    expect((await early.answer()).status).toBe(503);
    expect(upstream.requests).toHaveLength(1);

    await reply.event(TWO);
    await stream.textUntil('two');
    await reply.event(FINISH);
    await reply.event('[DONE]');
    await reply.end();
    const { text, ending } = await stream.whole();
    expect(ending).toBe('complete');
    const { json, done } = parseSse(text);
    expect(done).toBe(true);
    expect(json.map((event) => event.choices[0].delta.content ?? '').join('')).toBe('one two');
    early.leave();
    expect(await gateway.exited).toBe(0);
    await settled(upstream);
    expect(gateway.stderr()).toMatch(/stopping.*SIGTERM/);
    const lines = gateway.logs();
    expect(lines.find((line) => line.status === 200)).toMatchObject({ stream: true, error_code: null });
    expect(lines.filter((line) => line.error_code === 'shutting_down')).toHaveLength(3);
    expect(await gateway.stop()).toBe(0);
  });

  test('with a plain answer in flight: it is finished', async () => {
    const reply = manual();
    const { gateway, upstream } = await startPair(reply);
    const asked = send(`${gateway.url}/v1/chat/completions`, { body: QUESTION });
    await reply.request;
    gateway.signal('SIGINT');
    await draining(gateway);
    const body = JSON.stringify({ id: 'x', choices: [{ index: 0, message: { role: 'assistant', content: 'late' } }] });
    await reply.head(200, { 'content-type': 'application/json', 'content-length': String(body.length) });
    await reply.writeRaw(body);
    const answer = await asked;
    expect(answer.status).toBe(200);
    expect((await answer.json()).choices[0].message.content).toBe('late');
    expect(await gateway.exited).toBe(0);
    await reply.destroy();
    await settled(upstream);
  });

  test('streams that never end get an error event when shutdown_timeout is over, waiting requests an error; exit 0', async () => {
    const { gateway, upstream } = await startPair(
      (request) => (request.json.stream === true ? stallAfter([ROLE, ONE]) : stallAfter('')),
      { server: { shutdown_timeout: '300ms' } },
    );
    const url = `${gateway.url}/v1/chat/completions`;
    const stream = await send(url, { body: { ...QUESTION, stream: true } });
    await stream.textUntil('one');
    const plain = send(url, { body: QUESTION });
    await eventually(() => upstream.requests.length === 2);

    gateway.signal('SIGTERM');
    const { text, ending } = await stream.whole();
    expect(ending).toBe('complete');
    const { json, done } = parseSse(text);
    expect(done).toBe(false);
    expect(json.at(-1)).toMatchObject({ error: { code: 'shutting_down', message: expect.any(String) } });
    const answer = await plain;
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error: { code: 'shutting_down' } });
    expect(await gateway.exited).toBe(0);
    await settled(upstream);
    // Flushed: both are in the log.
    const lines = gateway.logs();
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line.error_code).toBe('shutting_down');
    expect(lines.find((line) => line.stream)).toMatchObject({ interrupted: true });
  });

  test('a client that keeps an idle connection open does not hold it up', async () => {
    const { gateway } = await startPair(stallAfter(''), { server: { shutdown_timeout: '1h' } });
    const idle = await open(gateway.url);
    await idle.write(requestBytes(`${gateway.url}/health`, {}));
    expect((await idle.answer()).status).toBe(200);
    gateway.signal('SIGTERM');
    expect(await gateway.exited).toBe(0);
    await idle.closed;
  });

  test('a second signal ends it at once', async () => {
    const reply = manual();
    const { gateway, upstream } = await startPair(reply, { server: { shutdown_timeout: '1h' } });
    const stream = await streamUnderWay(gateway, reply);
    gateway.signal('SIGTERM');
    await draining(gateway);
    gateway.signal('SIGINT');
    const how = await gateway.exited;
    expect(how).not.toBe(0);
    const { text, ending } = await stream.whole();
    expect(ending).toBe('broken');
    expect(text).not.toContain('[DONE]');
    await reply.destroy();
    await settled(upstream);
  });

  test('a signal that comes when it has stopped changes nothing', async () => {
    const preload = `--preload=${join(import.meta.dir, '../fixtures/late-signal.ts')}`;
    const { gateway } = await startPair(stallAfter(''), {}, { BUN_OPTIONS: preload });
    gateway.signal('SIGTERM');
    expect(await gateway.exited).toBe(0);
    expect(gateway.stderr()).toMatch(/ stopped\n$/);
  });
});

describe.skipIf(process.platform === 'win32')('SIGHUP', () => {
  test('puts a new alias into force; an invalid file leaves the old config and says why; what is under way goes on', async () => {
    const reply = manual();
    const { gateway, upstream } = await startPair(reply);
    const ids = async (): Promise<string[]> => {
      const list = await (await send(`${gateway.url}/v1/models`)).json();
      return list.data.map(({ id }: { id: string }) => id).sort();
    };
    expect(await ids()).toEqual(['m']);
    const stream = await streamUnderWay(gateway, reply);

    const routes = [{ backend: 'up', model: 'upstream-model' }];
    gateway.writeConfig(configOf(upstream, { models: { n: { routes }, o: { routes } } }));
    gateway.signal('SIGHUP');
    await eventually(async () => (await ids()).join() === 'n,o');
    const gone = await send(`${gateway.url}/v1/chat/completions`, { body: QUESTION });
    expect(gone.status).toBe(404);
    expect(await gone.json()).toMatchObject({ error: { code: 'model_not_found' } });

    gateway.writeConfig(
      configOf(upstream, { models: { p: { routes: [{ backend: 'upp', model: 'x' }] } }, lissten: 1 }),
    );
    gateway.signal('SIGHUP');
    for (const line of [/ERROR.*lissten/, /ERROR.*config\.yaml:\d+:\d+ models\.p\.routes\[0\]\.backend: .*upp/])
      await eventually(() => line.test(gateway.stderr()));
    expect(await ids()).toEqual(['n', 'o']);

    gateway.writeFile('config.yaml', 'backends: [');
    gateway.signal('SIGHUP');
    await eventually(() => (gateway.stderr().match(/reload failed/g) ?? []).length >= 3);
    expect(await ids()).toEqual(['n', 'o']);

    await reply.event(FINISH);
    await reply.event('[DONE]');
    await reply.end();
    const { text, ending } = await stream.whole();
    expect(ending).toBe('complete');
    expect(parseSse(text).done).toBe(true);
    expect(await gateway.stop()).toBe(0);
    await settled(upstream);
  });

  test('moves to another address and lets the requests of the old one end', async () => {
    const reply = manual();
    const { gateway, upstream } = await startPair(reply);
    const stream = await streamUnderWay(gateway, reply);
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() });
    const { port } = other;
    await other.stop(true);
    gateway.writeConfig(configOf(upstream, { listen: `127.0.0.1:${port}` }));
    gateway.signal('SIGHUP');
    await eventually(async () => (await send(`http://127.0.0.1:${port}/health`)).status === 200);
    await eventually(async () => {
      try {
        (await open(gateway.url)).leave();
        return false;
      } catch {
        return true;
      }
    });
    await reply.event(FINISH);
    await reply.event('[DONE]');
    await reply.end();
    expect((await stream.whole()).ending).toBe('complete');
    expect(await gateway.stop()).toBe(0);
    await settled(upstream);
  });
});

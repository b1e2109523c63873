// Connections that do nothing, or say half of something, are closed in time; those with a request on them never; and a
// gateway that may open no more files serves what it has and comes back.
import { afterEach, describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { open, requestBytes, send } from '../kit/client.ts';
import type { RawConnection } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway, GatewayOptions } from '../kit/gateway.ts';
import { chatAnswer, chatEvents, hold, manual } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const HELLO = { messages: [{ role: 'user', content: 'Hello' }] };

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function started(
  upstream: Upstream,
  options: Partial<GatewayOptions> = {},
  server: object = {},
): Promise<Gateway> {
  const gateway = await startGateway({
    config: {
      backends: [
        { name: 'a', url: upstream.url },
        { name: 'demo', url: 'demo:' },
      ],
      models: {
        slow: { routes: [{ backend: 'a', model: 'm' }] },
        demo: { routes: [{ backend: 'demo', model: 'demo' }] },
      },
      server,
    },
    ...options,
  });
  stops.push(async () => expect(await gateway.stop()).toBe(0));
  return gateway;
}

describe('in time', () => {
  /** Where no limit is set, Bun has one of 10 seconds, counted in steps of 4; and so much to be sure. */
  const BUNS_OWN_LIMIT_MS = 16_000;

  /** A connection that has had an answer and is idle since. */
  async function idle(gateway: Gateway): Promise<RawConnection> {
    const connection = await open(gateway.url);
    await connection.write(requestBytes(`${gateway.url}/health`, {}));
    await (await connection.answer()).whole();
    return connection;
  }

  test('idle and half-said connections are closed, none with a request on it, and none at all where the limit is 0', async () => {
    const script = manual();
    const upstream = await startUpstream(script);
    stops.push(async () => await upstream.stop());
    const unlimited = await started(upstream, {}, { idle_timeout: 0 });
    const kept = await idle(unlimited);
    const keptSince = performance.now();
    const gateway = await started(upstream, {}, { idle_timeout: '1s' });

    const streaming = await open(gateway.url);
    await streaming.write(
      requestBytes(`${gateway.url}/v1/chat/completions`, { body: { model: 'slow', stream: true, ...HELLO } }),
    );
    await script.request;
    await script.head();
    const [role, ...rest] = chatEvents('Hello there');
    await script.event(role ?? '');
    await script.event(rest[0] ?? '');
    const answer = await streaming.answer();
    await answer.textUntil('Hello');

    const uploading = await open(gateway.url);
    const body = JSON.stringify({ model: 'demo', ...HELLO });
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`;
    await uploading.write(head + body.slice(0, 5));

    // Each says half of a head and no more, or one byte after the other; and one has had an answer before.
    const silent = await open(gateway.url);
    const half = await open(gateway.url);
    await half.write('GET /health HTTP/1.1\r\nHost: x\r\n');
    const slow = await open(gateway.url);
    await slow.write('GET /health HTTP/1.1\r\nX-Slow: ');
    const refused = await open(gateway.url);
    await refused.write('POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n');
    expect((await refused.answer()).status).toBe(404);
    const slowAgain = await idle(gateway);
    await slowAgain.write('GET /health HTTP/1.1\r\nX-Slow: ');
    const trickle = setInterval(() => {
      for (const one of [slow, slowAgain, refused]) one.write('x').catch(() => undefined);
    }, 300);

    // Four limits one after the other, as whoever idles sees them.
    for (let at = 0; at < 3; at++) await (await idle(gateway)).closed;
    await Promise.all([silent, half, slow, slowAgain, refused].map(({ closed }) => closed));
    clearInterval(trickle);

    await uploading.write(body.slice(5));
    expect((await (await uploading.answer()).json()).choices).toHaveLength(1);
    for (const event of rest.slice(1)) await script.event(event);
    await script.event('[DONE]');
    await script.end();
    expect((await answer.whole()).ending).toBe('complete');
    // A connection that has had a long answer is idle again.
    await Promise.all([streaming.closed, uploading.closed]);

    await Bun.sleep(Math.max(0, BUNS_OWN_LIMIT_MS - (performance.now() - keptSince)));
    await kept.write(requestBytes(`${unlimited.url}/health`, {}));
    expect((await kept.answer()).status).toBe(200);
    kept.leave();
  }, 90_000);

  test('a reload changes the limit', async () => {
    const upstream = await startUpstream(manual());
    stops.push(async () => await upstream.stop());
    const gateway = await started(upstream, {}, { idle_timeout: 0 });
    gateway.writeConfig({ backends: [{ name: 'demo', url: 'demo:' }], server: { idle_timeout: '1s' } });
    gateway.signal('SIGHUP');
    await eventually(() => gateway.stderr().includes('config reloaded'));
    await (
      await idle(gateway)
    ).closed;
  });
});

/** CPU time of a process, in seconds. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

// Only Linux tells how many files are open; elsewhere nothing is watched, as SECURITY.md says.
describe.if(process.platform === 'linux')('at the limit of open files', () => {
  const LIMIT = 128;

  async function crowded(): Promise<{ gateway: Gateway; goOn: () => Promise<void>; end: () => Promise<void> }> {
    const script = manual();
    const upstream = await startUpstream(script);
    stops.push(async () => await upstream.stop());
    const gateway = await started(upstream, { maxOpenFiles: LIMIT });
    const streaming = await open(gateway.url);
    await streaming.write(
      requestBytes(`${gateway.url}/v1/chat/completions`, { body: { model: 'slow', stream: true, ...HELLO } }),
    );
    await script.request;
    await script.head();
    const [role, ...rest] = chatEvents('one two three four');
    await script.event(role ?? '');
    await script.event(rest.shift() ?? '');
    const answer = await streaming.answer();
    await answer.textUntil('one');
    return {
      gateway,
      goOn: async () => {
        await script.event(rest.shift() ?? '');
        await answer.textUntil('two');
      },
      end: async () => {
        for (const event of rest) await script.event(event);
        await script.event('[DONE]');
        await script.end();
        expect((await answer.whole()).ending).toBe('complete');
        streaming.leave();
      },
    };
  }

  async function crowd(gateway: Gateway, first: string): Promise<RawConnection[]> {
    const opened: RawConnection[] = [];
    // Beyond the limit they wait in the backlog, or are refused.
    for (let at = 0; at < LIMIT * 2; at++) {
      const connection = await open(gateway.url).catch(() => undefined);
      if (connection === undefined) continue;
      if (first !== '') await connection.write(first).catch(() => undefined);
      opened.push(connection);
    }
    return opened;
  }

  async function serves(gateway: Gateway): Promise<boolean> {
    const answer = await send(`${gateway.url}/v1/chat/completions`, { body: { model: 'demo', ...HELLO } }).catch(
      () => undefined,
    );
    answer?.leave();
    return answer?.status === 200;
  }

  test('connections that idle after an answer make room for those that ask', async () => {
    const { gateway, goOn, end } = await crowded();
    const idlers = await crowd(gateway, 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    await goOn();
    await eventually(() => serves(gateway));
    for (const idler of idlers) idler.leave();
    await end();
    await eventually(() => serves(gateway));
  }, 60_000);

  test('connections that say nothing cost no CPU, cut nothing off, and are gone in a while', async () => {
    const { gateway, goOn, end } = await crowded();
    const silent = await crowd(gateway, '');
    await eventually(() => gateway.stderr().includes('no room for more open files'));
    const before = cpuSeconds(gateway.pid);
    await Bun.sleep(2000);
    // It was all of the time; half of it would be far too much still.
    expect(cpuSeconds(gateway.pid) - before).toBeLessThan(1);
    await goOn();
    await eventually(() => serves(gateway), { timeoutMs: 40_000 });
    expect(gateway.stderr()).toContain('there is room for open files again');
    // Said once, not at every look.
    expect(gateway.stderr().split('no room for more open files').length).toBeLessThan(10);
    const metrics = await (await send(`${gateway.url}/metrics`)).whole();
    expect(metrics.text).toContain(`process_max_fds ${LIMIT}`);
    for (const one of silent) one.leave();
    await end();
  }, 90_000);

  test('clients that are connected already need a file less: all of them are served where all fit', async () => {
    const gate = hold(chatAnswer('served'));
    const upstream = await startUpstream(gate);
    stops.push(async () => await upstream.stop());
    // 400 clients and as many connections to the backend fit beside the eighth that is kept for what is under way.
    const gateway = await started(upstream, { maxOpenFiles: 1024 });
    const connected = await Promise.all(Array.from({ length: 400 }, () => open(gateway.url)));
    const isCounted = async (): Promise<boolean> => {
      const { text } = await (await send(`${gateway.url}/metrics`)).whole();
      return Number(/^process_open_fds (\d+)/m.exec(text)?.[1]) > connected.length;
    };
    await eventually(isCounted);
    const request = requestBytes(`${gateway.url}/v1/chat/completions`, { body: { model: 'slow', ...HELLO } });
    await Promise.all(connected.map((connection) => connection.write(request)));
    const answers = Promise.all(connected.map((connection) => connection.answer()));
    // Those that are refused have their answers already.
    const isDecided = (): boolean => upstream.inFlight + gateway.logs().length >= connected.length;
    await eventually(isDecided);
    gate.release();
    const statuses = (await answers).map(({ status }) => status);
    for (const connection of connected) connection.leave();
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  test('requests beyond what there is room for are told so, and when to come again', async () => {
    const upstream = await startUpstream(() => manual());
    stops.push(async () => await upstream.stop());
    const gateway = await started(upstream, { maxOpenFiles: LIMIT });
    const asked: RawConnection[] = [];
    const body = { model: 'slow', ...HELLO };
    // Each takes a connection here and one to the backend, until one is refused.
    const refused = await (async () => {
      for (;;) {
        const connection = await open(gateway.url);
        asked.push(connection);
        await connection.write(requestBytes(`${gateway.url}/v1/chat/completions`, { body }));
        const answer = await Promise.race([connection.answer(), Bun.sleep(50)]);
        if (answer !== undefined) return answer;
      }
    })();
    expect(refused.status).toBe(503);
    expect(refused.headers).toMatchObject({ 'retry-after': '1', connection: 'close' });
    expect((await refused.json()).error.code).toBe('overloaded_connections');
    // Whoever looks after it gets through, and sees it.
    const metrics = await (await send(`${gateway.url}/metrics`)).whole();
    expect(metrics.text).toContain('llm_proxy_accepting 0\n');
    expect(metrics.text).toMatch(/llm_proxy_refused_total\{reason="overloaded_connections"\} 1\n/);
    for (const one of asked) one.leave();
    await eventually(() => serves(gateway));
  });
});

// Clients that mean harm, or are broken: others are served meanwhile, memory stays bounded, everything is let go of.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { open, send } from '../kit/client.ts';
import type { RawConnection } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, hold } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const BODY = JSON.stringify({ model: 'one', messages: [{ role: 'user', content: 'Hello' }] });
const HEAD = `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
const WHOLE = `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;

let upstream: Upstream;
let gateway: Gateway;
let filesAtRest: number;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  gateway = await startGateway({
    config: {
      backends: [{ name: 'a', url: upstream.url }],
      models: { one: { routes: [{ backend: 'a', model: 'm' }] } },
      concurrency: { enabled: true, max_requests: 50 },
      logging: { base_dir: './logs', separate_files: true, console_level: 'error' },
    },
  });
  await serves();
  filesAtRest = openFiles();
});

afterEach(async () => {
  await serves();
  // A connection to the backend may be kept for the next request.
  await eventually(() => openFiles() <= filesAtRest + 5, { timeoutMs: 30_000 });
});

afterAll(async () => {
  await settled(upstream);
  expect(readFileSync(`${gateway.dir}/logs/general.log`, 'utf8')).not.toContain('a bug in the gateway');
  expect(await gateway.stop()).toBe(0);
  await upstream.stop();
});

async function serves(): Promise<void> {
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body: BODY });
  expect(answer.status).toBe(200);
  expect((await answer.json()).choices[0].message.content).toBe('ok');
  answer.leave();
}

/** 0 where they cannot be counted. */
function openFiles(): number {
  return process.platform === 'linux' ? readdirSync(`/proc/${gateway.pid}/fd`).length : 0;
}

function residentMiB(): number {
  if (process.platform !== 'linux') return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

async function many(count: number): Promise<RawConnection[]> {
  const connections: RawConnection[] = [];
  while (connections.length < count) {
    const batch = Math.min(200, count - connections.length);
    connections.push(...(await Promise.all(Array.from({ length: batch }, () => open(gateway.url)))));
  }
  return connections;
}

/** How many connections this process and the gateway may each hold. */
function mostConnections(wanted: number): number {
  const limitOf = (pid: number | 'self'): number => {
    if (process.platform !== 'linux') return 1000;
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8'))?.[1] ?? 1024);
  };
  const most = Math.min(wanted, limitOf('self') - 200, limitOf(gateway.pid) - 200);
  if (most < wanted) console.log(`${most} connections instead of ${wanted}: the limit of open files allows no more`);
  return most;
}

describe('many clients at once', () => {
  test('10,000 that connect and say nothing cost little, and others are served', async () => {
    const before = residentMiB();
    const idle = await many(mostConnections(10_000));
    await serves();
    // A socket and its buffers are some KiB.
    expect(residentMiB() - before).toBeLessThan(150);
    for (const connection of idle) connection.leave();
  }, 120_000);

  test('that send their heads and bodies byte by byte hold up nobody', async () => {
    const slow = await many(300);
    const heads = slow.slice(0, 150);
    const bodies = slow.slice(150);
    for (const connection of bodies) await connection.write(`${HEAD}Content-Length: ${BODY.length}\r\n\r\n`);
    for (let byte = 0; byte < 20; byte++) {
      for (const connection of heads) await connection.write(WHOLE[byte] ?? '');
      for (const connection of bodies) await connection.write(BODY[byte] ?? '');
      await serves();
    }
    // Those that end well are served as anyone.
    const [patient] = bodies;
    await patient?.write(BODY.slice(20));
    expect((await patient?.answer())?.status).toBe(200);
    for (const connection of slow) connection.leave();
  });
});

describe('odd requests', () => {
  /** The statuses that come on one connection until it closes or is silent for a moment. */
  async function answersTo(bytes: string, count = 1): Promise<number[]> {
    const connection = await open(gateway.url);
    // What is refused may be refused, and the connection closed, before all of it is written.
    await connection.write(bytes).catch(() => undefined);
    const statuses: number[] = [];
    try {
      for (let n = 0; n < count; n++) {
        const answer = await connection.answer();
        statuses.push(answer.status);
        await answer.whole();
      }
    } catch {
      statuses.push(0);
    }
    connection.leave();
    return statuses;
  }

  test('with 1 MB of headers are refused or the connection is closed', async () => {
    for (const header of [`X: ${'a'.repeat(1024 * 1024)}\r\n`, 'A: b\r\n'.repeat(170_000)]) {
      const [status] = await answersTo(`${HEAD}${header}Content-Length: ${BODY.length}\r\n\r\n${BODY}`);
      expect([0, 400, 413, 431]).toContain(status ?? 0);
    }
  });

  test('with a path of 100 kB are refused', async () => {
    const [status] = await answersTo(`GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect([0, 400, 404, 414, 431]).toContain(status ?? 0);
  });

  test('pipelined: GETs are answered in their order', async () => {
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    expect(await answersTo(get('/health') + get('/nowhere') + get('/readyz'), 3)).toEqual([200, 404, 200]);
  });

  test('pipelined after a POST: the first is answered or the connection closed, and never two for one', async () => {
    const before = upstream.requests.length;
    // Bun's server closes a connection on which more comes before a POST is answered; that is no wrong answer.
    const statuses = await answersTo(WHOLE + WHOLE, 2);
    expect([[200, 200], [0], [200, 0]]).toContainEqual(statuses);
    expect(upstream.requests.length - before).toBeLessThanOrEqual(2);
  });

  test('followed by garbage do no harm', async () => {
    for (const garbage of ['\0\0\0\0', 'GET', '}}}}\r\n\r\n', 'POST / HTTP/9.9\r\n\r\n']) {
      await answersTo(WHOLE + garbage);
    }
  });

  test.each([
    [
      'a length and chunks',
      `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n`,
    ],
    ['two lengths', `Content-Length: ${BODY.length}\r\nContent-Length: 3\r\n\r\n${BODY}`],
    ['a length that is none', `Content-Length: five\r\n\r\n${BODY}`],
    ['chunks of chunks', `Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`],
    ['a folded header', `X: a\r\n b\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`],
  ])('with %s smuggle nothing', async (_what, rest) => {
    const before = upstream.requests.length;
    await answersTo(HEAD + rest, 2);
    const seen = upstream.requests.slice(before);
    expect(seen.every(({ path }) => path === '/v1/chat/completions')).toBe(true);
    expect(seen.length).toBeLessThanOrEqual(1);
    for (const { text } of seen) expect(JSON.parse(text).model).toBe('m');
  });

  test('in chunks of any size are read whole', async () => {
    const chunks = (size: number): string =>
      (BODY.match(new RegExp(`.{1,${size}}`, 'g')) ?? [])
        .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
        .join('');
    for (const size of [1, 7, 1000]) {
      expect(await answersTo(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunks(size)}0\r\n\r\n`)).toEqual([200]);
    }
  });

  test('that expect to be told to go on are', async () => {
    const connection = await open(gateway.url);
    await connection.write(`${HEAD}Expect: 100-continue\r\nContent-Length: ${BODY.length}\r\n\r\n`);
    await connection.write(BODY);
    const first = await connection.answer();
    const status = first.status === 100 ? (await connection.answer()).status : first.status;
    expect(status).toBe(200);
    connection.leave();
  });
});

describe('a client that leaves at once', () => {
  async function statusOf(traceId: string): Promise<unknown> {
    const line = await eventually(() => {
      const [day = ''] = readdirSync(`${gateway.dir}/logs/requests`);
      const text = readFileSync(`${gateway.dir}/logs/requests/${day}`, 'utf8');
      return text.split('\n').find((each) => each.includes(`"trace_id":"${traceId}"`));
    });
    return (JSON.parse(line) as { status: unknown }).status;
  }

  test.each([
    ['before its body', ''],
    ['within its body', BODY.slice(0, 9)],
  ])('%s: 499', async (what, begun) => {
    const traceId = what.replaceAll(' ', '-');
    const connection = await open(gateway.url);
    await connection.write(`${HEAD}X-Trace-Id: ${traceId}\r\nContent-Length: ${BODY.length}\r\n\r\n${begun}`);
    connection.leave();
    expect(await statusOf(traceId)).toBe(499);
  });

  test('before an answer that comes a moment later: 499', async () => {
    const gate = hold();
    upstream.script(gate);
    try {
      const connection = await open(gateway.url);
      await connection.write(WHOLE.replace('\r\n\r\n', '\r\nX-Trace-Id: just-left\r\n\r\n'));
      await gate.reached;
      connection.leave();
      await Bun.sleep(5);
      gate.release();
      expect(await statusOf('just-left')).toBe(499);
    } finally {
      upstream.script(chatAnswer('ok'));
    }
  });
});

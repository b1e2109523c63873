import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { open, requestBytes, send } from '../kit/client.ts';
import type { RawAnswer, RawConnection } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer, hold, json, pieces, stallAfter, streamOf } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const MIB = 1024 * 1024;
const LIMIT_MB = 40;

let upstream: Upstream;
let gateway: Gateway;
const connections: RawConnection[] = [];

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  gateway = await startGateway({
    config: {
      server: { max_buffered_mb: LIMIT_MB, max_values: 10_000_000 },
      backends: [{ name: 'a', url: upstream.url }],
      models: { m: { routes: [{ backend: 'a', model: 'm' }] } },
    },
  });
});

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.leave();
  upstream.script(chatAnswer('ok'));
  await eventually(async () => (await held()) === 0);
});

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

const url = () => `${gateway.url}/v1/chat/completions`;

async function ask(content: unknown, extra: object = {}): Promise<RawAnswer> {
  return await send(url(), { body: { model: 'm', messages: [{ role: 'user', content }], ...extra } });
}

/** What the gateway says that requests hold, in bytes. */
async function held(): Promise<number> {
  const { text } = await (await send(`${gateway.url}/metrics`)).whole();
  return Number(/^llm_proxy_buffered_bytes (\S+)$/m.exec(text)?.[1]);
}

async function code(answer: RawAnswer): Promise<unknown> {
  return (await answer.json()).error.code;
}

describe('the memory that requests hold together', () => {
  test('is bounded: bodies that wait for their answers leave no room for another', async () => {
    const gate = hold();
    upstream.script(gate);
    const large = 'x'.repeat(7 * MIB);
    // The text and what it comes to: 14 MiB each, so two fit and a third does not.
    const waiting = [ask(large), ask(large)];
    await eventually(() => upstream.inFlight === 2);
    const refused = await ask(large);
    expect([refused.status, await code(refused)]).toEqual([503, 'overloaded_memory']);
    expect(refused.headers['retry-after']).toBe('1');
    // What is small has room.
    const small = ask('hello');
    await eventually(() => upstream.inFlight === 3);
    gate.release();
    const answers = await Promise.all([...waiting, small]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await ask(large)).status).toBe(200);
  });

  test('counts what JSON comes to, not its length alone', async () => {
    const dense = `{"model":"m","messages":[${'[],'.repeat(MIB)}[]]}`;
    const before = upstream.requests.length;
    const answer = await send(url(), { body: dense, headers: { 'content-type': 'application/json' } });
    expect([answer.status, await code(answer)]).toEqual([503, 'overloaded_memory']);
    expect(upstream.requests.length).toBe(before);
  });

  test('counts a body as it comes: a length that is only announced holds nothing', async () => {
    for (let n = 0; n < 10; n++) {
      const connection = await open(url());
      connections.push(connection);
      const head = new TextDecoder().decode(
        requestBytes(url(), { method: 'POST', headers: { 'content-length': String(30 * MIB) } }),
      );
      await connection.write(head);
    }
    expect((await ask('x'.repeat(7 * MIB))).status).toBe(200);
  });

  test('is refused in the middle of a body without a length', async () => {
    const connection = await open(url());
    connections.push(connection);
    const head = requestBytes(url(), { method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
    await connection.write(head);
    const chunk = `100000\r\n${'x'.repeat(MIB)}\r\n`;
    const writing = (async () => {
      for (let n = 0; n <= LIMIT_MB; n++) await connection.write(chunk);
    })().catch(() => undefined);
    const answer = await connection.answer();
    expect([answer.status, await code(answer)]).toEqual([503, 'overloaded_memory']);
    await writing;
  });

  test('a form counts as well', async () => {
    const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n';
    const connection = await open(url());
    connections.push(connection);
    const headers = { 'content-type': 'multipart/form-data; boundary=b', 'content-length': String(60 * MIB) };
    await connection.write(requestBytes(`${gateway.url}/v1/audio/transcriptions`, { method: 'POST', headers }));
    const writing = connection.write(head + 'x'.repeat(45 * MIB)).catch(() => undefined);
    const answer = await connection.answer();
    expect([answer.status, await code(answer)]).toEqual([503, 'overloaded_memory']);
    await writing;
  });

  test('is not taken by answers: one for which there is no room blames no backend', async () => {
    const gate = hold();
    upstream.script(gate);
    // Two that hold 28 MiB together.
    const waiting = [ask('x'.repeat(7 * MIB)), ask('x'.repeat(7 * MIB))];
    await eventually(() => upstream.requests.filter(({ outcome }) => outcome === 'open').length === 2);
    // Little to read, and 27 times as much once it is parsed.
    upstream.script(json(200, { ...JSON.parse('{"id":"x"}'), choices: Array.from({ length: 250_000 }, () => []) }));
    const refused = await ask('hello');
    expect([refused.status, await code(refused)]).toEqual([503, 'overloaded_memory']);
    upstream.script(chatAnswer('ok'));
    expect((await ask('hello')).status).toBe(200);
    expect(gateway.stderr()).not.toContain('open files');
    gate.release();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('counts an event that does not end', async () => {
    const content = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n';
    upstream.script(stallAfter(`${content}data: {"choices":[{"delta":{"content":"${'x'.repeat(45 * MIB)}`));
    const cut = await ask('hello', { stream: true });
    const { text } = await cut.whole();
    expect(text).toContain('"code":"stream_interrupted"');
    expect(text).not.toContain('[DONE]');
    upstream.script(chatAnswer('ok'));
    expect((await ask('hello')).status).toBe(200);
  });

  test('counts what the translation of a stream keeps for its end', async () => {
    const piece = `data: {"choices":[{"index":0,"delta":{"content":"${'x'.repeat(MIB)}"}}]}\n\n`;
    upstream.script(pieces(Array.from({ length: 50 }, () => piece)));
    const answer = await send(`${gateway.url}/v1/responses`, { body: { model: 'm', input: 'hello', stream: true } });
    const { text } = await answer.whole();
    expect(text).toContain('response.failed');
    expect(text).not.toContain('response.completed');
  });

  test('is free again at the first content of a stream, whose prompt nobody needs any more', async () => {
    const gate = hold();
    upstream.script(streamOf(['one', 'two', 'three'], { gapMs: 1 }));
    const stream = await ask('x'.repeat(7 * MIB), { stream: true });
    await stream.textUntil('one');
    upstream.script(gate);
    await eventually(async () => (await held()) === 0);
    await stream.whole();
    gate.release();
  });
});

// Requests as they happen, over server-sent events.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test';
import { liveEvents } from '../../src/admin/live/live-schema.ts';
import { send, type RawAnswer } from '../kit/client.ts';
import { startGatewayHere, type GatewayHere } from '../kit/gateway-here.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer, hold } from '../kit/replies.ts';
import { eventually } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

let upstream: Upstream;
let gateway: GatewayHere;
const listening: RawAnswer[] = [];

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('one'));
});
beforeEach(async () => {
  upstream.script(chatAnswer('one'));
  const values: object = {
    backends: [{ name: 'one', url: upstream.url }],
    models: { m: { routes: [{ backend: 'one', model: 'big' }] }, n: { routes: [{ backend: 'one', model: 'small' }] } },
  };
  gateway = await startGatewayHere(values, {});
});
afterEach(async () => {
  for (const each of listening.splice(0)) each.leave();
  await gateway.stop();
});
afterAll(async () => await upstream.stop());

async function ask(trace: string, model = 'm'): Promise<number> {
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    body: { model, messages: [{ role: 'user', content: 'hi' }] },
    headers: { 'x-trace-id': trace },
  });
  await answer.whole();
  return answer.status;
}

async function listen(query = '', headers: Record<string, string> = {}): Promise<RawAnswer> {
  const answer = await send(`${gateway.url}/admin/live${query}`, { headers });
  listening.push(answer);
  return answer;
}

/** The data of the events so far, by their name, each as its schema says. */
function events(text: string, name: keyof typeof liveEvents): Json[] {
  return text
    .split('\n\n')
    .filter((event) => event.includes(`event: ${name}\n`))
    .map((event) => liveEvents[name].parse(JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null')));
}

function ended(text: string): string[] {
  return events(text, 'batch').flatMap(({ ended: rows }) => rows.map(({ trace_id: trace }: Json) => trace));
}

test('the last ones come first, then what begins and what ends, and a stop ends it', async () => {
  expect(await ask('before')).toBe(200);
  const gate = hold();
  upstream.script(gate);
  const live = await listen();
  expect(live.status).toBe(200);
  expect(live.headers['content-type']).toContain('text/event-stream');
  const hello = await live.textUntil('event: hello');
  expect(hello).toContain('id: ');
  await live.textUntil((text) => events(text, 'hello').length === 1);
  const [first] = events(live.text, 'hello');
  expect(first.rows).toMatchObject([{ trace_id: 'before', status: 200, tries: [{ backend: 'one' }] }]);
  expect(first.under_way).toEqual([]);

  const asked = ask('now');
  await live.textUntil((text) => events(text, 'batch').some(({ begun }) => begun.length > 0));
  expect(events(live.text, 'batch').flatMap(({ begun }) => begun)).toMatchObject([
    { trace_id: 'now', alias: 'm', stream: false, client_dialect: 'openai-chat' },
  ]);
  gate.release();
  expect(await asked).toBe(200);
  await live.textUntil((text) => ended(text).includes('now'));
  expect(events(live.text, 'batch').flatMap(({ gone }) => gone)).toEqual(['now']);
  const body = await (await send(`${gateway.url}/admin/requests/now`)).json();
  const row = events(live.text, 'batch').flatMap(({ ended: rows }) => rows)[0];
  expect(body).toMatchObject(row);

  gateway.app.gateway.draining = true;
  expect(await live.ending).toBe('complete');
});

test('only what matches is told, and a lost connection goes on where it was', async () => {
  const live = await listen('?alias=n');
  await live.textUntil((text) => events(text, 'hello').length === 1);
  expect(await ask('one')).toBe(200);
  expect(await ask('two', 'n')).toBe(200);
  await live.textUntil((text) => ended(text).length > 0);
  expect(ended(live.text)).toEqual(['two']);
  const id = /id: (\S+)\n(?![\s\S]*id: )/.exec(live.text)?.[1] ?? '';
  live.leave();

  expect(await ask('three', 'n')).toBe(200);
  const again = await listen('?alias=n', { 'last-event-id': id });
  await again.textUntil((text) => ended(text).length > 0);
  expect(events(again.text, 'hello')[0].rows).toEqual([]);
  expect(ended(again.text)).toEqual(['three']);
  const anew = await listen('?alias=n', { 'last-event-id': 'other-5' });
  await anew.textUntil((text) => events(text, 'hello').length === 1);
  expect(events(anew.text, 'hello')[0].rows.map(({ trace_id: trace }: Json) => trace)).toEqual(['three', 'two']);
});

test('more than anybody can read are counted, not kept', async () => {
  const live = await listen();
  await live.textUntil((text) => events(text, 'hello').length === 1);
  const { recent } = gateway.app;
  const record = await (async () => {
    expect(await ask('model')).toBe(200);
    return await gateway.recordOf('model');
  })();
  await live.textUntil((text) => ended(text).includes('model'));
  for (let number = 0; number < 5000; number++) recent.record({ ...record, id: undefined, traceId: `t${number}` });
  await live.textUntil((text) => events(text, 'batch').some(({ dropped }) => dropped > 0));
  const batch = events(live.text, 'batch').find(({ dropped }) => dropped > 0);
  expect(batch.ended.length + batch.dropped).toBe(5000);
  expect(batch.ended.length).toBeLessThanOrEqual(25);
  expect(batch.ended.at(-1).trace_id).toBe('t4999');
});

test('there are at most 50 listeners, and who leaves makes room', async () => {
  for (let number = 0; number < 50; number++) {
    const live = await listen();
    await live.textUntil('event: hello');
  }
  const refused = await listen();
  expect(refused.status).toBe(429);
  listening[0]?.leave();
  await eventually(async () => (await listen()).status === 200);
});

test('HEAD takes no place, and a filter that is wrong is said', async () => {
  for (let number = 0; number < 60; number++)
    expect((await send(`${gateway.url}/admin/live`, { method: 'HEAD' })).status).toBe(200);
  expect((await listen()).status).toBe(200);
  expect((await listen('?status=odd')).status).toBe(400);
});

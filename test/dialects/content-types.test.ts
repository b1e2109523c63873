// What bodies are is said rightly in both directions, whatever was said of them.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { chatAnswer, raw } from '../kit/replies.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';
import type { Answer, Dialect } from './spoken.ts';

const SAYS: Answer = { items: [{ text: 'Hello.' }], finish: 'stop', usage: { input: 20, output: 9 } };
const BACKS = DIALECTS.map((back) => [back.title, back] as const);
const ASK = { turns: [{ role: 'user' as const, items: [{ text: 'Hello' }] }] };

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});

afterAll(async () => {
  await stage.stop();
});

async function ask(front: Dialect, back: Dialect, stream: boolean, headers: Readonly<Record<string, string>> = {}) {
  const { path, body } = front.request(ASK, stage.aliasOf(back), stream);
  const answer = await send(stage.gateway.url + path, {
    headers: { authorization: `Bearer ${KEY}`, ...headers },
    body: JSON.stringify(body),
  });
  return { answer, ...(await answer.whole()) };
}

describe.each(BACKS)('%s', (_, dialect) => {
  test.each([
    'application/x-www-form-urlencoded',
    'text/plain;charset=UTF-8',
    'text/json5',
    'application/octet-stream',
    'json',
    undefined,
  ])('JSON that came as %s goes on as JSON', async (type) => {
    stage.plays(dialect, SAYS);
    const { answer } = await ask(dialect, dialect, false, type === undefined ? {} : { 'content-type': type });
    expect(answer.status).toBe(200);
    expect(stage.upstream.requests.at(-1)?.headers['content-type']).toBe('application/json');
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/vnd.x+json'])(
    '%s stays what it is',
    async (type) => {
      stage.plays(dialect, SAYS);
      await ask(dialect, dialect, false, { 'content-type': type });
      expect(stage.upstream.requests.at(-1)?.headers['content-type']).toBe(type);
    },
  );

  test('an answer without a type is JSON if it is, plain and as an error', async () => {
    for (const status of [200, 400]) {
      const body = JSON.stringify(status === 200 ? dialect.answer(SAYS) : { error: { message: 'no', type: 'x' } });
      stage.upstream.script(raw(`HTTP/1.1 ${status} X\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
      const { answer, text } = await ask(dialect, dialect, false);
      expect([answer.status, answer.headers['content-type'], text]).toEqual([status, 'application/json', body]);
    }
  });

  test('a stream without a type is one', async () => {
    const events = dialect.events(SAYS).join('');
    stage.upstream.script(raw(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${events}`));
    const { answer } = await ask(dialect, dialect, true);
    expect(answer.headers['content-type']).toStartWith('text/event-stream');
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
  });
});

test('so is one that is too long to be held', async () => {
  const body = JSON.stringify({ object: 'list', data: [{ embedding: 'A'.repeat(2 * 1024 * 1024), index: 0 }] });
  stage.upstream.script(raw(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`));
  const answer = await send(`${stage.gateway.url}/v1/embeddings`, {
    headers: { authorization: `Bearer ${KEY}` },
    body: { model: 'to-openai', input: 'Hi' },
  });
  expect(answer.headers['content-type']).toBe('application/json');
  expect((await answer.whole()).text).toBe(body);
});

test('an answer without a type that is no JSON stays without one that says more than is known', async () => {
  stage.upstream.script(raw('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nRIFF'));
  const answer = await send(`${stage.gateway.url}/v1/audio/speech`, {
    headers: { authorization: `Bearer ${KEY}` },
    body: { model: 'to-openai', input: 'Hi' },
  });
  expect(['application/octet-stream', undefined]).toContain(answer.headers['content-type']);
  expect((await answer.whole()).text).toBe('RIFF');
});

test('nothing in front holds events back, whatever a backend says of its answer', async () => {
  for (const [, front] of BACKS)
    for (const [, back] of BACKS) {
      stage.plays(back, SAYS);
      const { answer } = await ask(front, back, true);
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
    }
  stage.upstream.script(chatAnswer('x'));
});

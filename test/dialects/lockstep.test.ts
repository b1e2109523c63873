// Nothing is held back: a backend that says its next word only when the client has had the last one gets to its end.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Reply } from '../kit/replies.ts';
import { inPieces } from './spoken.ts';
import type { Answer, Dialect } from './spoken.ts';
import { DIALECTS, KEY, startStage } from './stage.ts';
import type { Stage } from './stage.ts';

/** As long as the pieces in which dialects stream a text. */
const WORDS = ['word-01', 'word-02', 'word-03', 'word-04'];
const SAYS: Answer = { items: [{ text: WORDS.join('') }], finish: 'stop', usage: { input: 3, output: 9 } };
const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';

/** Each word, once the client has it. */
let heard: Map<string, PromiseWithResolvers<void>>;
let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

const oneByOne = (back: Dialect): Reply => ({
  async send(wire) {
    await wire.write(STREAM_HEAD);
    for (const event of back.events(SAYS)) {
      await wire.write(`${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`);
      for (const word of WORDS)
        if (event.includes(word)) await wire.until(heard.get(word)?.promise ?? Promise.resolve());
    }
    await wire.write('0\r\n\r\n');
  },
});

test('every word is an event of its own, in every dialect', () => {
  expect(inPieces(WORDS.join(''))).toEqual(WORDS);
  for (const back of DIALECTS)
    for (const word of WORDS) {
      const first = back.events(SAYS).find((event) => event.includes(word)) ?? '';
      expect(WORDS.filter((other) => first.includes(other))).toEqual([word]);
    }
});

describe.each(DIALECTS.map((front) => [front.title, front] as const))('%s client', (_front, front) => {
  test.each(DIALECTS.map((back) => [back.title, back] as const))('before a %s backend', async (_back, back) => {
    heard = new Map(WORDS.map((word) => [word, Promise.withResolvers<void>()]));
    stage.upstream.script(oneByOne(back));
    const ask = { turns: [{ role: 'user' as const, items: [{ text: 'Count.' }] }] };
    const { path, body } = front.request(ask, stage.aliasOf(back), true);
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const response = await fetch(stage.gateway.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      for (const [word, { resolve }] of heard) if (text.includes(word)) resolve();
    }
    expect(front.readStream(text).items).toEqual(SAYS.items);
  });
});

import { expect, test } from 'bun:test';
import { chunk, frame } from '../../../../test/kit/event-frames.ts';
import { responseOf } from '../../../../test/kit/response-of.ts';
import { answerOf } from '../response-answer.ts';
import { asServerSentEvents } from './events.ts';

async function textOf(...frames: readonly Uint8Array[]): Promise<string> {
  const { status, headers, body } = answerOf(new Response(new Blob(frames as Uint8Array<ArrayBuffer>[])));
  return await responseOf({ status, headers, body: asServerSentEvents(body) }).text();
}

test('a chunk is an event', async () => {
  expect(await textOf(chunk({ type: 'ping' }))).toBe('event: ping\ndata: {"type":"ping"}\n\n');
});

test('a chunk of many lines is an event of one', async () => {
  const data = `{${'\r\n'.repeat(20_000)}"type":"ping"}`;
  const payload = JSON.stringify({ bytes: Buffer.from(data).toString('base64') });
  const text = await textOf(frame({ ':event-type': 'chunk', ':message-type': 'event' }, payload));
  expect(text.split('\n')).toHaveLength(4);
  expect(JSON.parse(text.slice(text.indexOf('{')))).toEqual({ type: 'ping' });
});

test('a chunk of too many values is none', async () => {
  const data = `{"type":"ping","x":[${'[],'.repeat(1_000_001)}1]}`;
  const payload = JSON.stringify({ bytes: Buffer.from(data).toString('base64') });
  const reading = textOf(frame({ ':event-type': 'chunk', ':message-type': 'event' }, payload));
  expect(reading).rejects.toThrow('a chunk that is no event');
  await reading.catch(() => undefined);
});

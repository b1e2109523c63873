// Where an answer ends is read as strictly as llhttp reads it, by which Node's client and most of the web go: whatever two
// readers may understand in two ways is refused, so that no answer is taken for another's.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { Cancellation } from '../../src/lib/cancellation.ts';
import { cut, read } from '../../src/upstream/http/answer-reader.fixture.ts';
import { HttpClient } from '../../src/upstream/http/client.ts';
import { HOSTILE_ANSWERS, SOUND_ANSWERS } from '../fuzz/answer-corpus.ts';
import { compareWithLlhttp, wireAnswers } from '../fuzz/http-answers.ts';
import { parseByLlhttp } from '../kit/llhttp.ts';
import { json } from '../kit/replies.ts';
import { responseOf } from '../kit/response-of.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

let upstream: Upstream;

beforeAll(async () => {
  upstream = await startUpstream(json(200, 'honest'));
});

beforeEach(() => settled(upstream));

afterAll(() => upstream.stop());

async function ask(client: HttpClient, method = 'POST'): Promise<string> {
  const cancellation = new Cancellation();
  const body = method === 'POST' ? '{}' : undefined;
  return await responseOf(await client.send({ method, target: '/x', headers: {}, body, cancellation })).text();
}

describe('what leaves a doubt where an answer ends is refused', () => {
  test.each(HOSTILE_ANSWERS)('%s', (_rule, text) => {
    const [whole, byBytes] = [read([text]), read(text.split(''))];
    for (const answer of [whole, byBytes]) {
      expect(answer.error).toStartWith('http_');
      expect(answer).toMatchObject({ ended: false, keepsAlive: false, body: expect.not.stringContaining('stolen') });
    }
    expect(byBytes.error).toBe(whole.error);
  });
});

describe('no later request gets what came with a refused answer', () => {
  test.each(HOSTILE_ANSWERS)('%s', async (_rule, text) => {
    const client = new HttpClient(upstream.url, { quietMs: 0 });
    upstream.script({ send: (wire) => wire.write(Buffer.from(text, 'latin1')) });
    const error = await ask(client).then(
      (answer) => expect.unreachable(answer),
      (reason: { code: string }) => reason,
    );
    expect(error.code).toStartWith('http_');
    upstream.script(json(200, 'honest'));
    expect(await ask(client)).toBe('honest');
    client.retire();
    await eventually(() => upstream.openSockets === 0);
  });
});

describe('every framing of RFC 9112 is read, as llhttp reads it', () => {
  test.each(SOUND_ANSWERS)('%s', async (_framing, text, body, method: string = 'POST') => {
    expect(parseByLlhttp(text, method)).toMatchObject({ body, length: text.length, error: undefined });
    const wanted = { body, ended: true, surplus: 0, error: undefined };
    expect(read([text], method)).toMatchObject(wanted);
    expect(read(text.split(''), method)).toMatchObject(wanted);
    for (const at of text.split('').keys()) expect(read(cut(text, [at]), method)).toMatchObject(wanted);
    expect(compareWithLlhttp({ text, method, cuts: [] })).toBeUndefined();
  });

  test.each(SOUND_ANSWERS)('%s, over a connection', async (_framing, text, body, method: string = 'POST') => {
    const client = new HttpClient(upstream.url, { keepAlive: false });
    upstream.script({
      async send(wire) {
        await wire.write(Buffer.from(text, 'latin1'));
        wire.end();
      },
    });
    expect(await ask(client, method)).toBe(body);
    await eventually(() => upstream.openSockets === 0);
  });
});

test('whatever comes, nothing is taken that llhttp refuses, nor read in another way', () => {
  const seed = Number(process.env['FRAMING_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`answers compared with llhttp: FRAMING_SEED=${seed}`);
  fc.assert(
    fc.property(wireAnswers, (answer) => expect(compareWithLlhttp(answer)).toBeUndefined()),
    { seed, numRuns: 20_000 },
  );
});

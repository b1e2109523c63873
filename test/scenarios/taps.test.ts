// Taps see what reaches the client, byte for byte, and harm nobody.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import type { ExchangeRecord } from '../../src/core/record.ts';
import type { Tap } from '../../src/core/tap.ts';
import type { ServingLink } from '../../src/serving/serving-link.ts';
import { send } from '../kit/client.ts';
import { startGatewayHere } from '../kit/gateway-here.ts';
import type { GatewayHere } from '../kit/gateway-here.ts';
import { bigBody, chatAnswer, status, streamOf } from '../kit/replies.ts';
import type { Reply } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const SECRET = 'sk-of-the-gateway-1234567890abcdef';

/** Keeps a copy of all that it sees. */
class KeepingTap implements Tap {
  readonly pieces: Buffer[] = [];
  readonly records: ExchangeRecord[] = [];

  get text(): string {
    return Buffer.concat(this.pieces).toString();
  }

  sent(bytes: Uint8Array): void {
    this.pieces.push(Buffer.from(bytes));
  }

  ended(record: ExchangeRecord): void {
    this.records.push(record);
  }
}

const broken: Tap = {
  sent(): void {
    throw new Error('a bug in a tap');
  },
  ended(): void {
    throw new Error('another');
  },
};

let upstream: Upstream;
let gateway: GatewayHere;
let taps: readonly Tap[] = [];

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const backends = [{ name: 'one', url: upstream.url, protocol: 'openai' as const, api_key: SECRET }];
  const models = { mine: { routes: [{ backend: 'one', model: 'm' }] } };
  const tapping: ServingLink = {
    name: 'tapping',
    serve({ delivery }, _client, _context, next) {
      for (const tap of taps) delivery.addTap(tap);
      return next();
    },
  };
  gateway = await startGatewayHere({ backends, models, fallback: { max_retries: 0 } }, { links: [tapping] });
});

afterEach(() => settled(upstream));

afterAll(async () => {
  await gateway.stop();
  await upstream.stop();
});

async function ask(traceId: string, body: object = {}): Promise<string> {
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    headers: { 'x-trace-id': traceId },
    body: { model: 'mine', messages: [{ role: 'user', content: 'Hi' }], ...body },
  });
  const { text } = await answer.whole();
  await gateway.recordOf(traceId);
  return text;
}

describe('a tap sees the bytes that the client gets', () => {
  test.each<readonly [string, Reply, object]>([
    ['of a plain answer', chatAnswer('Hello'), {}],
    ['of one that holds a secret', chatAnswer(`the key is ${SECRET}`), {}],
    ['of a long one', chatAnswer('long '.repeat(40_000)), {}],
    ['of one that is not held', bigBody(3 * 1024 * 1024, { 'content-type': 'application/json' }), {}],
    ['of a stream', streamOf(['Hel', 'lo']), { stream: true }],
    ['of a stream with a secret', streamOf(['the key is ', SECRET]), { stream: true }],
    ['of an error', status(400), {}],
  ])('%s', async (what, reply, body) => {
    upstream.script(reply);
    const tap = new KeepingTap();
    taps = [tap];
    const text = await ask(what.replaceAll(' ', '-'), body);
    expect(text.length).toBeGreaterThan(10);
    expect(text).not.toContain(SECRET);
    expect(tap.text).toBe(text);
    expect(tap.records.map(({ bytesOut }) => bytesOut)).toEqual([Buffer.byteLength(text)]);
  });
});

test('a tap that throws harms neither the client nor other taps', async () => {
  upstream.script(streamOf(['Hel', 'lo']));
  const tap = new KeepingTap();
  taps = [broken, tap];
  const text = await ask('broken-tap', { stream: true });
  expect(text).toEndWith('data: [DONE]\n\n');
  expect(tap.text).toBe(text);
  expect(tap.records.length).toBe(1);
});

test('the request is kept to the end for a tap that reads it, and let go of in a stream otherwise', async () => {
  const bodies: unknown[] = [];
  for (const readsRequest of [true, false]) {
    upstream.script(streamOf(['Hi']));
    const exchanges = gateway.app.gateway.exchanges;
    taps = [
      {
        readsRequest,
        sent: () => void bodies.push(exchanges.all().map(({ body }) => body !== undefined)),
        ended: () => undefined,
      },
    ];
    bodies.length = 0;
    await ask(`reads-${readsRequest}`, { stream: true });
    expect(bodies).toContainEqual([readsRequest]);
    expect(bodies).not.toContainEqual([!readsRequest]);
  }
});

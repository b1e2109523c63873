// What vendors' own errors lead to, over real sockets: plain answers, streams refused, and streams that begin with an error.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import * as vendors from '../fixtures/vendor-errors.ts';
import type { VendorError } from '../fixtures/vendor-errors.ts';
import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { chatAnswer, json, pieces, sse, streamOf, type Reply } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const PROTOCOLS = ['openai', 'anthropic', 'gemini', 'openai-responses'] as const;
let small: Upstream;
let large: Upstream;
let gateway: Gateway;
let next = 0;

beforeAll(async () => {
  [small, large] = await Promise.all([startUpstream(chatAnswer('small')), startUpstream(chatAnswer('large'))]);
  gateway = await startGateway({
    config: {
      backends: [
        ...PROTOCOLS.map((protocol) => ({
          name: protocol,
          url: protocol === 'gemini' ? small.url.replace('/v1', '/v1beta') : small.url,
          protocol,
          api_key: 'sk-small-0000000000',
        })),
        { name: 'large', url: large.url, api_key: 'sk-large-0000000000' },
      ],
      models: {
        ...Object.fromEntries(
          PROTOCOLS.flatMap((protocol) => [
            [`${protocol}/*`, { routes: [{ backend: protocol, model: '*' }] }],
            [`${protocol}-alone/*`, { routes: [{ backend: protocol, model: '*' }] }],
          ]),
        ),
        large: { routes: [{ backend: 'large', model: 'l' }] },
      },
      fallback: {
        max_retries: 0,
        alias_fallback: Object.fromEntries(PROTOCOLS.map((protocol) => [`${protocol}/*`, ['large']])),
      },
    },
  });
});

afterAll(async () => {
  await settled(small, large);
  await gateway.stop();
  await Promise.all([small.stop(), large.stop()]);
});

const protocolOf = ({ dialect }: VendorError) => dialect ?? 'openai';
const named = (errors: readonly VendorError[]) => errors.map((error) => [error.vendor, error] as const);

async function ask(model: string, stream: boolean) {
  large.script(stream ? streamOf('large') : chatAnswer('large'));
  const before = large.requests.length;
  const body = { model, stream, messages: [{ role: 'user', content: 'hi' }] };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
  const { text } = await answer.whole();
  return { status: answer.status, text, fellBack: large.requests.length - before };
}

function replyOf({ status, body }: VendorError): Reply {
  return json(status, typeof body === 'string' ? body : JSON.stringify(body));
}

/** The same as the first event of a stream; Anthropic names its events. */
function eventOf({ dialect, body }: VendorError): Reply {
  const data = JSON.stringify(Array.isArray(body) ? body[0] : body);
  return dialect === 'anthropic' ? pieces([`event: error\ndata: ${data}\n\n`]) : sse([data], { done: false });
}

describe.each([false, true])('streamed: %p;', (stream) => {
  test.each(named(vendors.TOO_LONG))(
    'too long for %s goes to the fallback, and cools nothing down',
    async (_, error) => {
      small.script(replyOf(error));
      const model = `${protocolOf(error)}/m${next++}`;
      for (let time = 0; time < 2; time++) {
        const seen = small.requests.length;
        const { status, text, fellBack } = await ask(model, stream);
        expect([status, fellBack, small.requests.length - seen]).toEqual([200, 1, 1]);
        expect(text).toContain('large');
      }
    },
  );

  test.each(named(vendors.NOT_TOO_LONG))('%s does not', async (_, error) => {
    small.script(replyOf(error));
    const { status, fellBack } = await ask(`${protocolOf(error)}/m${next++}`, stream);
    expect([status, fellBack]).toEqual([error.status, 0]);
  });

  test.each(named(vendors.REFUSED))('no credit at %s goes to the fallback, and rests', async (_, error) => {
    small.script(replyOf(error));
    const model = `${protocolOf(error)}/m${next++}`;
    const seen = small.requests.length;
    for (let time = 0; time < 2; time++) expect((await ask(model, stream)).fellBack).toBe(1);
    expect(small.requests.length - seen).toBe(1);
  });

  test.each(named(vendors.REFUSED))('no credit at %s is not told the client as its own', async (_, error) => {
    small.script(replyOf(error));
    const { status, text } = await ask(`${protocolOf(error)}-alone/m${next++}`, stream);
    expect(status).toBe(502);
    expect(text).toContain('provider_refused');
  });

  test.each(named(vendors.OVERLOADED))('too much load at %s goes to the fallback', async (_, error) => {
    small.script(replyOf(error));
    expect(await ask(`${protocolOf(error)}/m${next++}`, stream)).toMatchObject({ status: 200, fellBack: 1 });
  });

  test.each(named(vendors.RATE_LIMITED))('a rate limit of %s goes to the fallback', async (_, error) => {
    small.script(replyOf(error));
    expect(await ask(`${protocolOf(error)}/m${next++}`, stream)).toMatchObject({ status: 200, fellBack: 1 });
  });
});

// Errors without an `error` member are no events of a dialect.
const events = [...vendors.TOO_LONG, ...vendors.REFUSED].filter(
  ({ body }) => typeof body === 'object' && body !== null && 'error' in body,
);

test.each(named(events))('a stream that begins with the error of %s goes to the fallback', async (_, error) => {
  small.script(eventOf(error));
  expect(await ask(`${protocolOf(error)}/m${next++}`, true)).toMatchObject({ status: 200, fellBack: 1 });
});

test.each(named(events.filter((error) => vendors.REFUSED.includes(error))))(
  'nor is a stream that begins with it the client’s: %s',
  async (_, error) => {
    small.script(eventOf(error));
    const { status, text } = await ask(`${protocolOf(error)}-alone/m${next++}`, true);
    expect(status).toBe(502);
    expect(text).toContain('provider_refused');
  },
);

test('one request over a limit of tokens a minute (413) does not cool the route down', async () => {
  const tooMany = vendors.RATE_LIMITED.find(({ status }) => status === 413);
  small.script([replyOf(tooMany as VendorError), chatAnswer('small')]);
  const model = `openai/m${next++}`;
  expect((await ask(model, false)).text).toContain('large');
  expect((await ask(model, false)).text).toContain('small');
});

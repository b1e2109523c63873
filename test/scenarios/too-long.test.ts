// A conversation that is too long for a model: which routes are tried, and which are not.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { chatAnswer, status, type Reply } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const TOO_LONG = status(400, { code: 'context_length_exceeded' });
let upstream: Upstream;
let gateway: Gateway;
let replies: Record<string, Reply>;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  const backends = ['a', 'b', 'c'].map((name) => ({ name, url: upstream.url, api_key: `sk-${name}-00000000000` }));
  const routes = (...pairs: string[]) => ({
    routes: pairs.map((pair, index) => {
      const [backend, model] = pair.split('/', 2);
      return { backend, model, priority: index + 1 };
    }),
  });
  gateway = await startGateway({
    config: {
      backends,
      models: {
        mixed: routes('a/small', 'b/small', 'c/medium', 'b/medium'),
        cased: routes('a/small', 'b/Small', 'c/medium'),
        prefixed: { routes: [...routes('a/small').routes, { backend: 'b', model: 'vendor/small', priority: 2 }] },
        same: routes('a/small', 'b/small'),
        wild: routes('a/small', 'b/small'),
        'w/*': {
          routes: [
            { backend: 'a', model: '*' },
            { backend: 'b', model: '*', priority: 2 },
            { backend: 'c', model: 'medium', priority: 3 },
          ],
        },
        'small-elsewhere': routes('c/small'),
        failing: routes('a/small', 'c/medium', 'b/small'),
        large: routes('c/large'),
      },
      fallback: {
        max_retries: 3,
        cooldown_seconds: 0,
        backoff_initial: '1ms',
        backoff_max: '2ms',
        alias_fallback: { mixed: ['large'], same: ['small-elsewhere', 'large'], failing: ['large'] },
      },
    },
  });
});

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

beforeEach(() => {
  replies = { small: TOO_LONG, Small: TOO_LONG };
  upstream.script((request) => replies[request.json.model] ?? chatAnswer(request.json.model));
});

/** Which models were asked, by whose key, in order. */
async function ask(model: string) {
  const before = upstream.requests.length;
  const body = { model, messages: [{ role: 'user', content: 'hi' }] };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
  const { text } = await answer.whole();
  const asked = upstream.requests.slice(before).map(({ headers, json }) => {
    return `${/sk-(\w)-/.exec(headers['authorization'] ?? '')?.[1]}/${json.model}`;
  });
  return { status: answer.status, text, asked, shouldRetry: answer.headers['x-should-retry'] };
}

test('routes of another model come first, then the fallback', async () => {
  expect(await ask('mixed')).toMatchObject({ status: 200, asked: ['a/small', 'c/medium'] });
  replies['medium'] = TOO_LONG;
  expect(await ask('mixed')).toMatchObject({ status: 200, asked: ['a/small', 'c/medium', 'c/large'] });
});

test('when all are too small, the client gets the last one’s answer and need not try again', async () => {
  Object.assign(replies, { medium: TOO_LONG, large: TOO_LONG });
  const { status: code, text, shouldRetry } = await ask('mixed');
  expect([code, JSON.parse(text).error.code, shouldRetry]).toEqual([400, 'context_length_exceeded', 'false']);
});

describe('the same model', () => {
  test('is not tried elsewhere in the alias, and is in a fallback', async () => {
    expect(await ask('same')).toMatchObject({ asked: ['a/small', 'c/small', 'c/large'] });
  });

  test('is the same in any case, and another with a vendor’s name in front', async () => {
    expect(await ask('cased')).toMatchObject({ status: 200, asked: ['a/small', 'c/medium'] });
    expect(await ask('prefixed')).toMatchObject({ status: 200, asked: ['a/small', 'b/vendor/small'] });
  });

  test('is what stood in for a wildcard', async () => {
    expect(await ask('w/small')).toMatchObject({ status: 200, asked: ['a/small', 'c/medium'] });
  });
});

test('another route that fails is tried again, not one that is too small', async () => {
  let n = 0;
  upstream.script((request) =>
    request.json.model === 'medium'
      ? n++ === 0
        ? status(500)
        : chatAnswer('medium')
      : (replies[request.json.model] ?? chatAnswer('ok')),
  );
  expect(await ask('failing')).toMatchObject({ status: 200, asked: ['a/small', 'c/medium', 'c/medium'] });
});

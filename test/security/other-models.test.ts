// A client may use the models of its key: no spelling, field or query names another to a backend that reads it otherwise.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import type { RawAnswer } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import { chatAnswer } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';

const KEY = 'key-of-a-caller-0123456789';

let upstream: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  upstream = await startUpstream(chatAnswer('ok'));
  gateway = await startGateway({
    config: {
      keys: [{ name: 'ci', key: KEY, models: ['cheap'] }],
      backends: [{ name: 'a', url: upstream.url }],
      models: {
        cheap: { routes: [{ backend: 'a', model: 'cheap' }] },
        expensive: { routes: [{ backend: 'a', model: 'expensive' }] },
      },
    },
  });
});

afterAll(async () => {
  await settled(upstream);
  await gateway.stop();
  await upstream.stop();
});

async function post(path: string, body: string, type = 'application/json'): Promise<RawAnswer> {
  return await send(gateway.url + path, { body, headers: { authorization: `Bearer ${KEY}`, 'content-type': type } });
}

const MESSAGES = '"messages":[{"role":"user","content":"Hello"}]';

test.each([
  `{"model":"expensive","model":"cheap",${MESSAGES}}`,
  `{"mod\\u0065l":"expensive","model":"cheap",${MESSAGES}}`,
])('every spelling of the key has the route’s model: %s', async (body) => {
  expect((await post('/v1/chat/completions', body)).status).toBe(200);
  expect(upstream.requests.at(-1)?.text).not.toContain('expensive');
});

test.each([
  [`{"model":"cheap","Model":"expensive",${MESSAGES}}`, 400, 'invalid_request'],
  [`{"model":"cheap","models":["expensive"],${MESSAGES}}`, 403, 'model_not_allowed'],
])('what names another is refused: %s', async (body, status, code) => {
  const before = upstream.requests.length;
  const answer = await post('/v1/chat/completions', body);
  expect([answer.status, (await answer.json()).error.code]).toEqual([status, code]);
  expect(upstream.requests.length).toBe(before);
});

test('no query names another', async () => {
  expect((await post('/v1/chat/completions?model=expensive&x=1', `{"model":"cheap",${MESSAGES}}`)).status).toBe(200);
  expect(upstream.requests.at(-1)?.path).toBe('/v1/chat/completions?x=1');
});

describe('a form', () => {
  const form = (...heads: readonly string[]): string =>
    `${heads.map((head) => `--b\r\ncontent-disposition: form-data; ${head}\r\n\r\n${head.startsWith('name="model"') && !head.includes('filename') ? 'cheap' : 'expensive'}\r\n`).join('')}--b--\r\n`;

  test.each(['name="a"; name="model"', `name*=utf-8''model; name="x"`, 'name="model"; filename="x"'])(
    'that names a part so that it can be read in two ways is refused: %s',
    async (head) => {
      const answer = await post(
        '/v1/audio/transcriptions',
        form('name="model"', head),
        'multipart/form-data; boundary=b',
      );
      expect(answer.status).toBe(400);
    },
  );

  test('has the route’s model in each of its parts of the name', async () => {
    const twice = `--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nexpensive\r\n${form('name="model"')}`;
    expect((await post('/v1/audio/transcriptions', twice, 'multipart/form-data; boundary=b')).status).toBe(200);
    expect(upstream.requests.at(-1)?.text).not.toContain('expensive');
  });
});

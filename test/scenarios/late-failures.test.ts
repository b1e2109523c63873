// When nothing serves, what is told and logged is the same whether or not the client was kept waiting before.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatEvents, closeBeforeAnswer, json, pieces, raw, sseText, status, type Reply } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { parseSse } from '../kit/sse.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const KEEPALIVE_MS = 100;
const HI = [{ role: 'user', content: 'hi' }];

let first: Upstream;
let second: Upstream;
let gateway: Gateway;
let nextModel = 0;

beforeAll(async () => {
  first = await startUpstream(status(500));
  second = await startUpstream(status(500));
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'first', url: first.url, api_key: 'sk-first-000000000' },
        { name: 'second', url: second.url, api_key: 'sk-second-00000000' },
        { name: 'claude', url: second.url.replace('/v1', ''), protocol: 'anthropic', api_key: 'sk-third-000000000' },
      ],
      models: {
        'pair/*': { routes: [route('first', 1), route('second', 2)] },
        'mixed/*': { routes: [route('first', 1), route('claude', 2)] },
      },
      fallback: { max_retries: 0, cooldown_seconds: 0 },
      stream: { keepalive: `${KEEPALIVE_MS}ms` },
    },
  });
});

afterAll(async () => {
  await settled(first, second);
  await gateway.stop();
  await Promise.all([first.stop(), second.stop()]);
});

const route = (backend: string, priority: number) => ({ backend, model: '*', priority });

const late = (reply: Reply): Reply => ({
  async send(wire) {
    await wire.wait(3 * KEEPALIVE_MS);
    await reply.send(wire);
  },
});

interface Told {
  readonly error: Json;
  readonly line: Json;
}

async function ask(prefix: string, replies: readonly [Reply, Reply], isLate: boolean): Promise<Told> {
  first.script(replies[0]);
  second.script(isLate ? late(replies[1]) : replies[1]);
  const model = `${prefix}/${isLate ? 'late' : 'early'}-${nextModel++}`;
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body: { model, messages: HI, stream: true } });
  const { text } = await answer.whole();
  const line = await eventually(() => gateway.logs().find((one) => one.alias === model));
  expect(text.includes(': keep-alive')).toBe(isLate);
  const { error } = isLate || text.startsWith('data:') ? parseSse(text).json.at(-1) : JSON.parse(text);
  return { error, line };
}

/** Times differ from one try to the next, and the name of the model. */
const words = (message: string): string => message.replaceAll(/\d+ ms|(?:early|late)-\d+/g, '…');

const CUT = pieces([sseText(chatEvents([], { finish: null }), { done: false })]);
const CLAUDES = { type: 'error', error: { type: 'overloaded_error', message: 'Too busy.' } };

describe.each<[string, string, readonly [Reply, Reply]]>([
  ['errors', 'pair', [status(500, { code: 'one' }), status(503, { code: 'two' })]],
  ['an error without a code', 'pair', [status(500), status(502)]],
  ['an error, then a broken connection', 'pair', [status(500, { code: 'one' }), closeBeforeAnswer()]],
  ['broken connections', 'pair', [closeBeforeAnswer(), closeBeforeAnswer()]],
  ['refused keys', 'pair', [status(401), status(403)]],
  ['streams without content', 'pair', [CUT, CUT]],
  ['a request that is refused', 'pair', [status(500), status(400, { code: 'odd', message: 'Odd.' })]],
  ['an error of another dialect', 'mixed', [status(500), json(529, CLAUDES)]],
  [
    'streams that begin with an error',
    'pair',
    [CUT, pieces([sseText([{ error: { message: 'no', type: 'server_error', code: 'x' } }])])],
  ],
  ['no HTTP at all', 'pair', [raw('nonsense\r\n\r\n'), raw('nonsense\r\n\r\n')]],
])('%s', (_, prefix, replies) => {
  test('are told and logged in the same way, early and late', async () => {
    const [early, after] = [await ask(prefix, replies, false), await ask(prefix, replies, true)];
    const gist = ({ error, line }: Told) => ({
      error: { ...error, message: words(error.message) },
      status: line.status,
      code: line.error_code,
      backend: line.backend,
      model: line.model === undefined,
      refused: line.refused,
      tries: line.tries.map((one: Json) => [one.backend, one.status, one.failure, one.detail]),
    });
    expect(gist(after)).toEqual(gist(early));
  });
});

test('a page that is no error of anybody’s is told by its status', async () => {
  const page: Reply = raw(
    'HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 12\r\n\r\n<h1>No.</h1>',
  );
  const { error, line } = await ask('pair', [status(500), page], true);
  expect(line).toMatchObject({ status: 502, error_code: 'server_error', backend: 'second' });
  expect(error).toMatchObject({ type: 'server_error', message: expect.stringContaining('502') });
});

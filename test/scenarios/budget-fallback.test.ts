// Aliases that a spent budget names to go on with: only those that the key may use, and whose rate limit lets one more in.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { json } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

const ANSWER = {
  id: 'c',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 },
};
const KEY = 'sk-0123456789abcdef0123456789abcdef';

let upstream: Upstream;
let gateway: Gateway;

beforeEach(async () => {
  upstream = await startUpstream([json(200, ANSWER)]);
});

afterEach(async () => {
  await gateway.stop();
  await settled(upstream);
  await upstream.stop();
});

async function start(more: object): Promise<void> {
  const models = ['chat', 'large', 'small'].map((name) => [name, { routes: [{ backend: 'a', model: name }] }]);
  const config = {
    backends: [{ name: 'a', url: upstream.url }],
    models: Object.fromEntries(models),
    fallback: { cooldown_seconds: 0, max_retries: 0 },
    ...more,
  };
  gateway = await startGateway({ config });
}

/** The model that serves a request for `chat`, or the code of its refusal. */
async function servedBy(): Promise<string> {
  const answer = await send(`${gateway.url}/v1/chat/completions`, {
    headers: { authorization: `Bearer ${KEY}` },
    body: { model: 'chat', messages: [{ role: 'user', content: 'hi' }] },
  });
  const { text } = await answer.whole();
  const model = answer.headers['x-llm-proxy-model'];
  return answer.status === 200 ? String(model) : (JSON.parse(text) as { error: { code: string } }).error.code;
}

async function servedInTurn(times: number): Promise<string[]> {
  const served: string[] = [];
  for (let n = 0; n < times; n++) served.push(await servedBy());
  return served;
}

const once = (...fallback: string[]) => [{ name: 'all', requests: 1, per: 'total', on_exceeded: { fallback } }];

describe('the aliases that a spent budget names', () => {
  test('serve only keys that may use them', async () => {
    const keys = [{ name: 'ci', key: KEY, models: ['chat', 'small'] }];
    await start({ keys, budgets: once('large', 'small') });
    expect(await servedInTurn(3)).toEqual(['chat', 'small', 'small']);
  });

  test('serve only keys whose teams may use them; without any other the budget refuses', async () => {
    const teams = [
      { name: 'all', models: ['chat', 'small'] },
      { name: 'of', parent: 'all' },
    ];
    await start({ teams, keys: [{ name: 'ci', team: 'of', key: KEY, models: ['*'] }], budgets: once('large') });
    expect(await servedInTurn(2)).toEqual(['chat', 'budget_exceeded']);
  });

  test('serve only as fast as their own rate limit says, and use up nothing of the one of the alias asked for', async () => {
    // So slow that no token comes in meanwhile: the bursts are all there is.
    const rates = { enabled: true, burst_factor: 200_000, per_model_rps: { chat: 0.00001, small: 0.000005 } };
    await start({
      keys: [{ name: 'ci', key: KEY, models: ['*'] }],
      rate_limit: rates,
      budgets: once('small', 'large'),
    });
    expect(await servedInTurn(5)).toEqual(['chat', 'small', 'large', 'large', 'large']);
  });

  test('are refused as the budget says if all of them are over their rate limit', async () => {
    const rates = { enabled: true, per_model_rps: { small: 0.000005 } };
    await start({
      keys: [{ name: 'ci', key: KEY, models: ['*'] }],
      rate_limit: rates,
      budgets: once('small'),
    });
    expect(await servedInTurn(3)).toEqual(['chat', 'small', 'budget_exceeded']);
  });
});

// `total_timeout` of the alias that was asked for, and of no other, spans its fallbacks.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { send } from '../kit/client.ts';
import { startGateway, type Gateway } from '../kit/gateway.ts';
import { chatAnswer, hold, stall, status } from '../kit/replies.ts';
import { settled } from '../kit/settled.ts';
import { startUpstream, type Upstream } from '../kit/upstream.ts';

let failing: Upstream;
let slow: Upstream;
let gateway: Gateway;

beforeAll(async () => {
  [failing, slow] = await Promise.all([startUpstream(status(500)), startUpstream(chatAnswer('slow'))]);
  const via = (backend: string, total?: string | number) => ({
    routes: [{ backend, model: 'm' }],
    ...(total === undefined ? {} : { timeout: { total_timeout: total } }),
  });
  gateway = await startGateway({
    config: {
      backends: [
        { name: 'failing', url: failing.url, api_key: 'sk-failing-0000000' },
        { name: 'slow', url: slow.url, api_key: 'sk-slow-0000000000' },
        { name: 'hurried', url: slow.url, api_key: 'sk-slow-0000000000', timeout: { total_timeout: '300ms' } },
      ],
      models: {
        hurried: via('failing', '300ms'),
        patient: via('failing', '20s'),
        plain: via('failing'),
        off: via('failing', 0),
        'to-hurried-backend': via('failing', '20s'),
        'slow-and-patient': via('slow', '20s'),
        'slow-and-hurried': via('slow', '100ms'),
        'at-hurried': via('hurried'),
      },
      timeout: { total_timeout: '20s', first_byte_timeout: 0 },
      fallback: {
        max_retries: 0,
        cooldown_seconds: 0,
        alias_fallback: {
          hurried: ['slow-and-patient'],
          patient: ['slow-and-hurried'],
          plain: ['slow-and-hurried'],
          off: ['slow-and-hurried'],
          'to-hurried-backend': ['at-hurried'],
        },
      },
    },
  });
});

afterAll(async () => {
  await settled(failing, slow);
  await gateway.stop();
  await Promise.all([failing.stop(), slow.stop()]);
});

async function ask(model: string) {
  const body = { model, messages: [{ role: 'user', content: 'hi' }] };
  const answer = await send(`${gateway.url}/v1/chat/completions`, { body });
  const { text } = await answer.whole();
  return { status: answer.status, text };
}

test('the asked alias’s own is over, whatever the fallback allows', async () => {
  slow.script(stall());
  const { status: code, text } = await ask('hurried');
  expect([code, JSON.parse(text).error.code]).toEqual([504, 'total_timeout']);
  expect(JSON.parse(text).error.message).toContain('(300ms)');
});

describe('the fallback’s own does not count', () => {
  test.each(['patient', 'plain', 'off', 'to-hurried-backend'])('for %s', async (alias) => {
    const held = hold(chatAnswer('slow'));
    slow.script(held);
    const answer = ask(alias);
    await Bun.sleep(600);
    held.release();
    expect(await answer).toMatchObject({ status: 200 });
  });
});

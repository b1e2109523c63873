import { describe, expect, test } from 'bun:test';
import { exchangeOf } from '../../../test/kit/exchange.ts';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import type { Endpoint } from '../../core/exchange.ts';
import { withBody } from './budgets.fixture.ts';
import { Expectation } from './expectation.ts';
import { sizeOf } from './request-size.ts';

const UNLIMITED = { input: 300, mostOutput: Infinity, choices: 1 };

describe('what a request is expected to take', () => {
  test('is a long answer and a third more than its text, while nothing is known', () => {
    const expectation = new Expectation();
    expect(expectation.of('ci', 'm', UNLIMITED)).toEqual({ input: 410, output: 1000 });
    expect(expectation.of('ci', 'm', { ...UNLIMITED, mostOutput: 50 }).output).toBe(50);
  });

  test('is learnt by caller and alias: what 95 % of answers had', () => {
    const expectation = new Expectation();
    for (let n = 1; n <= 100; n++) expectation.learn('ci', 'm', UNLIMITED, { input: 450, output: n > 97 ? 8000 : 100 });
    const { input, output } = expectation.of('ci', 'm', UNLIMITED);
    expect(output).toBeWithin(80, 130);
    expect(input).toBeWithin(400, 600);
    expect(expectation.of('other', 'm', UNLIMITED).output).toBe(1000);
    expect(expectation.of('ci', 'other', UNLIMITED).output).toBe(1000);
    for (let n = 0; n < 200; n++) expectation.learn('ci', 'm', UNLIMITED, { input: 450, output: 3000 });
    expect(expectation.of('ci', 'm', UNLIMITED).output).toBeWithin(2000, 3800);
  });

  test('is never less than the length of its text, however little short ones took', () => {
    const expectation = new Expectation();
    for (let n = 0; n < 50; n++) expectation.learn('ci', 'm', UNLIMITED, { input: 10, output: 1 });
    expect(expectation.of('ci', 'm', { ...UNLIMITED, input: 100_000, mostOutput: 1 }).input).toBeGreaterThanOrEqual(
      100_000,
    );
  });
});

test.each([
  ['openai-chat', { max_tokens: 5 }, 5],
  ['openai-chat', { max_completion_tokens: 7, max_tokens: 9 }, 9],
  ['openai-responses', { max_output_tokens: 8, n: 1 }, 8],
  ['anthropic-messages', { max_tokens: 6 }, 6],
  ['openai-chat', { max_tokens: 5, n: 3 }, 15],
  ['gemini', { generationConfig: { maxOutputTokens: 6, candidateCount: 2 } }, 12],
  ['openai-chat', { max_tokens: '5' }, Infinity],
  ['openai-chat', { max_tokens: -1 }, Infinity],
  ['openai-chat', {}, Infinity],
  // Of another dialect: it limits nothing.
  ['openai-chat', { max_output_tokens: 1, generationConfig: { maxOutputTokens: 1 } }, Infinity],
  ['anthropic-messages', { max_completion_tokens: 1, max_tokens: 100_000 }, 100_000],
  ['openai-responses', { max_tokens: 1 }, Infinity],
  ['gemini', { max_tokens: 1 }, Infinity],
  ['gemini-array', { generationConfig: { maxOutputTokens: 6 } }, 6],
] as const)('the most output of the %s request %j is %d tokens', (protocol, fields, most) => {
  const exchange = withBody(exchangeOf(new FakeClock()), fields);
  exchange.endpoint = { protocol } as Endpoint;
  expect(sizeOf(exchange).mostOutput).toBe(most);
});

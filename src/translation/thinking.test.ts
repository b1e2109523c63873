import { expect, test } from 'bun:test';
import { exchangeOf } from '../../test/kit/exchange.ts';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import type { Endpoint } from '../core/exchange.ts';
import type { Route } from '../core/route.ts';
import { thinks } from './thinking.ts';

function asked(model: string, fields: Record<string, unknown>, operation: Endpoint['operation'] = 'generate'): boolean {
  const exchange = exchangeOf(new FakeClock(0));
  exchange.endpoint = { operation } as Endpoint;
  exchange.body = { fields, bytes: 0, withModel: () => '', text: '{}' };
  return thinks({ model } as Route, exchange);
}

test('by the request or by the model, of conversations alone', () => {
  expect(asked('gpt-4o', {})).toBe(false);
  expect(asked('gpt-4o', { reasoning_effort: 'low' })).toBe(true);
  expect(asked('gpt-5', {})).toBe(true);
  expect(asked('gpt-5', {}, 'embed')).toBe(false);
  expect(asked('gpt-5', { reasoning_effort: 'low' }, 'native')).toBe(false);
});

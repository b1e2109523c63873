import { describe, expect, test } from 'bun:test';
import { exchangeOf } from '../../../test/kit/exchange.ts';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { buildSnapshot } from '../../build-snapshot.ts';
import { configOf } from '../../config/schema.ts';
import { LiveBackends } from '../../upstream/backends.ts';
import { withBody } from './budgets.fixture.ts';
import { RequestShape } from './request-shape.ts';
import { sizeOf } from './request-size.ts';
import { TablePricer } from './table-pricer.ts';

const DAY = 24 * 3_600_000;

function pricerOf(prices: Readonly<Record<string, object>>) {
  const clock = new FakeClock();
  const models = Object.keys(prices);
  const config = configOf(
    {
      backends: [{ name: 'a', url: 'demo:' }],
      models: Object.fromEntries(models.map((model) => [model, { routes: [{ backend: 'a', model }] }])),
      prices: Object.fromEntries(
        Object.entries(prices).flatMap(([model, price]) => (model === 'unknown' ? [] : [[`a/${model}`, price]])),
      ),
    },
    '127.0.0.1:0',
  );
  const live = new LiveBackends(() => true);
  const { aliases, prices: book } = buildSnapshot(config, { live, env: {}, prompts: undefined, policies: [] });
  const pricer = new TablePricer(book, clock.wallNow);
  const rates = (model: string, inputTokens: number, fields: Record<string, unknown> = {}) => {
    const route = aliases.get(model)?.tiers[0]?.[0];
    if (route === undefined) throw new Error('it has a route');
    const exchange = withBody(exchangeOf(clock), fields);
    return pricer.rates(route, inputTokens, new RequestShape(exchange, sizeOf(exchange).choices));
  };
  return { clock, rates };
}

test('rates are those of the route, of the length of the input, and of the day, whatever was asked before', () => {
  const { clock, rates } = pricerOf({
    m: {
      input: 1,
      cache_write: 1.25,
      output: 4,
      above: [{ tokens: 1000, input: 2, cache_write: 2.5, output: 8 }],
      changes: [{ from: new Date(new FakeClock().wallNow() + DAY).toISOString(), input: 3, output: 5 }],
    },
    image: { per_image: 0.04 },
    unknown: {},
  });
  for (const _ of [1, 2]) {
    expect(rates('m', 1000)).toEqual({ input: 1_250_000, output: 4_000_000, each: 0 });
    expect(rates('m', 1001)).toEqual({ input: 2_500_000, output: 8_000_000, each: 0 });
    expect(rates('image', 10)).toEqual({ input: 0, output: 0, each: 40_000_000 });
    expect(rates('image', 10, { n: 4 })?.each).toBe(160_000_000);
    expect(rates('unknown', 10)).toBeUndefined();
  }
  clock.advance(DAY);
  expect(rates('m', 1000)).toEqual({ input: 3_000_000, output: 5_000_000, each: 0 });
});

describe('rates are the highest that a request may be charged', () => {
  const { rates } = pricerOf({
    chat: {
      input: 1,
      cache_write: 1.25,
      cache_write_1h: 2,
      output: 4,
      reasoning: 5,
      priority: 2,
      flex: 0.5,
      tools: { web_search: 0.01 },
    },
    media: { input: 1, output: 4, audio_input: 10, audio_output: 20, image_input: 8, image_output: 30 },
  });

  test.each([
    [{}, 1.25, 5],
    [{ service_tier: 'priority' }, 2.5, 10],
    [{ serviceTier: 'PRIORITY' }, 2.5, 10],
    [{ service_tier: 'flex' }, 1.25, 5],
    [{ messages: [{ content: [{ cache_control: { type: 'ephemeral', ttl: '1h' } }] }] }, 2, 5],
  ])('in the tier, and for the cache, that %j asks for', (fields, input, output) => {
    expect(rates('chat', 10, fields)).toEqual({ input: input * 1e6, output: output * 1e6, each: 0 });
  });

  test.each([
    [{}, 1, 30],
    [{ modalities: ['audio'] }, 10, 30],
    [{ contents: [{ parts: [{ inlineData: { mimeType: 'image/png' } }] }] }, 8, 30],
  ])('for the media of %j', (fields, input, output) => {
    expect(rates('media', 10, fields)).toEqual({ input: input * 1e6, output: output * 1e6, each: 0 });
  });

  test.each([
    [{ tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }] }, 3],
    [{ tools: [{ type: 'web_search' }], max_tool_calls: 2 }, 2],
    [{ tools: [{ googleSearch: {} }] }, 5],
    [{ web_search_options: {} }, 5],
    [
      {
        tools: [
          { type: 'function', function: { name: 'web_search' } },
          { name: 'f', input_schema: {} },
        ],
      },
      0,
    ],
  ])('for the tools of the provider in %j', (fields, calls) => {
    expect(rates('chat', 10, fields)?.each).toBe(calls * 10_000_000);
  });
});

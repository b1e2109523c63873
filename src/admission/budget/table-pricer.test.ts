import { expect, test } from 'bun:test';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { buildSnapshot } from '../../build-snapshot.ts';
import { configOf } from '../../config/schema.ts';
import { LiveBackends } from '../../upstream/backends.ts';
import { TablePricer } from './table-pricer.ts';

const DAY = 24 * 3_600_000;

test('rates are those of the route, of the length of the input, and of the day, whatever was asked before', () => {
  const clock = new FakeClock();
  const models = ['m', 'image', 'unknown'];
  const config = configOf(
    {
      backends: [{ name: 'a', url: 'demo:' }],
      models: Object.fromEntries(models.map((model) => [model, { routes: [{ backend: 'a', model }] }])),
      prices: {
        'a/m': {
          input: 1,
          cache_write: 1.25,
          output: 4,
          above: [{ tokens: 1000, input: 2, cache_write: 2.5, output: 8 }],
          changes: [{ from: new Date(clock.wallNow() + DAY).toISOString(), input: 3, output: 5 }],
        },
        'a/image': { per_image: 0.04 },
      },
    },
    '127.0.0.1:0',
  );
  const live = new LiveBackends(() => true);
  const { aliases, prices } = buildSnapshot(config, { live, env: {}, prompts: undefined, policies: [] });
  const [m, image, unknown] = models.map((name) => aliases.get(name)?.tiers[0]?.[0]);
  if (m === undefined || image === undefined || unknown === undefined) throw new Error('they have routes');
  const pricer = new TablePricer(prices, clock.wallNow);
  for (const _ of [1, 2]) {
    expect(pricer.rates(m, 1000)).toEqual({ input: 1_250_000, output: 4_000_000, each: 0 });
    expect(pricer.rates(m, 1001)).toEqual({ input: 2_500_000, output: 8_000_000, each: 0 });
    expect(pricer.rates(image, 10)).toEqual({ input: 0, output: 0, each: 40_000_000 });
    expect(pricer.rates(unknown, 10)).toBeUndefined();
  }
  clock.advance(DAY);
  expect(pricer.rates(m, 1000)).toEqual({ input: 3_000_000, output: 5_000_000, each: 0 });
});

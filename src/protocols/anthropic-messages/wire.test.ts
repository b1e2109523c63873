import { expect, test } from 'bun:test';
import { models } from './models.ts';
import { wire } from './wire.ts';

test('addresses', () => {
  const to = { model: 'm', stream: false };
  expect(wire.address('generate', to)).toBe('/messages');
  expect(wire.address('count_tokens', to)).toBe('/messages/count_tokens');
  expect(wire.address('embed', to)).toBeUndefined();
});

test('models as the SDK pages through them', () => {
  expect(models.list(['a', 'b'], 0)).toEqual({
    data: [
      { type: 'model', id: 'a', display_name: 'a', created_at: '1970-01-01T00:00:00.000Z' },
      { type: 'model', id: 'b', display_name: 'b', created_at: '1970-01-01T00:00:00.000Z' },
    ],
    has_more: false,
    first_id: 'a',
    last_id: 'b',
  });
  expect(models.list([], 0)).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
});

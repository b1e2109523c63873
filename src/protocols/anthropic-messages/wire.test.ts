import type { ModelInfo } from '@anthropic-ai/sdk/resources/models';
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
    data: [model('a'), model('b')],
    has_more: false,
    first_id: 'a',
    last_id: 'b',
  });
  expect(models.list([], 0)).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
});

/** As the SDK has it: no field is optional. */
function model(id: string): ModelInfo {
  return {
    type: 'model',
    id,
    display_name: id,
    created_at: '1970-01-01T00:00:00.000Z',
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    line: null,
    capabilities: null,
    max_input_tokens: null,
    max_tokens: null,
  };
}

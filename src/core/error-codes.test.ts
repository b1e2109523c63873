import { expect, test } from 'bun:test';
import { meaningOf } from './error-codes.ts';
import { layersOf } from './error-layers.ts';

test.each([
  ['Throttling', 429, undefined],
  ['Throttling.RateQuota', 429, undefined],
  ['DataInspectionFailed', 400, 'content_filter'],
  ['ServiceQuotaExceededException', 429, undefined],
  ['Arrearage', 402, 'refused'],
  ['provider_overloaded', 503, 'overloaded'],
] as const)('%s means %d, %p', (code, status, kind) => {
  expect(meaningOf(code)).toMatchObject({ status, ...(kind === undefined ? {} : { kind }) });
});

test.each(['constructor', 'Throttle.', '.', ''])('%j says nothing', (code) => {
  expect(meaningOf(code)).toBeUndefined();
});

test('what kind of error it is may stand beside what the provider called it', () => {
  const object = { code: 502, message: 'm', metadata: { error_type: 'context_length_exceeded', raw: '{}' } };
  const error = { type: undefined, code: '502', message: 'm', status: 502, retryAfterMs: undefined, object };
  expect(layersOf(error)[0]?.codes).toContain('context_length_exceeded');
});

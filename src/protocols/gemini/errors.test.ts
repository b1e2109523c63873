import { describe, expect, test } from 'bun:test';
import { errorAsEvent, errorBody, errorStatus, readError } from './errors.ts';

const error = { status: 429, message: 'Slow down.', type: 'rate_limit_error', code: null, param: null };

describe('an error of the gateway', () => {
  test('has the word that goes with its status', () => {
    const wordOf = (status: number): unknown => JSON.parse(errorBody({ ...error, status })).error.status;
    expect([400, 401, 403, 404, 413, 422, 429, 500, 502, 503, 504].map(wordOf)).toEqual([
      'INVALID_ARGUMENT',
      'UNAUTHENTICATED',
      'PERMISSION_DENIED',
      'NOT_FOUND',
      'INVALID_ARGUMENT',
      'INVALID_ARGUMENT',
      'RESOURCE_EXHAUSTED',
      'INTERNAL',
      'UNAVAILABLE',
      'UNAVAILABLE',
      'DEADLINE_EXCEEDED',
    ]);
  });

  test('without details has none', () => {
    expect(errorBody(error)).toBe('{"error":{"code":429,"message":"Slow down.","status":"RESOURCE_EXHAUSTED"}}');
  });

  test('is overloaded with 503, also where Anthropic says 529', () => {
    expect(errorStatus(529)).toBe(503);
    expect(errorStatus(429)).toBe(429);
    expect(JSON.parse(errorBody({ ...error, status: 529 })).error).toMatchObject({ code: 503, status: 'UNAVAILABLE' });
  });

  test('is read as it was written', () => {
    const full = { ...error, code: 'rate_limit_exceeded', param: 'contents', retryAfterMs: 1500 };
    expect(readError(JSON.parse(errorBody(full)))).toMatchObject({
      type: 'RESOURCE_EXHAUSTED',
      code: 'rate_limit_exceeded',
      message: 'Slow down.',
      status: 429,
      retryAfterMs: 1500,
    });
  });
});

describe('an error of an upstream', () => {
  const quota = {
    error: {
      code: 429,
      message: 'quota',
      status: 'RESOURCE_EXHAUSTED',
      details: [
        { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [] },
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '17s' },
      ],
    },
  };

  test('tells when to come again', () => expect(readError(quota)).toMatchObject({ status: 429, retryAfterMs: 17_000 }));

  test('may stand in an array', () => {
    expect(readError([quota])).toEqual(readError(quota));
    expect(errorAsEvent([quota])).toBe(`data: ${JSON.stringify(quota)}\n\n`);
  });

  test.each([
    [{ error: { status: 'UNAVAILABLE' } }, { status: 503, type: 'UNAVAILABLE', code: undefined }],
    [{ error: { code: 400, details: [{ reason: 'API_KEY_INVALID' }] } }, { status: 400, code: 'API_KEY_INVALID' }],
    [{ error: 'no' }, { message: 'no', status: undefined }],
    [{ error: { code: 'x', status: 'SOMETHING_NEW' } }, { status: undefined, type: 'SOMETHING_NEW' }],
  ])('%j', (body, expected) => expect(readError(body)).toMatchObject(expected));

  test.each([[{}], [{ error: null }], [[]], [null], ['error'], [{ candidates: [] }]])('%j is none', (body) => {
    expect(readError(body)).toBeUndefined();
    expect(errorAsEvent(body)).toBeUndefined();
  });
});

import { describe, expect, test } from 'bun:test';
import { readError } from '../openai/error-body.ts';
import { errorBody, errorEvent } from './errors.ts';

const error = { message: 'It "failed".\nTry again.', type: 'server_error', code: 'read_timeout', param: null };

const gatewayError = { ...error, status: 504 };

test("an error of the gateway has OpenAI's shape, as a body and as an event", () => {
  expect(JSON.parse(errorBody(gatewayError))).toEqual({ error });
  const event = errorEvent(gatewayError);
  expect(event).toMatch(/^data: [^\n]*\n\n$/);
  expect(JSON.parse(event.slice('data: '.length))).toEqual({ error });
});

describe('readError', () => {
  test('reads what it wrote', () => {
    expect(readError(JSON.parse(errorBody(gatewayError)))).toMatchObject({
      type: 'server_error',
      code: 'read_timeout',
    });
  });

  test.each([
    ['a good answer', { choices: [] }],
    ['error: null', { error: null, choices: [] }],
    ['error: false', { error: false }],
    ['no object', 'error'],
    ['nothing', undefined],
    ['null', null],
    ['an empty list', []],
  ])('%s holds none', (_what, body) => expect(readError(body)).toBeUndefined());

  test.each([
    ['OpenAI', { error: { message: 'm', type: 't', code: 'c' } }, { type: 't', code: 'c', status: undefined }],
    ['a bare string', { error: 'model not found' }, { type: undefined, code: undefined, status: undefined }],
    ['an empty object', { error: {} }, { type: undefined, code: undefined, status: undefined }],
    ['a status as code', { error: { code: 429 } }, { code: undefined, status: 429 }],
    ['a status as text', { error: { code: '503' } }, { code: '503', status: 503 }],
    ['a number that is no status', { error: { code: 7 } }, { code: undefined, status: undefined }],
    [
      'Azure, whose content filter is named inside',
      { error: { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } } },
      { code: 'ResponsibleAIPolicyViolation' },
    ],
    [
      'Google, in a list, with the time to wait',
      [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', details: [{ '@type': 'x' }, { retryDelay: '17.5s' }] } }],
      { type: 'RESOURCE_EXHAUSTED', status: 429, retryAfterMs: 17_500 },
    ],
    [
      'Google, with a bad key',
      { error: { code: 400, status: 'INVALID_ARGUMENT', details: [{ reason: 'API_KEY_INVALID' }] } },
      { code: 'API_KEY_INVALID', status: 400 },
    ],
    ['a delay that is none', { error: { details: [{ retryDelay: 'soon' }, null] } }, { retryAfterMs: undefined }],
    ['a type beside the error', { type: 'error', error: { message: 'm' } }, { type: 'error' }],
  ])('%s', (_what, body, expected) => expect(readError(body)).toMatchObject(expected));

  test('keeps the error as it stood', () => {
    const object = { message: 'm', more: [1] };
    expect(readError({ error: object })?.object).toBe(object);
    expect(readError({ error: 'm' })?.object).toBe('m');
  });
});

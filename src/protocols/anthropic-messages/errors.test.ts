import { describe, expect, test } from 'bun:test';
import { errorAsEvent, errorBody, errorEvent, errorStatus, readError } from './errors.ts';

const error = { status: 429, message: 'slow down', type: 'rate_limit_error', code: null, param: null };

describe('errors that the gateway writes', () => {
  test.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [408, 'timeout_error'],
    [413, 'request_too_large'],
    [422, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [502, 'api_error'],
    [503, 'overloaded_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('%i is of type %s', (status, type) =>
    expect(JSON.parse(errorBody({ ...error, status }))).toEqual({
      type: 'error',
      error: { type, message: 'slow down' },
    }),
  );

  test('a code is where the SDK looks for it', () =>
    expect(JSON.parse(errorBody({ ...error, code: 'queue_full' })).error.details).toEqual({
      error_code: 'queue_full',
    }));

  test('a conversation that is too long is told in the words that agents know', () =>
    expect(JSON.parse(errorBody({ ...error, status: 400, code: 'context_length_exceeded' })).error.message).toBe(
      'prompt is too long: slow down',
    ));

  test('an event has its name', () => expect(errorEvent(error)).toStartWith('event: error\ndata: {"type":"error",'));

  test.each([
    [503, 529],
    [529, 529],
    [429, 429],
  ])('status %i is %i here', (status, expected) => expect(errorStatus(status)).toBe(expected));
});

describe('errors of an upstream', () => {
  test.each([
    ['overloaded_error', 529],
    ['api_error', 500],
    ['rate_limit_error', 429],
    ['of_a_later_time', undefined],
  ])('%s', (type, status) => {
    const body = { type: 'error', error: { type, message: 'm' }, request_id: 'req_1' };
    expect(readError(body)).toMatchObject({ type, status, message: 'm', code: undefined, object: body.error });
  });

  test('the code is in the details', () =>
    expect(
      readError({ error: { type: 'invalid_request_error', details: { error_code: 'tool_name_conflict' } } })?.code,
    ).toBe('tool_name_conflict'));

  test.each([
    ['a message', { type: 'message', content: [] }],
    ['no error', { error: null }],
    ['a list', []],
    ['nothing', null],
  ])('%s is none', (_what, body) => {
    expect(readError(body)).toBeUndefined();
    expect(errorAsEvent(body)).toBeUndefined();
  });

  test('a thread that another backend cannot keep is refused in the words that the SDKs act on', () => {
    const refused = { ...error, status: 400, code: 'not_carried', param: 'thread' };
    expect(JSON.parse(errorBody(refused)).error.details.error_code).toBe('thread_unsupported_request');
    expect(JSON.parse(errorBody({ ...refused, param: 'n' })).error.details).toEqual({ error_code: 'not_carried' });
  });

  test('a bare word is one', () => expect(readError({ error: 'no' })?.message).toBe('no'));

  test('as an event it is as it was, with its type', () => {
    expect(errorAsEvent({ type: 'error', error: { type: 'x' }, request_id: 'r' })).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"x"},"request_id":"r"}\n\n',
    );
    expect(errorAsEvent({ error: { type: 'x' } })).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"x"}}\n\n',
    );
  });
});

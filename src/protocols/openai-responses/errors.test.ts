import { describe, expect, test } from 'bun:test';
import { classifyAnswer } from '../../core/classify.ts';
import type { GatewayError } from '../../core/gateway-error.ts';
import type { Json } from '../../../test/kit/json.ts';
import { BegunResponse } from './begun-response.ts';
import { errorAsEvent, errorBody, errorEvent, readError } from './errors.ts';

const base: GatewayError = { status: 502, message: 'It broke.', type: 'server_error', code: null, param: null };

function dataOf(event: string | undefined): Json {
  expect(event).toStartWith('event: response.failed\ndata: {');
  return JSON.parse((event ?? '').split('data: ')[1] ?? '');
}

describe('what the gateway writes', () => {
  test('a body of the shape of all of OpenAI', () => {
    expect(JSON.parse(errorBody({ ...base, code: 'x', param: 'input' }))).toEqual({
      error: { message: 'It broke.', type: 'server_error', code: 'x', param: 'input' },
    });
  });

  test('an event that both the SDKs and Codex take for an error', () => {
    const data = dataOf(errorEvent({ ...base, code: 'stream_interrupted' }));
    expect(data['type']).toBe('response.failed');
    expect(data['error']).toEqual({
      message: 'It broke.',
      type: 'server_error',
      code: 'stream_interrupted',
      param: null,
    });
    expect(data['response']).toMatchObject({
      status: 'failed',
      error: { code: 'stream_interrupted', message: 'It broke.' },
    });
  });

  test('a response that never began has all that the SDK’s has', () => {
    const { response, sequence_number: number } = dataOf(errorEvent(base));
    const { metadata, parallel_tool_calls, tool_choice, tools, temperature, top_p, instructions, model } = response;
    expect({ metadata, parallel_tool_calls, tool_choice, tools, temperature, top_p, instructions, model }).toEqual({
      metadata: {},
      parallel_tool_calls: true,
      tool_choice: 'auto',
      tools: [],
      temperature: null,
      top_p: null,
      instructions: null,
      model: '',
    });
    expect([response.output, response.incomplete_details, number]).toEqual([[], null, 0]);
  });

  test('one that began goes on, with the next number', () => {
    const told = {
      id: 'resp_1',
      created_at: 7,
      model: 'm',
      instructions: 'Größe \u{1f642}',
      metadata: { a: 'b' },
      tools: [{}],
    };
    const begin = (response: object): BegunResponse => {
      const begun = new BegunResponse();
      const event = { type: 'response.created', sequence_number: 0, response };
      begun.see(event, Buffer.from(JSON.stringify(event)).toString('latin1'));
      begun.see({ type: 'response.output_text.delta', sequence_number: 41 }, '');
      begun.see({ type: 'response.output_text.delta' }, '');
      return begun;
    };
    const data = dataOf(errorEvent(base, begin(told)));
    expect(data['response']).toMatchObject({ ...told, status: 'failed', error: { code: 'server_error' } });
    expect(data['sequence_number']).toBe(42);
    const long = dataOf(errorEvent(base, begin({ ...told, instructions: 'x'.repeat(70_000) })))['response'];
    expect(long).toMatchObject({ id: 'resp_1', created_at: 7, model: 'm', instructions: null, tools: [] });
  });

  test('a rate limit says when to try again, in the words that Codex looks for', () => {
    const error = { ...base, status: 429, type: 'rate_limit_error', message: 'Too many.', retryAfterMs: 1500 };
    expect(dataOf(errorEvent(error))['response'].error).toEqual({
      code: 'rate_limit_exceeded',
      message: 'Too many. Please try again in 1.5s.',
    });
    expect(dataOf(errorEvent({ ...error, message: 'Slow' }))['response'].error.message).toBe(
      'Slow. Please try again in 1.5s.',
    );
    const said = { ...error, message: 'Try again in 3s.' };
    expect(JSON.parse(errorBody(said)).error.message).toBe('Try again in 3s.');
  });

  test.each([
    [{ status: 529 }, 'server_is_overloaded'],
    [{ code: 'overloaded_error' }, 'server_is_overloaded'],
    [{ status: 429, code: 'insufficient_quota' }, 'insufficient_quota'],
    [{ code: 'model_context_window_exceeded' }, 'context_length_exceeded'],
    [{ code: 'queue_full', status: 503 }, 'queue_full'],
    [{ status: 400 }, null],
  ])('%j has the code %p', (fields, code) => {
    expect(JSON.parse(errorBody({ ...base, ...fields })).error.code).toBe(code);
  });
});

describe("an upstream's error body as an event", () => {
  test('keeps its words', () => {
    const error = {
      message: 'Too long.',
      type: 'invalid_request_error',
      param: 'input',
      code: 'context_length_exceeded',
    };
    const data = dataOf(errorAsEvent({ error }));
    expect(data['error']).toEqual(error);
    expect(data['response'].error).toEqual({ code: 'context_length_exceeded', message: 'Too long.' });
  });

  test('has the code by which Codex compacts, where the backend says in words alone that it is too long', () => {
    const message = "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens.";
    for (const error of [{ message, type: 'BadRequestError', code: 400 }, message]) {
      expect(dataOf(errorAsEvent({ error }))['response'].error).toEqual({ code: 'context_length_exceeded', message });
    }
    const quoted = { message: `No such tool: ${message}`, type: 'BadRequestError', code: 400 };
    expect(dataOf(errorAsEvent({ error: quoted }))['response'].error.code).not.toBe('context_length_exceeded');
  });

  test('is none if there is no error', () => {
    expect(errorAsEvent({ object: 'response', status: 'completed', error: null, output: [] })).toBeUndefined();
  });
});

describe('what is read', () => {
  const rate = { code: 'rate_limit_exceeded', message: 'Slow down.' };
  test.each([
    ['a body', { error: { ...rate, type: 'requests' } }],
    ['a failed response', { object: 'response', status: 'failed', error: rate, output: [] }],
    ['response.failed', { type: 'response.failed', response: { status: 'failed', error: rate } }],
    ['an error event that is the error', { type: 'error', sequence_number: 3, param: null, ...rate }],
    ['an error event that holds the error', { type: 'error', sequence_number: 3, error: rate }],
  ])('%s', (_what, body) => {
    expect(readError(body)).toMatchObject({ code: 'rate_limit_exceeded', message: 'Slow down.' });
  });

  test('our own event', () => {
    expect(readError(dataOf(errorEvent({ ...base, code: 'read_timeout' })))).toMatchObject({ code: 'read_timeout' });
  });

  test.each([
    [{ type: 'response.failed', response: { status: 'failed', error: null } }],
    [{ object: 'response', status: 'failed', error: null }],
  ])('a failure that does not say why: %j', (body) => {
    expect(readError(body)).toMatchObject({ type: 'server_error', code: undefined });
  });

  test.each([
    [undefined],
    [{ object: 'response', status: 'completed', error: null }],
    [{ object: 'response', status: 'incomplete', error: null, incomplete_details: { reason: 'content_filter' } }],
    [{ type: 'response.created', response: { status: 'in_progress', error: null } }],
  ])('%j is none', (body) => expect(readError(body)).toBeUndefined());

  test.each([
    ['server_error', 'server_error'],
    ['rate_limit_exceeded', 'rate_limited'],
    ['invalid_prompt', 'bad_request'],
    ['image_too_large', 'bad_request'],
    ['context_length_exceeded', 'context_length'],
    ['server_is_overloaded', 'overloaded'],
    ['insufficient_quota', 'refused'],
  ])('%s in a stream is a failure of the kind %s', (code, kind) => {
    const error = readError({ type: 'response.failed', response: { error: { code, message: 'x' } } });
    const answer = { status: 200, headers: new Headers(), body: new Uint8Array() };
    expect(classifyAnswer(answer, error, { statuses: [], patterns: [] }).kind).toBe(kind as never);
  });
});

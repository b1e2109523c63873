import { describe, expect, test } from 'bun:test';
import { classifyAnswer, retryAfterMs } from './classify.ts';
import type { DetectionRules, UpstreamError } from './classify.ts';
import type { Failure, HeldAnswer } from './failure.ts';

const DEFAULT: DetectionRules = {
  statuses: [
    { from: 429, to: 429 },
    { from: 500, to: 599 },
    ...[401, 402, 403, 404, 408].map((status) => ({ from: status, to: status })),
  ],
  patterns: [],
};
const NOTHING: DetectionRules = { statuses: [], patterns: [] };

function answer(status: number, body = '', headers: Record<string, string> = {}): HeldAnswer {
  return { status, headers: new Headers(headers), body: new TextEncoder().encode(body) };
}

function error(fields: Partial<UpstreamError> = {}): UpstreamError {
  return { type: undefined, code: undefined, status: undefined, retryAfterMs: undefined, object: {}, ...fields };
}

function classified(status: number, fields?: Partial<UpstreamError>, rules = DEFAULT): Failure {
  return classifyAnswer(answer(status), fields === undefined ? undefined : error(fields), rules);
}

describe('by status', () => {
  test.each([
    [400, 'bad_request', false],
    [401, 'refused', true],
    [402, 'refused', true],
    [403, 'refused', true],
    [404, 'not_found', true],
    [408, 'server_error', true],
    [409, 'bad_request', false],
    [413, 'bad_request', false],
    [422, 'bad_request', false],
    [429, 'rate_limited', true],
    [500, 'server_error', true],
    [502, 'server_error', true],
    [503, 'overloaded', true],
    [529, 'overloaded', true],
    [599, 'server_error', true],
  ] as const)('%i is %s; routed around by default: %p', (status, kind, routedAround) => {
    expect(classified(status)).toMatchObject({ kind, status, routedAround, detail: undefined });
  });

  test('a 400 is routed around if the rules say so; no row is if they name none', () => {
    const rules = { statuses: [{ from: 400, to: 499 }], patterns: [] };
    expect(classified(400, undefined, rules)).toMatchObject({ kind: 'bad_request', routedAround: true });
    expect(classified(500, undefined, NOTHING)).toMatchObject({ kind: 'server_error', routedAround: false });
  });
});

describe('by code and type', () => {
  test.each([
    [400, { code: 'context_length_exceeded' }, 'context_length', true],
    [400, { code: 'content_filter' }, 'content_filter', false],
    [429, { code: 'insufficient_quota' }, 'refused', true],
    [429, { type: 'insufficient_quota' }, 'refused', true],
    [500, { type: 'overloaded_error' }, 'overloaded', true],
    [429, { code: 'something_new', type: 'rate_limit_error' }, 'rate_limited', true],
    [400, { code: 'API_KEY_INVALID', type: 'INVALID_ARGUMENT' }, 'refused', true],
    [400, { code: 'model_context_window_exceeded' }, 'context_length', true],
    [400, { code: 'previous_response_not_found' }, 'bad_request', true],
    [400, { type: 'FAILED_PRECONDITION' }, 'bad_request', false],
    [403, { type: 'PERMISSION_DENIED' }, 'refused', true],
    [529, { type: 'overloaded_error' }, 'overloaded', true],
  ] as const)('%i with %p is %s', (status, fields, kind, routedAround) => {
    expect(classified(status, fields)).toMatchObject({ kind, routedAround });
  });

  test('a context length error goes to L2 whatever the rules say', () => {
    const failure = classified(400, { code: 'context_length_exceeded' }, NOTHING);
    expect(failure).toMatchObject({ kind: 'context_length', routedAround: true });
  });

  test('a content filter stands even where the rules name its status', () => {
    const rules = { statuses: [{ from: 400, to: 599 }], patterns: [{ match: 'filter', as: undefined }] };
    expect(classified(400, { code: 'content_filter' }, rules).routedAround).toBe(false);
  });

  test('names of Object.prototype are codes like any other', () => {
    for (const code of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(classified(500, { code })).toMatchObject({ kind: 'server_error', routedAround: true });
      expect(classified(200, { code })).toMatchObject({ kind: 'server_error', routedAround: true });
    }
  });

  test('the detail is the code, or else the type', () => {
    expect(classified(500, { code: 'c', type: 't' }).detail).toBe('c');
    expect(classified(500, { type: 't' }).detail).toBe('t');
  });
});

describe('a bad key that Google calls an invalid argument', () => {
  const fields = { code: 'API_KEY_INVALID', type: 'INVALID_ARGUMENT' };

  test('means 401', () => expect(classified(400, fields)).toMatchObject({ status: 400, meantStatus: 401 }));

  test('is routed around where the rules name the status that it came with', () => {
    const rules = { statuses: [{ from: 400, to: 400 }], patterns: [] };
    expect(classified(400, fields, rules).routedAround).toBe(true);
    expect(classified(400, fields, NOTHING).routedAround).toBe(false);
  });
});

describe('with the account of the client, or nobody', () => {
  test.each([
    [401, {}, 'client_refused'],
    [402, {}, 'client_refused'],
    [403, {}, 'client_refused'],
    [429, { code: 'insufficient_quota' }, 'client_refused'],
    [404, {}, 'not_found'],
    [429, {}, 'rate_limited'],
  ] as const)('%i %p is %s', (status, fields, kind) => {
    for (const account of ['client', 'nobody'] as const) {
      expect(classifyAnswer(answer(status), error(fields), DEFAULT, account)).toMatchObject({
        kind,
        routedAround: true,
      });
    }
  });
});

describe('an error in a 2xx answer', () => {
  test.each([
    [{ status: 400, code: 'API_KEY_INVALID' }, 'refused', true],
    [{ status: 429, type: 'RESOURCE_EXHAUSTED' }, 'rate_limited', true],
    [{ type: 'UNAVAILABLE' }, 'overloaded', true],
    [{ type: 'api_error' }, 'server_error', true],
    [{ type: 'timeout_error' }, 'server_error', true],
    [{ type: 'billing_error' }, 'refused', true],
    [{}, 'server_error', true],
    [{ code: 'whatever' }, 'server_error', true],
    [{ code: 'rate_limit_exceeded' }, 'rate_limited', true],
    [{ status: 429 }, 'rate_limited', true],
    [{ status: 503 }, 'overloaded', true],
    [{ type: 'overloaded_error' }, 'overloaded', true],
    [{ type: 'invalid_request_error' }, 'bad_request', false],
    [{ type: 'authentication_error' }, 'refused', true],
    [{ code: 'insufficient_quota' }, 'refused', true],
    [{ code: 'model_not_found', type: 'invalid_request_error' }, 'not_found', true],
  ] as const)('%p is %s', (fields, kind, routedAround) => {
    expect(classified(200, fields)).toMatchObject({ kind, status: 200, routedAround });
  });
});

describe('error_patterns', () => {
  const rules = { statuses: [], patterns: [{ match: 'try later', as: undefined }] };

  test('are looked for in an error body, in any case, and taken literally', () => {
    expect(classifyAnswer(answer(400, '{"error":"Please TRY LATER"}'), undefined, rules).routedAround).toBe(true);
    expect(classifyAnswer(answer(400, 'try  later'), undefined, rules).routedAround).toBe(false);
    expect(
      classifyAnswer(answer(400, 'axb'), undefined, { statuses: [], patterns: [{ match: 'a.b', as: undefined }] })
        .routedAround,
    ).toBe(false);
  });

  test('in 64 KiB of it', () => {
    const within = answer(400, `${' '.repeat(65_527)}try later`);
    const beyond = answer(400, `${' '.repeat(65_528)}try later`);
    expect(classifyAnswer(within, undefined, rules).routedAround).toBe(true);
    expect(classifyAnswer(beyond, undefined, rules).routedAround).toBe(false);
  });

  test('of a 2xx answer only in its error object, never in what a model said', () => {
    const body = '{"choices":[{"message":{"content":"try later"}}],"error":{"message":"no"}}';
    expect(classifyAnswer(answer(200, body), error({ object: { message: 'no' } }), rules).routedAround).toBe(false);
    expect(classifyAnswer(answer(200, ''), error({ object: { message: 'Try later!' } }), rules).routedAround).toBe(
      true,
    );
  });

  test('never change what the failure is', () => {
    const failure = classifyAnswer(answer(400, 'try later: 429, context_length_exceeded'), undefined, rules);
    expect(failure).toMatchObject({ kind: 'bad_request', routedAround: true });
  });
});

describe('retryAfterMs', () => {
  const now = Date.UTC(2026, 0, 1);

  test.each([
    [{}, undefined],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '0.5' }, undefined],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT' }, 7000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 23:59:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': '+5' }, undefined],
    [{ 'retry-after': '5,5' }, undefined],
    [{ 'retry-after': '5, 5' }, undefined],
    [{ 'retry-after': '.5' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': '  ' }, undefined],
    [{ 'retry-after': ' 7 ' }, 7000],
    [{ 'retry-after': '007' }, 7000],
    [{ 'retry-after': '1e3' }, undefined],
    [{ 'retry-after': '0x10' }, undefined],
    [{ 'retry-after': '5s' }, undefined],
    [{ 'retry-after': '5 seconds' }, undefined],
    [{ 'retry-after': 'Infinity' }, undefined],
    [{ 'retry-after': '9'.repeat(400) }, undefined],
    [{ 'retry-after-ms': '9'.repeat(400), 'retry-after': '3' }, 3000],
    [{ 'retry-after-ms': '-5' }, undefined],
    [{ 'retry-after-ms': '1.5' }, 1.5],
    [{ 'retry-after': 'Thursday, 01-Jan-26 00:00:07 GMT' }, 7000],
    [{ 'retry-after': 'Thu Jan  1 00:00:07 2026' }, 7000],
    [{ 'retry-after': '2026' }, 2_026_000],
    [{ 'retry-after': '2026-01-01' }, undefined],
    // The backend's clock is an hour ahead.
    [{ 'retry-after': 'Thu, 01 Jan 2026 01:00:07 GMT', date: 'Thu, 01 Jan 2026 01:00:00 GMT' }, 7000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:07 GMT', date: 'today' }, 7000],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9000],
  ] as const)('%p', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), now)).toBe(expected);
  });

  test('the header comes before what the body says', () => {
    const body = error({ retryAfterMs: 17_000 });
    expect(classifyAnswer(answer(429), body, DEFAULT).retryAfterMs).toBe(17_000);
    expect(classifyAnswer(answer(429, '', { 'retry-after': '3' }), body, DEFAULT).retryAfterMs).toBe(3000);
  });
});

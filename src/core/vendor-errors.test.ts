import { describe, expect, test } from 'bun:test';
import * as vendors from '../../test/fixtures/vendor-errors.ts';
import type { VendorError } from '../../test/fixtures/vendor-errors.ts';
import { protocolOf } from '../protocols/registry.ts';
import { ACCOUNT_WORDINGS } from './account-wordings.ts';
import { classifyAnswer } from './classify.ts';
import type { Failure } from './failure.ts';
import { readGenericError } from './generic-error.ts';
import type { ProtocolName } from './part.ts';
import { TOO_LONG_WORDINGS } from './too-long-wordings.ts';

const RULES = {
  statuses: [401, 402, 403, 404, 408, 429].map((status) => ({ from: status, to: status })),
  patterns: [],
};
const DIALECTS: Record<string, ProtocolName> = {
  anthropic: 'anthropic-messages',
  gemini: 'gemini',
  'openai-responses': 'openai-responses',
};

function classified({ dialect, status, body }: VendorError): Failure {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { errors } = protocolOf(dialect === undefined ? 'openai-chat' : (DIALECTS[dialect] ?? 'openai-chat'));
  const error = errors.read(parsed(text)) ?? readGenericError(parsed(text));
  const answer = { status, headers: new Headers(), body: new TextEncoder().encode(text) };
  return classifyAnswer(answer, error, { ...RULES, statuses: [...RULES.statuses, { from: 500, to: 599 }] });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const named = (errors: readonly VendorError[]) => errors.map((error) => [error.vendor, error] as const);

describe('a conversation that is too long, as told by', () => {
  test.each(named(vendors.TOO_LONG))('%s', (_, error) => {
    const failure = classified(error);
    expect(failure).toMatchObject({ kind: 'context_length', routedAround: true, message: undefined });
    expect([400, 413, 422]).toContain(failure.meantStatus ?? 0);
  });
});

describe('what is no length:', () => {
  test.each(named(vendors.NOT_TOO_LONG))('%s', (_, error) => {
    expect(classified(error)).toMatchObject({ kind: 'bad_request', routedAround: false, message: undefined });
  });

  test.each(named(vendors.RATE_LIMITED))('the rate limit of %s', (_, error) => {
    expect(classified(error)).toMatchObject({ kind: 'rate_limited', meantStatus: 429, routedAround: true });
  });
});

describe('an account that may not go on, as told by', () => {
  test.each(named(vendors.REFUSED))('%s', (_, error) => {
    const failure = classified(error);
    expect(failure).toMatchObject({ kind: 'refused', routedAround: true });
    expect([402, 403, 429]).toContain(failure.meantStatus ?? 0);
  });
});

describe('too much load, as told by', () => {
  test.each(named(vendors.OVERLOADED))('%s', (_, error) => {
    expect(classified(error)).toMatchObject({ kind: 'overloaded', routedAround: true });
  });
});

describe('the wordings', () => {
  test('name where they are from', () => {
    for (const { vendor, source, seen } of [...TOO_LONG_WORDINGS, ...ACCOUNT_WORDINGS]) {
      expect(vendor).not.toBe('');
      expect(source).toStartWith('https://');
      expect(seen).toMatch(/^20\d\d-\d\d$/);
    }
  });

  test('begin the message, and take no longer for a longer one', () => {
    for (const { begins } of [...TOO_LONG_WORDINGS, ...ACCOUNT_WORDINGS]) expect(begins.source).toMatch(/^\^/);
    const error = { type: undefined, code: undefined, status: undefined, retryAfterMs: undefined };
    for (const unit of ['Error: ', '[1113][', '{"error":', 'Your account ', '\\', '"message":"']) {
      const message = unit.repeat(200_000);
      const answer = { status: 400, headers: new Headers(), body: new Uint8Array() };
      const object = { message, metadata: { raw: message } };
      expect(classifyAnswer(answer, { ...error, message, object }, RULES).kind).toBe('bad_request');
    }
  });
});

import { beforeEach, describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import type { IdempotentAnswer } from '../storage/audit.ts';
import type { IdempotencyStore } from '../storage/store.ts';
import { once, type Keep } from './idempotency.ts';

let kept: Map<string, IdempotentAnswer>;
let made: number;

beforeEach(() => {
  kept = new Map();
  made = 0;
});

const store: IdempotencyStore = {
  recall: (key) => Promise.resolve(kept.get(key)),
};

function repeatable(key: string | undefined, asked: unknown = { name: 'a' }) {
  const sealKey = (text: string) => createHash('sha256').update(`secret${text}`).digest();
  return { key, asked, store, sealKey, nowMs: 0 };
}

/** Makes a thing with a secret, and keeps its answer as a transaction would: not if there is one. */
async function make(keep: Keep | undefined) {
  const answer = { body: { id: ++made, key: 'sk-lp-the-secret' }, status: 201 };
  const entry = keep?.(answer);
  await Promise.resolve();
  if (entry !== undefined && kept.has(entry.key)) throw new Error('taken');
  if (entry !== undefined) kept.set(entry.key, entry);
  return answer;
}

describe('a request with an idempotency key', () => {
  test('is made once; sent again it gets the first answer', async () => {
    const first = await once(repeatable('k'), make);
    const second = await once(repeatable('k'), make);
    expect(second).toEqual({ ...first, headers: { 'idempotent-replayed': 'true' } });
    expect(made).toBe(1);
  });

  test('that is sent twice at the same time is answered alike', async () => {
    const answers = await Promise.all([once(repeatable('k'), make), once(repeatable('k'), make)]);
    expect(new Set(answers.map(({ body }) => (body as { id: number }).id)).size).toBe(1);
  });

  test('cannot be used for another request', async () => {
    await once(repeatable('k'), make);
    expect(once(repeatable('k', { name: 'b' }), make)).rejects.toThrow('was used for another request');
  });

  test('keeps neither the secret of the answer nor the key itself in the clear', async () => {
    await once(repeatable('key-of-the-client'), make);
    const text = JSON.stringify([...kept.values()]);
    expect(text).not.toContain('the-secret');
    expect(text).not.toContain('key-of-the-client');
  });

  test('of odd length is refused', () => {
    expect(once(repeatable(''), make)).rejects.toThrow('1 to 255 characters');
    expect(once(repeatable('x'.repeat(256)), make)).rejects.toThrow('1 to 255 characters');
  });
});

test('without a key each request is made', async () => {
  await once(repeatable(undefined), make);
  await once(repeatable(undefined), make);
  expect(made).toBe(2);
  expect(kept.size).toBe(0);
});

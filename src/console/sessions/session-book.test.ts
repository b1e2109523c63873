import { expect, test } from 'bun:test';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import type { AuditEntry } from '../../storage/audit.ts';
import type { StoredSession } from '../../storage/stored-session.ts';
import { SessionBook } from './session-book.ts';

const AUDIT: AuditEntry = {
  id: 'x',
  at: 0,
  actor: 'ann',
  clientIp: '127.0.0.1',
  action: 'session.create',
  target: 'ann',
  before: undefined,
  after: undefined,
};

function sessionOf(hash: string, principal: string): StoredSession {
  const who = { way: 'key', role: 'member', actor: principal, credential: 'mac', claims: {} } as const;
  return { hash, principal, ...who, createdAt: 0, seenAt: 0, endsAt: 1 };
}

test('whoever signs in again and again ends sessions of their own, and nobody else’s', async () => {
  const book = new SessionBook(() => undefined, new FakeClock());
  await book.add(sessionOf('admin', 'caller:admin'), 1000, AUDIT);
  for (let i = 0; i < 10_100; i++) await book.add(sessionOf(`s${i}`, 'caller:ann'), 1000, AUDIT);
  expect(await book.find('admin')).toBeDefined();
  const left = await Promise.all(Array.from({ length: 10_100 }, (_, i) => book.find(`s${i}`)));
  expect(left.filter((each) => each !== undefined)).toHaveLength(200);
  expect(left.at(-1)).toBeDefined();
});

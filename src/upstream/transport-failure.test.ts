import { expect, test } from 'bun:test';
import { failureOf } from './transport-failure.ts';

test.each([
  ['EMFILE', 'own_lack'],
  ['ENFILE', 'own_lack'],
  ['ENOMEM', 'own_lack'],
  ['ENOBUFS', 'own_lack'],
  ['EADDRNOTAVAIL', 'own_lack'],
  ['ECONNREFUSED', 'connection_failed'],
  ['ENOTFOUND', 'connection_failed'],
  ['EHOSTUNREACH', 'connection_failed'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'connection_failed'],
  ['ECONNRESET', 'connection_reset'],
  ['EPIPE', 'connection_reset'],
  ['ETIMEDOUT', 'connect_timeout'],
  ['ZlibError', 'broken_answer'],
] as const)('%s is %s, and the code is kept', (code, kind) => {
  expect(failureOf(code)).toMatchObject({ kind, detail: code });
});

test('without files no other backend can be asked either; addresses can be lacking for one alone', () => {
  expect(failureOf('EMFILE').routedAround).toBe(false);
  expect(failureOf('EADDRNOTAVAIL').routedAround).toBe(true);
});

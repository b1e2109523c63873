import { describe, expect, test } from 'bun:test';
import { isAtLeast, NEWEST, versionFrom } from './version.ts';

describe('versions of models', () => {
  test.each([
    ['4.10', '4.9', true],
    ['4.10', '4.10', true],
    ['4.9', '4.10', false],
    ['4', '4.0', true],
    ['4.0', '4.1', false],
    ['10', '9.9', true],
    ['3-7', '3.5', true],
  ])('%s is at least %s: %p', (version, least, expected) => {
    expect(isAtLeast(versionFrom(version) ?? [], least)).toBe(expected);
  });

  test('what has no number is newer than any', () => {
    expect(isAtLeast(NEWEST, '99.99')).toBe(true);
    expect(versionFrom('latest')).toBeUndefined();
  });
});

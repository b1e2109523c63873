import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { IdSeal } from './sealed-id.ts';

const seal = new IdSeal(Buffer.alloc(32, 7));
const ID = 'resp_67cb32528d6881909eb2859a55e18a85';
const SEALED = seal.seal('ann', 'openai', ID);

describe('a sealed id', () => {
  test('keeps its prefix, is fit for a path, and tells nobody but its caller anything', () => {
    expect(SEALED).toMatch(/^resp_lp1-[\w-]+$/);
    expect(seal.open('ann', SEALED)).toEqual({ backend: 'openai', id: ID });
    expect(seal.open('bob', SEALED)).toBeUndefined();
    expect(new IdSeal(Buffer.alloc(32, 8)).open('ann', SEALED)).toBeUndefined();
  });

  test('is the same whenever it is told', () => {
    expect(seal.seal('ann', 'openai', ID)).toBe(SEALED);
  });

  test('opens whatever is in it, and in no other form', () => {
    const text = fc.string({ unit: 'binary' });
    const id = fc.stringMatching(/^[\x21-\x7e]{1,80}$/);
    fc.assert(
      fc.property(
        text,
        text.map((backend) => backend.toWellFormed()),
        id,
        (caller, backend, raw) => {
          expect(seal.open(caller, seal.seal(caller, backend, raw))).toEqual({ backend, id: raw });
        },
      ),
    );
  });

  test('that is changed anywhere opens nothing', () => {
    fc.assert(
      fc.property(fc.nat(SEALED.length - 1), fc.constantFrom('a', 'b', '-', '_', 'Z', '9', '=', '.'), (at, letter) => {
        const changed = SEALED.slice(0, at) + letter + SEALED.slice(at + 1);
        if (changed !== SEALED) expect(seal.open('ann', changed)).toBeUndefined();
      }),
    );
    for (const odd of [
      `${SEALED}=`,
      `${SEALED}A`,
      SEALED.slice(5),
      `conv${SEALED.slice(4)}`,
      'resp_lp1-',
      'resp_lp1-AAAA',
    ])
      expect(seal.open('ann', odd)).toBeUndefined();
  });

  test('does not tell what it stands for', () => {
    for (const form of ['id', 'name'] as const) {
      const text = seal.seal('ann', 'the-backend', 'file-ofAnnAndNobodyElse', form);
      for (const encoding of ['base64url', 'hex'] as const)
        for (let at = 0; at < 4; at++)
          expect(Buffer.from(text.slice(at), encoding).toString('latin1')).not.toMatch(/backend|Nobody/);
    }
  });

  test('is none where a provider gave no id', () => {
    for (const odd of ['', 'a b', 'a\nb', 'ü', 'x'.repeat(513)]) expect(seal.seal('ann', 'openai', odd)).toBe(odd);
  });
});

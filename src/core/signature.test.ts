import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { isReadableBy, MARK, markSignature, signatureFrom, unmarkSignature } from './signature.ts';

const base64 = fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const urlBase64 = fc.uint8Array({ minLength: 3 }).map((bytes) => {
  const whole = bytes.slice(0, bytes.length - (bytes.length % 3));
  return Buffer.from(whole).toString('base64url');
});
const signature = fc.record({
  protocol: fc.string(),
  model: fc.option(fc.string(), { nil: undefined }),
  value: fc.oneof(base64, urlBase64, fc.string({ unit: 'grapheme', minLength: 1 })),
});
const attachment = fc.constantFrom(undefined, 'next', 'previous');

describe('a marked signature', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(signature, attachment, (of, at) => {
        expect(unmarkSignature(markSignature(of, at))).toEqual({ signature: of, attachment: at });
      }),
    );
  });

  test('is base64, and survives an SDK that decodes and encodes it in the other alphabet', () => {
    fc.assert(
      fc.property(signature, (of) => {
        const marked = markSignature(of);
        expect(marked).toStartWith(MARK);
        const bytes = Buffer.from(marked, 'base64');
        expect(unmarkSignature(bytes.toString('base64'))?.signature).toEqual(of);
        const inUrlAlphabet = bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
        expect(unmarkSignature(inUrlAlphabet)?.signature).toEqual(of);
      }),
    );
  });

  test('tells the traits of the reasoning that it came with', () => {
    const of = { protocol: 'anthropic-messages', value: 'AbC=' };
    const marked = markSignature(of, undefined, { redacted: true, id: 'rs_1' });
    expect(unmarkSignature(marked)).toEqual({ signature: of, attachment: undefined, redacted: true, id: 'rs_1' });
  });

  test('ends in the value itself where that is base64', () => {
    expect(markSignature({ protocol: 'gemini', value: 'AbC+/w==' })).toEndWith('AbC+/w==');
  });
});

describe('a signature without a mark', () => {
  test.each(['', 'EqMDCkYICxgC', MARK, `${MARK}AAAA`, `${MARK}eyJwIjoxfQo=`])('%j is none of ours', (value) => {
    expect(unmarkSignature(value)).toBeUndefined();
    expect(signatureFrom(value, 'gemini')).toEqual({ signature: { protocol: 'gemini', value }, attachment: undefined });
  });
});

test('a signature is read by the model that made it, asked in its own dialect', () => {
  const made = { protocol: 'gemini', model: 'a', value: 'x' };
  expect(isReadableBy(made, 'gemini', 'a')).toBe(true);
  expect(isReadableBy(made, 'gemini', 'b')).toBe(false);
  expect(isReadableBy(made, 'openai-responses', 'a')).toBe(false);
  expect(isReadableBy({ protocol: 'gemini', value: 'x' }, 'gemini', 'b')).toBe(true);
});

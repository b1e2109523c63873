import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { markSignature } from '../../core/signature.ts';
import { removeForeignSignatures } from './foreign-signatures.ts';
import { UNSIGNED } from './signatures.ts';

const foreign = markSignature({ protocol: 'anthropic-messages', model: 'c', value: 'c2ln' });
const own = markSignature({ protocol: 'gemini', model: 'gemini-2.5-pro', value: 'b3du' });

function removed(text: string, model = 'gemini-2.5-pro'): string {
  return removeForeignSignatures(text, JSON.parse(text), model);
}

function inContents(...parts: readonly string[]): string {
  return `{ "contents" :[{"role":"user","parts":[{"text":"hi"}]},{"parts": [${parts.join(' , ')}], "role":"model"}], "n":1.0}`;
}

describe('what another model signed', () => {
  test('loses the signature', () => {
    expect(removed(inContents(`{"text":"a", "thoughtSignature":"${foreign}"}`))).toBe(inContents('{"text":"a"}'));
    expect(removed(inContents(`{ "thought_signature" : "${foreign}" , "text":"a"}`))).toBe(inContents('{ "text":"a"}'));
  });

  test('goes if it is a thought, or nothing else', () => {
    expect(removed(inContents(`{"text":"a"}`, `{"text":"","thoughtSignature":"${foreign}"}`))).toBe(
      inContents('{"text":"a"}'),
    );
    expect(removed(inContents(`{"text":"Hm.","thought":true,"thoughtSignature":"${foreign}"}`, '{"text":"a"}'))).toBe(
      inContents('{"text":"a"}'),
    );
    const three = inContents(
      `{"thoughtSignature":"${foreign}"}`,
      '{"text":"a"}',
      `{"text":"","thoughtSignature":"${foreign}"}`,
      '{"text":"b"}',
    );
    expect(JSON.parse(removed(three))).toEqual(JSON.parse(inContents('{"text":"a"}', '{"text":"b"}')));
  });

  test('takes its content along if nothing is left of it', () => {
    const thought = `{"text":"Hm.","thought":true,"thoughtSignature":"${foreign}"}`;
    expect(removed(inContents(thought, thought))).toBe(
      '{ "contents" :[{"role":"user","parts":[{"text":"hi"}]}], "n":1.0}',
    );
    expect(removed(`{"contents":[{"role":"model","parts":[${thought}]},{"parts":[{"text":"x"}]}]}`)).toBe(
      '{"contents":[{"parts":[{"text":"x"}]}]}',
    );
  });

  test.each([foreign, UNSIGNED])(
    'gets a placeholder if it is a call and the model wants a signature: %s',
    (signature) => {
      const call = (tail: string) => inContents(`{"functionCall":{"name":"f","args":{}}${tail}}`);
      const text = call(`,"thoughtSignature":"${signature}"`);
      expect(removed(text, 'gemini-3-pro')).toBe(call(',"thoughtSignature":"skip_thought_signature_validator"'));
      expect(removed(text, 'models/gemini-flash-latest')).toContain('skip_thought');
      expect(removed(text, 'gemini-2.5-pro')).toBe(call(''));
    },
  );
});

describe('what stays', () => {
  test('is what the model signed itself, as it did', () => {
    expect(removed(inContents(`{"text":"a","thoughtSignature":"${own}"}`))).toBe(
      inContents('{"text":"a","thoughtSignature":"b3du"}'),
    );
    expect(removed(inContents(`{"text":"a","thoughtSignature":"${own}"}`), 'gemini-2.5-flash')).toBe(
      inContents('{"text":"a"}'),
    );
  });

  test.each([
    inContents('{"text":"a","thoughtSignature":"AbC="}', '{"text":"","thoughtSignature":"x"}'),
    '{"contents":{"parts":[{"text":"x"}]}}',
    '{"contents":null}',
    inContents(`{"text":"${foreign}"}`),
    `{"x":"${foreign}"}`,
    `{"contents":["${foreign}",7,{"parts":"${foreign}"}]}`,
  ])('is everything else: %s', (text) => expect(removed(text)).toBe(text));

  test('a single content is looked at, too', () => {
    expect(removed(`{"contents":{"parts":[{"text":"a","thoughtSignature":"${foreign}"}]}}`)).toBe(
      '{"contents":{"parts":[{"text":"a"}]}}',
    );
  });
});

test('a request whose tokens are to be counted is looked at, too', () => {
  const counted = (inner: string) => `{"generateContentRequest":${inner}}`;
  expect(removed(counted(inContents(`{"text":"a","thoughtSignature":"${foreign}"}`)))).toBe(
    counted(inContents('{"text":"a"}')),
  );
});

test('the result is JSON without a foreign signature, and with all else', () => {
  const part = fc.record({
    text: fc.string({ minLength: 1 }),
    thoughtSignature: fc.constantFrom(foreign, own, 'AbC=', undefined),
    thought: fc.constantFrom(true, undefined),
  });
  const contents = fc.array(fc.record({ role: fc.constant('model'), parts: fc.array(part, { minLength: 1 }) }));
  fc.assert(
    fc.property(contents, fc.constantFrom(undefined, 1), (value, space) => {
      const text = JSON.stringify({ contents: value, more: [1] }, null, space);
      const kept = value
        .map(({ role, parts }) => ({
          role,
          parts: parts
            .filter(({ thought, thoughtSignature }) => thought !== true || thoughtSignature !== foreign)
            .map(({ thoughtSignature, ...rest }) => {
              const signature = thoughtSignature === own ? 'b3du' : thoughtSignature;
              return {
                ...rest,
                ...(signature === undefined || signature === foreign ? {} : { thoughtSignature: signature }),
              };
            }),
        }))
        .filter(({ parts }) => parts.length > 0);
      expect(JSON.parse(removed(text))).toEqual(JSON.parse(JSON.stringify({ contents: kept, more: [1] })));
    }),
  );
});

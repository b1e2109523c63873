import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { Injection } from '../../core/injection.ts';
import { injectSystem } from './system.ts';

const both = prompt('B\n\n', '\n\nA', 'B\n\nA');
const onlyBefore = prompt('B\n\n', '', 'B');
const onlyAfter = prompt('', '\n\nA', 'A');
const ALONE = '"systemInstruction":{"parts":[{"text":"B\\n\\nA"}]}';
const [FIRST, LAST] = ['{"text":"B\\n\\n"}', '{"text":"\\n\\nA"}'];

function prompt(before: string, after: string, alone: string): Injection {
  const escape = (text: string): string => JSON.stringify(text).slice(1, -1);
  return { before, after, alone, escaped: { before: escape(before), after: escape(after), alone: escape(alone) } };
}

function inject(text: string, addition: Injection): string {
  return injectSystem(text, JSON.parse(text), addition);
}

describe('a request without a system instruction gets one', () => {
  test.each([
    ['{}', `{${ALONE}}`],
    [' { "contents": [], "n": 1.0 }', ` {${ALONE}, "contents": [], "n": 1.0 }`],
    ['{"systemInstruction":null,"a":1}', '{"systemInstruction":{"parts":[{"text":"B\\n\\nA"}]},"a":1}'],
    ['{"systemInstruction":{}}', `{${ALONE}}`],
    ['{"systemInstruction":{"parts":[]}}', `{${ALONE}}`],
    ['{"systemInstruction":{"parts":null}}', `{${ALONE}}`],
    ['{"systemInstruction":{ "role":"user"}}', '{"systemInstruction":{"parts":[{"text":"B\\n\\nA"}], "role":"user"}}'],
  ])('%s', (text, expected) => expect(inject(text, both)).toBe(expected));
});

describe('its parts are joined by parts', () => {
  const text =
    '{"system_instruction" : { "parts":[ {"text":"\\u0053\\/"} , {"text":"T"}], "role":"user" }, "contents":1e2}';
  test.each([
    ['before and after', both, `[${FIRST}, {"text":"\\u0053\\/"} , {"text":"T"},${LAST}]`],
    ['before', onlyBefore, `[${FIRST}, {"text":"\\u0053\\/"} , {"text":"T"}]`],
    ['after', onlyAfter, `[ {"text":"\\u0053\\/"} , {"text":"T"},${LAST}]`],
  ])('%s', (_, addition, parts) => {
    expect(inject(text, addition)).toBe(text.replace(/\[.*\]/, () => parts));
  });

  test('a single part becomes one of several', () => {
    expect(inject('{"systemInstruction":{"parts":{"text":"S"}}}', both)).toBe(
      `{"systemInstruction":{"parts":[${FIRST},{"text":"S"},${LAST}]}}`,
    );
  });

  test('a bare text becomes a part', () => {
    expect(inject('{"systemInstruction":"S\\n"}', both)).toBe(
      `{"systemInstruction":{"parts":[${FIRST},{"text":"S\\n"},${LAST}]}}`,
    );
    expect(inject('{"systemInstruction":"S"}', onlyAfter)).toBe(
      `{"systemInstruction":{"parts":[{"text":"S"},${LAST}]}}`,
    );
  });

  test('each time that it occurs', () => {
    const twice = '{"systemInstruction":{"parts":[{"text":"1"}]},"x":0,"system_instruction":{"parts":[{"text":"2"}]}}';
    expect(inject(twice, onlyAfter)).toBe(twice.replaceAll('"}]', () => `"},${LAST}]`));
  });

  test('in a request whose tokens are to be counted', () => {
    expect(inject('{"generateContentRequest":{"contents":[]}}', both)).toBe(
      `{"generateContentRequest":{${ALONE},"contents":[]}}`,
    );
  });
});

test('whatever is no system instruction stays', () => {
  expect(inject('{"systemInstruction":7}', both)).toBe('{"systemInstruction":7}');
  expect(inject('{"systemInstruction":{"parts":7}}', both)).toBe('{"systemInstruction":{"parts":7}}');
});

test('the result is JSON, with nothing else changed', () => {
  const parts = fc.array(fc.record({ text: fc.string() }));
  const instruction = fc.oneof(fc.constant(null), fc.string(), fc.record({ parts }), fc.record({ role: fc.string() }));
  const body = fc.record({ systemInstruction: instruction, contents: fc.jsonValue() }, { requiredKeys: ['contents'] });
  fc.assert(
    fc.property(body, fc.constantFrom(undefined, 2), (value, space) => {
      const before = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
      const after = JSON.parse(inject(JSON.stringify(value, null, space), both)) as Record<string, unknown>;
      expect(after['contents']).toEqual(before['contents']);
      const texts = (after['systemInstruction'] as { parts: { text: string }[] }).parts
        .map(({ text }) => text)
        .join('');
      expect(texts).toStartWith('B\n\n');
      expect(texts).toEndWith('A');
    }),
  );
});

test('a request to count tokens takes it only where it holds a whole request', () => {
  const texts = { before: 'B ', after: '', alone: 'B' };
  const prompt = { ...texts, escaped: texts };
  const bare = '{"contents":[]}';
  expect(injectSystem(bare, {}, prompt, 'count_tokens')).toBe(bare);
  expect(injectSystem(`{"generateContentRequest":${bare}}`, {}, prompt, 'count_tokens')).toBe(
    '{"generateContentRequest":{"systemInstruction":{"parts":[{"text":"B"}]},"contents":[]}}',
  );
});

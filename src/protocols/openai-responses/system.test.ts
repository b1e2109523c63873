import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { injectSystem } from './system.ts';

function prompt(before: string, after: string, alone = before + after): Parameters<typeof injectSystem>[2] {
  const escape = (text: string): string => JSON.stringify(text).slice(1, -1);
  return { escaped: { before: escape(before), after: escape(after), alone: escape(alone) } };
}

describe('injectSystem', () => {
  test.each([
    ['{}', '{"instructions":"B\\nA"}'],
    [' { "input": "x" } ', ' {"instructions":"B\\nA", "input": "x" } '],
    ['{"instructions":null}', '{"instructions":"B\\nA"}'],
    ['{"instructions": ""}', '{"instructions": "B\\nA"}'],
    ['{"instructions":"\\u0053","n":1.0}', '{"instructions":"B\\n\\u0053A","n":1.0}'],
    ['{"instructions":"S","input":{"instructions":"x"}}', '{"instructions":"B\\nSA","input":{"instructions":"x"}}'],
    ['{"instructions":"S","instructions":"T"}', '{"instructions":"B\\nSA","instructions":"B\\nTA"}'],
    ['{"instructions":7}', '{"instructions":7}'],
  ])('%s', (text, expected) => expect(injectSystem(text, {}, prompt('B\n', 'A'))).toBe(expected));

  test('messages of the system among the input stay', () => {
    const text = '{"instructions":"S","input":[{"role":"developer","content":"D"}]}';
    expect(injectSystem(text, {}, prompt('', 'A'))).toBe(text.replace('"S"', '"SA"'));
  });

  test('equals the injection on parsed values', () => {
    const filled = fc.string({ unit: 'binary', minLength: 1 });
    const body = fc.record(
      { model: filled, instructions: fc.oneof(filled, fc.constantFrom('', null)), input: fc.jsonValue() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(body, filled, filled, fc.constantFrom(0, 2), (value, before, after, indent) => {
        const text = JSON.stringify(value, null, indent);
        const own = value.instructions ?? '';
        const instructions = before + own + after;
        expect(JSON.parse(injectSystem(text, value, prompt(before, after)))).toEqual(
          JSON.parse(JSON.stringify({ ...value, instructions })),
        );
      }),
    );
  });
});

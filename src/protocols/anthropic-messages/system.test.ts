import { describe, expect, test } from 'bun:test';
import type { Injection } from '../../core/injection.ts';
import { injectSystem } from './system.ts';

const texts = { before: 'B\n\n', after: '\n\nA', alone: 'B\n\nA' };
const escaped = { before: String.raw`B\n\n`, after: String.raw`\n\nA`, alone: String.raw`B\n\nA` };
const both: Injection = { ...texts, escaped };
const before: Injection = {
  ...both,
  after: '',
  alone: 'B',
  escaped: { before: String.raw`B\n\n`, after: '', alone: 'B' },
};

function injected(text: string, prompt = both): string {
  const result = injectSystem(text, JSON.parse(text), prompt);
  JSON.parse(result);
  return result;
}

const B = String.raw`{"type":"text","text":"B\n\n"}`;
const A = String.raw`{"type":"text","text":"\n\nA"}`;

describe('a prompt is joined', () => {
  test.each([
    ['to none', '{"model":"m"}', String.raw`{"system":"B\n\nA","model":"m"}`],
    ['to an empty request', '{ }', String.raw`{"system":"B\n\nA" }`],
    ['to null', '{"system": null}', String.raw`{"system": "B\n\nA"}`],
    ['to a string', '{"system" : "x"}', String.raw`{"system" : "B\n\nx\n\nA"}`],
    ['to an empty string', '{"system":""}', String.raw`{"system":"B\n\nA"}`],
    ['to blocks', '{"system":[{"type":"text","text":"x"}]}', `{"system":[${B},{"type":"text","text":"x"},${A}]}`],
    ['to no blocks', '{"system":[ ]}', String.raw`{"system":[{"type":"text","text":"B\n\nA"} ]}`],
    [
      'behind an attribution',
      '{"system":[{"type":"text","text":"x-anthropic-billing-header: a"},{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]}',
      `{"system":[{"type":"text","text":"x-anthropic-billing-header: a"},${B},{"type":"text","text":"x","cache_control":{"type":"ephemeral"}},${A}]}`,
    ],
    [
      'to an attribution alone',
      '{"system":[{"type":"text","text":"x-anthropic-billing-header: a"}]}',
      String.raw`{"system":[{"type":"text","text":"x-anthropic-billing-header: a"},{"type":"text","text":"B\n\nA"}]}`,
    ],
    ['to each of two', '{"system":"x","system":"y"}', String.raw`{"system":"B\n\nx\n\nA","system":"B\n\ny\n\nA"}`],
    ['to nothing that is neither', '{"system":7}', '{"system":7}'],
  ])('%s', (_what, text, expected) => expect(injected(text)).toBe(expected));

  test('in front alone', () => {
    expect(injected('{"system":[{"type":"text","text":"x"}]}', before)).toBe(
      `{"system":[${B},{"type":"text","text":"x"}]}`,
    );
    expect(injected('{"system":"x"}', before)).toBe(String.raw`{"system":"B\n\nx"}`);
  });
});

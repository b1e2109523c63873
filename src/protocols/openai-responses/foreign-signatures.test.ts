import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { markSignature } from '../../core/signature.ts';
import { removeForeignSignatures } from './foreign-signatures.ts';

const foreign = markSignature({ protocol: 'another', model: 'm', value: 'c2ln' });
const own = markSignature({ protocol: 'openai-responses', model: 'gpt-5', value: 'gAAAAA==' });

function remove(text: string, model = 'gpt-5'): string {
  return removeForeignSignatures(text, JSON.parse(text), model);
}

function reasoning(encrypted: string): string {
  return `{"type":"reasoning", "id":"rs_1","encrypted_content" : "${encrypted}"}`;
}

describe('removeForeignSignatures', () => {
  const user = '{"role":"user","content":"\\u0068i"}';
  test.each([
    ['the first', `[ ${reasoning(foreign)} , ${user}]`, `[ ${user}]`],
    ['the last', `[${user} , ${reasoning(foreign)} ]`, `[${user} ]`],
    ['one between', `[${user},${reasoning(foreign)},${user}]`, `[${user},${user}]`],
    [
      'several',
      `[${reasoning(foreign)},${reasoning(foreign)},${user},${reasoning(foreign)},${reasoning(foreign)}]`,
      `[${user}]`,
    ],
    ['all', `[${reasoning(foreign)},${reasoning(foreign)}]`, '[]'],
    ['none', `[${reasoning('gAAA')},${user}]`, `[${reasoning('gAAA')},${user}]`],
  ])('%s', (_what, input, expected) => {
    expect(remove(`{"n":1.0,"input":${input},"x":[]}`)).toBe(`{"n":1.0,"input":${expected},"x":[]}`);
  });

  test("the model's own gets its value back; another model's goes", () => {
    const text = `{"input":[${reasoning(own)},${user}]}`;
    expect(remove(text)).toBe(`{"input":[${reasoning('gAAAAA==')},${user}]}`);
    expect(remove(text, 'gpt-6')).toBe(`{"input":[${user}]}`);
  });

  test('a mark anywhere else is not looked at', () => {
    const text = JSON.stringify({ input: [{ role: 'user', content: foreign }], instructions: foreign });
    expect(remove(text)).toBe(text);
  });

  test('equals the removal on parsed values', () => {
    const item = fc.constantFrom(
      { type: 'reasoning', encrypted_content: foreign },
      { type: 'reasoning', encrypted_content: 'gAAA' },
      { role: 'user', content: 'a' },
      null,
    );
    fc.assert(
      fc.property(fc.array(item), fc.constantFrom(0, 2), (input, indent) => {
        const result = remove(JSON.stringify({ model: 'x', input }, null, indent));
        expect(JSON.parse(result).input).toEqual(
          input.filter((item) => item === null || !('encrypted_content' in item) || item.encrypted_content !== foreign),
        );
      }),
    );
  });
});

describe('words that nobody sealed', () => {
  const id = `rs_${'0123456789abcdef'.repeat(2)}0001`;
  const words = `{"type":"reasoning","id":"${id}","summary":[{"type":"summary_text","text":"hm"}]}`;
  const unknown = '{"type":"reasoning","id":"rs_68af4030592c81938ec0a5fbab4a3e9f05438e46b5f69a3b","summary":[]}';
  const text = `{"input":[${words}, {"role":"user","content":"hi"},${unknown}]}`;

  test('go where they came from the gateway: a provider would look for what it keeps under the id', () =>
    expect(remove(text)).toBe(`{"input":[{"role":"user","content":"hi"},${unknown}]}`));

  test('stay where the backend wants them', () =>
    expect(removeForeignSignatures(text, JSON.parse(text), 'deepseek-v4', { reasoningBack: 'reasoning_content' })).toBe(
      text,
    ));
});

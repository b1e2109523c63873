import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { markSignature } from '../../core/signature.ts';
import { UNSIGNED } from './signatures.ts';
import { removeForeignSignatures } from './foreign-signatures.ts';

const foreign = markSignature({ protocol: 'gemini', model: 'g', value: 'abcd' });
const other = markSignature({ protocol: 'anthropic-messages', model: 'claude-a', value: 'abcd' });
const own = markSignature({ protocol: 'anthropic-messages', model: 'claude-b', value: 'abcd' });

function removed(text: string): string {
  return removeForeignSignatures(text, JSON.parse(text), 'claude-b');
}

function thinking(signature: string): string {
  return `{"type": "thinking" , "thinking":"é","signature":"${signature}"}`;
}

function request(...blocks: string[]): string {
  return `{"n":1.0,"messages": [{"role":"user","content":"q"} ,{"role":"assistant","content":[ ${blocks.join(' , ')} ]}, {"role":"user","content":"r"}]}`;
}

const call = '{"type":"tool_use","id":"1","name":"n","input":{"a":12345678901234567890}}';
const redacted = (data: string) => `{"type":"redacted_thinking","data":"${data}"}`;

describe('thoughts of others are removed, byte for byte', () => {
  test.each([
    ['one of nobody known', request(thinking('raw'), call), request(thinking('raw'), call)],
    ['one of another dialect', request(thinking(foreign), call), request(call)],
    ['one of another model', request(thinking(other), call), request(call)],
    ['its own', request(thinking(own), call), request(thinking('abcd'), call)],
    ['a redacted one', request(redacted(foreign), call), request(call)],
    ['a redacted one of its own', request(redacted(own), call), request(redacted('abcd'), call)],
    ['one that nobody signed', request(thinking(UNSIGNED), call), request(call)],
    ['at the end', request(call, thinking(foreign)), request(call)],
    ['two in a row', request(call, thinking(foreign), thinking(other), call), request(call, call)],
    ['first and last', request(thinking(foreign), call, thinking(foreign)), request(call)],
    ['beside its own', request(thinking(own), thinking(foreign), call), request(thinking('abcd'), call)],
  ])('%s', (_what, text, expected) => {
    expect(JSON.parse(removed(text))).toEqual(JSON.parse(expected));
    expect(removed(text).replaceAll(' ', '')).toBe(expected.replaceAll(' ', ''));
  });

  test('a message of nothing else goes, too', () =>
    expect(JSON.parse(removed(request(thinking(foreign)))).messages).toEqual([
      { role: 'user', content: 'q' },
      { role: 'user', content: 'r' },
    ]));

  test('any mixture is valid and holds the rest', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('foreign', 'own', 'raw', 'call'), { minLength: 1, maxLength: 8 }),
        (kinds) => {
          const blocks = { foreign: thinking(foreign), own: thinking(own), raw: thinking('raw'), call };
          const kept = { own: thinking('abcd'), raw: thinking('raw'), call };
          const left = kinds.flatMap((kind) => (kind === 'foreign' ? [] : [kept[kind]]));
          const result = JSON.parse(removed(request(...kinds.map((kind) => blocks[kind]))));
          const expected = JSON.parse(request(...left));
          if (left.length === 0) expected.messages.splice(1, 1);
          expect(result).toEqual(expected);
        },
      ),
    ));

  test('text that only looks like a mark stays', () => {
    const text = request('{"type":"text","text":"bGxtLXByb3h5"}');
    expect(removed(text)).toBe(text);
  });
});

describe('a model that looks at no signature, and wants its thoughts back', () => {
  const sent = (text: string, model = 'kimi-k2.5') =>
    removeForeignSignatures(text, JSON.parse(text), model, { reasoningBack: 'reasoning_content' });

  test.each([
    ['gets the words of others', request(thinking(foreign), call), request(thinking(''), call)],
    ['and those that nobody signed', request(thinking(UNSIGNED), call), request(thinking(''), call)],
    ['not what has no words', request(redacted(foreign), call), request(call)],
    ['its own as they came', request(thinking('raw'), call), request(thinking('raw'), call)],
  ])('%s', (_what, text, expected) => expect(JSON.parse(sent(text))).toEqual(JSON.parse(expected)));

  test('Claude gets none, wherever it is', () =>
    expect(JSON.parse(sent(request(thinking(foreign), call), 'anthropic/claude-opus-5'))).toEqual(
      JSON.parse(request(call)),
    ));
});

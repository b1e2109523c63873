import { expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { withMembers, withoutMember } from './json-members.ts';

test.each([
  ['{"model":"x"}', '{}'],
  ['{"model":"x","a":1}', '{"a":1}'],
  ['{"a":1,"model":"x"}', '{"a":1}'],
  ['{ "a" : 1 ,\n "model" : {"model":"y"} , "b":[1.0] }', '{ "a" : 1 ,\n "b":[1.0] }'],
  ['{"a":"\\"model\\":1","mod\\u0065l":true}', '{"a":"\\"model\\":1"}'],
  ['{"model":1,"model":2,"a":{"model":3}}', '{"a":{"model":3}}'],
  ['{"a":1}', '{"a":1}'],
])('%s without model is %s', (text, expected) => {
  expect(withoutMember(text, 'model')).toBe(expected);
});

test('whatever the object, the member is gone and the rest is there', () => {
  const spaced = (value: unknown, space: number): string => JSON.stringify(value, undefined, space);
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), fc.nat(4), (rest, model, space) => {
      const { model: _model, ...others } = rest;
      const text = spaced({ ...others, model, z: 1 }, space);
      expect(JSON.parse(withoutMember(text, 'model'))).toEqual(JSON.parse(JSON.stringify({ ...others, z: 1 })));
      expect(JSON.parse(withMembers(text, { added: 1 }))).toEqual(
        JSON.parse(JSON.stringify({ added: 1, ...others, model, z: 1 })),
      );
    }),
  );
});

test.each([
  ['{}', '{"a":1}'],
  ['{ }', '{"a":1 }'],
  [' {"b":2}', ' {"a":1,"b":2}'],
])('%s with a member', (text, expected) => {
  expect(withMembers(text, { a: 1 })).toBe(expected);
  expect(withMembers(text, {})).toBe(text);
});

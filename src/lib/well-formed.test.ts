import { expect, test } from 'bun:test';
import { parseKeepingLongNumbers } from './exact-json.ts';
import { wellFormedJson } from './well-formed.ts';

test.each([
  [{ a: 'cut \ud83d', b: ['\ude00', '😀'] }, '{"a":"cut \ufffd","b":["\ufffd","😀"]}'],
  [{ a: '\\ud83d', b: 1 }, '{"a":"\\\\ud83d","b":1}'],
  [parseKeepingLongNumbers('{"a":[12345678901234567890,"\\ud83d"]}'), '{"a":[12345678901234567890,"\ufffd"]}'],
])('%j', (value, json) => expect(wellFormedJson(value)).toBe(json));

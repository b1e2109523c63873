import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { eachText, withTexts } from './json-texts.ts';

describe('the texts of a JSON text', () => {
  test('are its values, each with its key; keys are none', () => {
    const seen: string[] = [];
    eachText('{"a":"1","b" : ["2", "3"],"c":{"d":"4\\"5"},"e":"\\\\"}', (value, key) => seen.push(`${key}=${value}`));
    expect(seen).toEqual(['a=1', 'b=2', 'b=3', 'd=4\\"5', 'e=\\\\']);
  });

  test('are replaced, and all else stays', () => {
    const edit = (value: string, key: string): string => (key === 'id' ? `x${value}` : value);
    expect(withTexts('{ "id" :"1",\n"n":1e400, "o":"id","ids":["1"] }', edit)).toBe(
      '{ "id" :"x1",\n"n":1e400, "o":"id","ids":["1"] }',
    );
    expect(withTexts('event: a\ndata: {"id":"1"}\n\n', edit)).toBe('event: a\ndata: {"id":"x1"}\n\n');
  });

  test('of any value are those that the parser finds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const texts: string[] = [];
        const json = JSON.stringify(value);
        JSON.parse(json, (_key, each: unknown) => {
          if (typeof each === 'string') texts.push(each);
          return each;
        });
        const seen: string[] = [];
        eachText(json, (text) => seen.push(JSON.parse(`"${text}"`) as string));
        expect(seen.toSorted()).toEqual(texts.toSorted());
        expect(withTexts(json, (text) => text)).toBe(json);
      }),
    );
  });

  test('below an opaque key are not seen, whatever stands there, and those behind are', () => {
    const json = '{"a":"1","own" : {"a":"}\\"]","b":[{"c":"2"}]}, "own":["3"],"own":"4","z":"5","own":{"a":"6';
    const seen: string[] = [];
    withTexts(json, (text) => (seen.push(text), text), new Set(['own']));
    expect(seen).toEqual(['1', '4', '5']);
  });

  test('end where the JSON breaks off', () => {
    expect(withTexts('{"id":"1","x":"ab', () => 'y')).toBe('{"id":"y","x":"ab');
  });
});

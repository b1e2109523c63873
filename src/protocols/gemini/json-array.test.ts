import { describe, expect, test } from 'bun:test';
import { gemini, geminiArray } from './protocol.ts';

const { stream, errors } = geminiArray;
const error = { status: 502, message: 'Cut.', type: 'server_error', code: null, param: null };

function writer() {
  const opened = stream.framing?.open();
  if (opened === undefined) throw new Error('it has no framing of its own');
  return opened;
}

describe('a stream as one JSON array', () => {
  test('is an array of its events', () => {
    const { frame, end } = writer();
    const text = `${stream.keepAlive}${frame('{"a":1}')}${stream.keepAlive}${frame('{"b":2}')}${stream.keepAlive}${end()}`;
    expect(JSON.parse(text)).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test('without events is an empty one', () => expect(writer().end()).toBe('[]'));

  test('ends open where it was cut, with the error as its last element', () => {
    const { frame, error: last } = writer();
    const text = frame('{"a":1}') + last(errors.body(error));
    expect(() => JSON.parse(text)).toThrow();
    expect(JSON.parse(`${text}]`)).toEqual([{ a: 1 }, JSON.parse(errors.body(error))]);
  });

  test('is whole where an error is all there is', () => {
    const text = stream.keepAlive + writer().error(errors.body(error));
    expect(JSON.parse(text)).toEqual([JSON.parse(errors.body(error))]);
  });

  test('is of the same dialect', () => {
    expect(geminiArray.name).toBe(gemini.name);
    expect(geminiArray.codec).toBe(gemini.codec);
  });
});

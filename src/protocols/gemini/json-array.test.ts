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
    expect(end()).toBe(stream.end);
  });

  test('without events is an empty one', () => expect(writer().end()).toBe('[]'));

  test('ends open where it was cut, with the error as its last element', () => {
    const { frame } = writer();
    const text = frame('{"a":1}') + errors.event(error);
    expect(() => JSON.parse(text)).toThrow();
    expect(JSON.parse(`${text}]`)).toEqual([{ a: 1 }, JSON.parse(errors.body(error))]);
  });

  test('ends open where the first there is to say is an error', () => {
    const text = stream.keepAlive + writer().frame(errors.body(error));
    expect(() => JSON.parse(text)).toThrow();
    expect(JSON.parse(`${text}]`)).toEqual([JSON.parse(errors.body(error))]);
  });

  test("may end in an upstream's error", () => {
    const upstream = { error: { code: 503, message: 'm', status: 'UNAVAILABLE' } };
    expect(JSON.parse(`[{}${errors.asEvent([upstream])}]`)).toEqual([{}, upstream]);
    expect(errors.asEvent({})).toBeUndefined();
  });

  test('of a plain answer holds that one', () => {
    expect(stream.fromPlain({ candidates: [] })).toBe('[{"candidates":[]}]');
    expect(stream.fromPlain({})).toBeUndefined();
  });

  test('is of the same dialect', () => {
    expect(geminiArray.name).toBe(gemini.name);
    expect(geminiArray.codec).toBe(gemini.codec);
  });
});

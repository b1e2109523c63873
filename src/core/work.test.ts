import { describe, expect, test } from 'bun:test';
import { TooComplex, Work } from './work.ts';

const LIMITS = { nesting: 3, values: 10, units: 100 };

function refusalOf(run: () => void): unknown {
  try {
    run();
    return 'taken';
  } catch (error) {
    return error instanceof TooComplex ? [error.limit, error.most, error.place] : error;
  }
}

describe('a budget of work', () => {
  test('is drawn on until it is used up', () => {
    const work = new Work(LIMITS);
    for (let at = 0; at < 10; at++) work.takeValues(1, 'a');
    expect(refusalOf(() => work.takeValues(1, 'b'))).toEqual(['values', 10, 'b']);
    work.takeUnits(100, 'c');
    expect(refusalOf(() => work.takeUnits(1, 'd'))).toEqual(['units', 100, 'd']);
  });

  test('of a try begins with what was left, and what it takes is not missing in the next', () => {
    const work = new Work(LIMITS);
    work.takeValues(6, 'a');
    for (let tries = 0; tries < 3; tries++) work.forAttempt().takeValues(4, 'b');
    expect(refusalOf(() => work.forAttempt().takeValues(5, 'b'))).toEqual(['values', 10, 'b']);
  });

  test.each([
    ['[[[1]]]', 'taken'],
    ['[[[[1]]]]', ['nesting', 3, 'x']],
    ['{"a":{"b":{"c":{}}}}', ['nesting', 3, 'x']],
    ['"[[[[["', 'taken'],
    ['"\\"[[[[["', 'taken'],
    ['[1,2,3,4,5,6,7,8,9,10,11,12]', 'taken'],
    ['["","","","","","","","",""]', 'taken'],
    ['["","","","","","","","","",""]', ['values', 10, 'x']],
    ['{"a":[],"b":[],"c":[],"d":[],"e":[]}', ['values', 10, 'x']],
    ['[[[[[[[[[[', ['nesting', 3, 'x']],
    ['"never closed', 'taken'],
    ['}}}}}]]]]]', 'taken'],
  ])('takes for a text before it is parsed: %s', (text, expected) => {
    expect(refusalOf(() => new Work(LIMITS).takeJson(text, 'x'))).toEqual(expected);
  });

  test('does not look at a text any further than its limits go', () => {
    const text = '['.repeat(5_000_000);
    const from = process.cpuUsage();
    for (let times = 0; times < 1000; times++) refusalOf(() => new Work(LIMITS).takeJson(text, 'x'));
    // 5,000 million characters would take seconds.
    expect(process.cpuUsage(from).user).toBeLessThan(1_000_000);
  });
});

import { describe, expect, test } from 'bun:test';
import { formatTraceParent, newSpanId, parseTraceParent, traceIdFor } from './trace-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

// https://www.w3.org/TR/trace-context/#traceparent-header
describe('traceparent', () => {
  test.each([
    [`00-${TRACE}-${SPAN}-01`, true],
    [`00-${TRACE}-${SPAN}-00`, false],
    [`00-${TRACE}-${SPAN}-ff`, true],
    [` 00-${TRACE}-${SPAN}-01 `, true],
    [`cc-${TRACE}-${SPAN}-01-what-comes`, true],
    [`cc-${TRACE}-${SPAN}-01`, true],
  ])('%s is read', (header, isSampled) => {
    expect(parseTraceParent(header)).toEqual({ traceId: TRACE, spanId: SPAN, isSampled, state: undefined });
  });

  test.each([
    undefined,
    '',
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `cc-${TRACE}-${SPAN}-01more`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    `0-${TRACE}-${SPAN}-01`,
  ])('%p is none', (header) => {
    expect(parseTraceParent(header, 'a=1')).toBeUndefined();
  });

  test('what is written can be read', () => {
    const id = newSpanId();
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(parseTraceParent(formatTraceParent(TRACE, id, true))).toMatchObject({ spanId: id, isSampled: true });
  });
});

describe('tracestate', () => {
  const stateOf = (state: string) => parseTraceParent(`00-${TRACE}-${SPAN}-01`, state)?.state;

  test.each([
    ['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    ['a=1 ,\tb@c=2,', 'a=1,b@c=2'],
    ['1tenant@sys=x', '1tenant@sys=x'],
  ])('%s is kept', (state, kept) => {
    expect(stateOf(state)).toBe(kept);
  });

  test.each(['', ',', 'a', 'A=1', 'a=', 'a=b=c', 'a=\u0001', `a=${'x'.repeat(600)}`, Array(33).fill('a=1').join(',')])(
    '%p is left out whole',
    (state) => {
      expect(stateOf(state)).toBeUndefined();
    },
  );
});

test('each id stands for one trace', () => {
  expect(traceIdFor('3f2a1c9b-1111-4222-8333-44445555666A')).toBe('3f2a1c9b11114222833344445555666a');
  expect(traceIdFor(TRACE)).toBe(TRACE);
  expect(traceIdFor('mine')).toMatch(/^[0-9a-f]{32}$/);
  expect(traceIdFor('mine')).toBe(traceIdFor('mine'));
  expect(traceIdFor('0'.repeat(32))).not.toBe('0'.repeat(32));
});

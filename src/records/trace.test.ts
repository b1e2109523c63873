import { expect, test } from 'bun:test';
import { traceIdOf } from './trace.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

test.each([
  ['its X-Trace-ID before all else', { 'x-trace-id': 'mine', traceparent: PARENT, 'x-request-id': 'r' }, 'mine'],
  ['then that of its traceparent', { traceparent: PARENT, 'x-request-id': 'r' }, TRACE],
  ['a later version of that, too', { traceparent: `01-${TRACE}-00f067aa0ba902b7-01-more` }, TRACE],
  ['then its X-Request-ID', { traceparent: 'none', 'x-request-id': 'req_1.2-3' }, 'req_1.2-3'],
  ['that where the X-Trace-ID is unusable', { 'x-trace-id': 'a b', 'x-request-id': 'r' }, 'r'],
])('the trace ID is the client’s: %s', (_, headers, expected) => {
  expect(traceIdOf(headers)).toBe(expected);
});

test.each([
  ['nothing', {}],
  ['no form that is known', { 'x-trace-id': 'a\tb', 'x-request-id': 'x'.repeat(129) }],
  ['a version that there never will be', { traceparent: `ff-${TRACE}-00f067aa0ba902b7-01` }],
  ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
  ['a parent of zeros', { traceparent: `00-${TRACE}-${'0'.repeat(16)}-01` }],
  ['a traceparent that is a trace alone', { traceparent: TRACE }],
])('a UUID is made where the client sent %s', (_, headers) => {
  expect(traceIdOf(headers)).toMatch(UUID);
});

// What is sent is read by the schema that OpenTelemetry publishes, in both encodings.
import { expect, test } from 'bun:test';
import { decodeJson, decodeProtobuf } from '../../../test/kit/otlp-receiver.ts';
import type { Batch } from './batch.ts';
import { otlpJson } from './otlp-json.ts';
import { otlpProtobuf } from './otlp-protobuf.ts';
import { PROFILES } from './profiles/profiles.ts';
import { spansOf } from './spans-of.ts';
import { failedOver, trace } from './traces.fixture.ts';

const parent = { traceId: trace().traceId, spanId: 'b7ad6b7169203331', isSampled: true, state: 'a=1,b@c=2' };
const subject = failedOver({ queued: [{ fromMs: 1, ms: 3.5 }] }, trace({ parent }));
const spans = spansOf(subject, ['1111111111111111', '2222222222222222'], PROFILES.openinference(false), (text) => text);
const batch: Batch = {
  resource: [
    { key: 'service.name', type: 'text', value: 'llm-proxy' },
    { key: 'empty', type: 'text', value: '' },
  ],
  scope: { name: 'llm-proxy', version: '1.2.3' },
  schemaUrl: 'https://opentelemetry.io/schemas/1.41.1',
  spans,
};

test('JSON and protobuf say the same, by the official schema', () => {
  const read = decodeProtobuf(otlpProtobuf(batch));
  // The ids of waits are made anew for each call of `spansOf`, not for each encoding.
  expect(read).toEqual(decodeJson(otlpJson(batch)));
  expect(read).toHaveLength(4);
});

test('spans have their ids, times, kinds, states, links and events', () => {
  const [own, wait, failed, served] = decodeProtobuf(otlpProtobuf(batch));
  const startUs = BigInt(subject.record.startedAt) * 1000n;
  expect(own).toMatchObject({
    traceId: trace().traceId,
    spanId: trace().spanId,
    parentSpanId: parent.spanId,
    traceState: 'a=1,b@c=2',
    name: 'POST chat/completions',
    kind: 'SPAN_KIND_SERVER',
    flags: 0x301,
    startTimeUnixNano: String(startUs * 1000n),
    endTimeUnixNano: String((startUs + 1_240_040n) * 1000n),
    status: {},
    resource: { 'service.name': 'llm-proxy', empty: '' },
  });
  expect(own?.events.map(({ name }) => name)).toEqual(['llm_proxy.failover', 'llm_proxy.first_content']);
  expect(own?.events[0]?.attributes).toEqual({
    'llm_proxy.from': 'openai',
    'llm_proxy.to': 'claude',
    'error.type': 'rate_limited',
    'llm_proxy.failure_detail': 'rate_limit_exceeded',
  });
  expect(wait).toMatchObject({ name: 'queue', kind: 'SPAN_KIND_INTERNAL', parentSpanId: trace().spanId });
  expect(wait?.startTimeUnixNano).toBe(String((startUs + 1000n) * 1000n));
  expect(failed).toMatchObject({
    spanId: '1111111111111111',
    parentSpanId: trace().spanId,
    name: 'chat gpt-4-turbo-preview',
    kind: 'SPAN_KIND_CLIENT',
    flags: 0x101,
    status: { code: 'STATUS_CODE_ERROR', message: 'rate_limit_exceeded' },
  });
  expect(failed?.events).toMatchObject([
    { name: 'llm_proxy.cooldown', attributes: { 'llm_proxy.cooling_until': '2026-11-22T12:01:00.000Z' } },
  ]);
  expect(served).toMatchObject({ name: 'chat claude-sonnet-4-6', status: {} });
  expect(served?.links).toMatchObject([
    {
      spanId: '1111111111111111',
      attributes: { 'llm_proxy.link': 'failover', 'llm_proxy.link.failure': 'rate_limited' },
    },
  ]);
});

test('long texts, numbers below zero and texts in all scripts survive', () => {
  const value = 'Überlänge 你好 🙂 '.repeat(5000);
  const [first] = spans;
  if (first === undefined) throw new Error('no span');
  const attributes = [
    { key: 'long', type: 'text', value },
    { key: 'below', type: 'int', value: -5 },
    { key: 'large', type: 'int', value: Number.MAX_SAFE_INTEGER },
    { key: 'double', type: 'double', value: 1 },
    { key: 'list', type: 'texts', value: ['a', ''] },
    { key: 'no', type: 'flag', value: false },
  ] as const;
  const one = { ...batch, spans: [{ ...first, attributes }] };
  const expected = {
    long: value,
    below: -5n,
    large: BigInt(Number.MAX_SAFE_INTEGER),
    double: 1,
    list: ['a', ''],
    no: false,
  };
  expect(decodeProtobuf(otlpProtobuf(one))[0]?.attributes).toEqual(expected);
  expect(decodeJson(otlpJson(one))[0]?.attributes).toEqual(expected);
});

test('of thousands of attempts the first and the last are told, and how many are not', () => {
  const [failed] = subject.record.tries;
  if (failed === undefined) throw new Error('no attempt');
  const tries = Array.from({ length: 5000 }, (_, at) => ({ ...failed, startedMs: at }));
  const many = spansOf(failedOver({ tries }), [], PROFILES.semconv(false), (text) => text);
  expect(many).toHaveLength(129);
  expect(many[0]?.attributes).toContainEqual({ key: 'llm_proxy.attempts_left_out', type: 'int', value: 4872 });
  expect(many[0]?.events.length).toBeLessThanOrEqual(130);
});

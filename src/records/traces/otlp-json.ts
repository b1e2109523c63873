import { SPAN_KIND, type Attribute, type Span } from './span.ts';
import type { Batch } from './batch.ts';
import { flagsOf } from './batch.ts';

/** OTLP in JSON: ids in hexadecimal, 64-bit numbers as text. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function otlpJson({ resource, scope, schemaUrl, spans }: Batch): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: resource.map(keyValue) },
        scopeSpans: [{ scope, spans: spans.map(spanJson), schemaUrl }],
        schemaUrl,
      },
    ],
  });
}

function spanJson(span: Span): object {
  const { traceId, spanId, parentSpanId, state, name, kind, attributes, events, links, error } = span;
  return {
    traceId,
    spanId,
    traceState: state,
    parentSpanId,
    flags: flagsOf(span),
    name,
    kind: SPAN_KIND[kind],
    startTimeUnixNano: nanos(span.startUs),
    endTimeUnixNano: nanos(span.endUs),
    attributes: attributes.map(keyValue),
    events: events.map((event) => ({
      timeUnixNano: nanos(event.timeUs),
      name: event.name,
      attributes: event.attributes.map(keyValue),
    })),
    links: links.map((link) => ({ ...link, attributes: link.attributes.map(keyValue) })),
    status: error && { code: STATUS_ERROR, message: error.message },
  };
}

const STATUS_ERROR = 2;

function keyValue({ key, type, value }: Attribute): object {
  switch (type) {
    case 'text':
      return { key, value: { stringValue: value } };
    case 'int':
      return { key, value: { intValue: String(value) } };
    case 'double':
      return { key, value: { doubleValue: value } };
    case 'flag':
      return { key, value: { boolValue: value } };
    case 'texts':
      return { key, value: { arrayValue: { values: value.map((one) => ({ stringValue: one })) } } };
  }
}

function nanos(us: number): string {
  return `${us}000`;
}

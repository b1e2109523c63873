import { ProtobufWriter } from '../../lib/protobuf-writer.ts';
import { flagsOf, type Batch } from './batch.ts';
import { SPAN_KIND, type Attribute, type Span, type SpanEvent, type SpanLink } from './span.ts';

// Numbers are those of the fields in opentelemetry-proto: collector/trace/v1/trace_service.proto, trace/v1/trace.proto,
// resource/v1/resource.proto and common/v1/common.proto. https://github.com/open-telemetry/opentelemetry-proto

/** OTLP in protobuf: an `ExportTraceServiceRequest`. */
export function otlpProtobuf({ resource, scope, schemaUrl, spans }: Batch): Buffer<ArrayBuffer> {
  return new ProtobufWriter()
    .message(1, (resourceSpans) =>
      resourceSpans
        .message(1, (writer) => writeAttributes(writer, 1, resource))
        .message(2, (scopeSpans) => {
          scopeSpans.message(1, (writer) => writer.text(1, scope.name).text(2, scope.version));
          for (const span of spans) scopeSpans.message(2, (writer) => writeSpan(writer, span));
          scopeSpans.text(3, schemaUrl);
        })
        .text(3, schemaUrl),
    )
    .finish();
}

function writeSpan(writer: ProtobufWriter, span: Span): void {
  const { error } = span;
  writer
    .hex(1, span.traceId)
    .hex(2, span.spanId)
    .text(3, span.state)
    .hex(4, span.parentSpanId)
    .text(5, span.name)
    .number(6, SPAN_KIND[span.kind])
    .fixed64(7, span.startUs, NANOS)
    .fixed64(8, span.endUs, NANOS);
  writeAttributes(writer, 9, span.attributes);
  for (const event of span.events) writer.message(11, (inner) => writeEvent(inner, event));
  for (const link of span.links) writer.message(13, (inner) => writeLink(inner, link));
  if (error !== undefined) writer.message(15, (status) => status.text(2, error.message).number(3, STATUS_ERROR));
  writer.fixed32(16, flagsOf(span));
}

const STATUS_ERROR = 2;

function writeEvent(writer: ProtobufWriter, { timeUs, name, attributes }: SpanEvent): void {
  writer.fixed64(1, timeUs, NANOS).text(2, name);
  writeAttributes(writer, 3, attributes);
}

function writeLink(writer: ProtobufWriter, { traceId, spanId, attributes }: SpanLink): void {
  writer.hex(1, traceId).hex(2, spanId);
  writeAttributes(writer, 4, attributes);
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: readonly Attribute[]): void {
  for (const attribute of attributes) {
    const pair = writer.begin(field);
    const value = writer.written(keyField(attribute.key)).begin(2);
    writeValue(writer, attribute);
    writer.end(value).end(pair);
  }
}

/** The field of a key, which is the same in span after span. */
function keyField(key: string): Uint8Array {
  const known = keyFields.get(key);
  if (known !== undefined) return known;
  const field = new ProtobufWriter().text(1, key).finish();
  // Keys of messages have numbers in them, of which there is no end.
  if (keyFields.size < MOST_KEYS) keyFields.set(key, field);
  return field;
}

const MOST_KEYS = 512;
const keyFields = new Map<string, Uint8Array>();

function writeValue(writer: ProtobufWriter, { type, value }: Attribute): void {
  switch (type) {
    case 'text':
      // An `AnyValue` without any member is none: an empty text has to be written.
      if (value === '') writer.message(1, () => undefined);
      else writer.text(1, value);
      break;
    case 'flag':
      writer.flag(2, value);
      break;
    case 'int':
      writer.number(3, value);
      break;
    case 'double':
      writer.double(4, value);
      break;
    case 'texts':
      writer.message(5, (list) => {
        for (const one of value) list.message(1, (item) => writeValue(item, { key: '', type: 'text', value: one }));
      });
  }
}

/** In a microsecond. */
const NANOS = 1000;

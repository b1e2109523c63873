// Receives spans as a collector does: by the schema that OpenTelemetry publishes, which the package of its own exporter
// brings (opentelemetry-proto 1.5 in @opentelemetry/otlp-transformer 0.203).
import { gunzipSync } from 'node:zlib';
import root from '@opentelemetry/otlp-transformer/build/src/generated/root.js';
import type { Json } from './json.ts';

/** A span as its schema has it, with attributes by name and 64-bit numbers as text. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: string;
  readonly flags: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, Json>>;
  readonly events: readonly { readonly name: string; readonly attributes: Readonly<Record<string, Json>> }[];
  readonly links: readonly { readonly spanId: string; readonly attributes: Readonly<Record<string, Json>> }[];
  readonly status: { readonly code?: string; readonly message?: string };
  readonly resource: Readonly<Record<string, Json>>;
}

/** One request as it came. */
export interface ReceivedExport {
  readonly path: string;
  readonly headers: Headers;
  readonly spans: readonly ReceivedSpan[];
  /** All that it held, undone. */
  readonly text: string;
}

/** A destination of traces on a real socket. */
export interface OtlpReceiver {
  readonly url: string;
  readonly exports: readonly ReceivedExport[];
  /** All spans that were taken. */
  readonly spans: readonly ReceivedSpan[];
  /** What it answers from now on; undefined: it takes everything. */
  answer: (() => Response) | undefined;
  stop(): Promise<void>;
}

/** Starts one on a free port, or on that port. */
export function startOtlpReceiver(port = 0): OtlpReceiver {
  const exports: ReceivedExport[] = [];
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port,
    async fetch(request) {
      const instead = receiver.answer?.();
      const bytes = Buffer.from(await request.arrayBuffer());
      if (instead !== undefined && !instead.ok) return instead;
      const plain = request.headers.get('content-encoding') === 'gzip' ? gunzipSync(bytes) : bytes;
      const isJson = request.headers.get('content-type') === 'application/json';
      const spans = isJson ? decodeJson(plain.toString('utf8')) : decodeProtobuf(plain);
      exports.push({
        path: new URL(request.url).pathname,
        headers: request.headers,
        spans,
        text: plain.toString('utf8'),
      });
      if (instead !== undefined) return instead;
      return isJson
        ? Response.json({})
        : new Response(new Uint8Array(), { headers: { 'content-type': 'application/x-protobuf' } });
    },
  });
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${server.port}`,
    exports,
    get spans() {
      return exports.flatMap(({ spans }) => spans);
    },
    answer: undefined,
    stop: () => server.stop(true),
  };
  return receiver;
}

const Message = (root as Json).opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
const OPTIONS = { longs: String, enums: String, bytes: String, defaults: true };

/** Reads protobuf by the schema. */
export function decodeProtobuf(bytes: Uint8Array): ReceivedSpan[] {
  return received(Message.toObject(Message.decode(bytes), OPTIONS));
}

/** Reads JSON by the schema. Throws at what is of another type or has no place in it. */
export function decodeJson(text: string): ReceivedSpan[] {
  const value = withBytes(JSON.parse(text));
  const message = Message.fromObject(value);
  const problem = Message.verify(message) as string | null;
  if (problem !== null) throw new Error(`no OTLP: ${problem}`);
  expectNothingLost(value, Message.toObject(message, { ...OPTIONS, enums: Number }), '');
  return received(Message.toObject(Message.decode(Message.encode(message).finish()), OPTIONS));
}

/** Ids are hexadecimal in OTLP's JSON, where protobuf's own has base64. */
function withBytes(value: Json): Json {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      /^(?:trace|span|parentSpan)Id$/.test(key)
        ? [key, Buffer.from(String(inner), 'hex').toString('base64')]
        : [key, withBytes(inner)],
    ),
  );
}

/** A field that the schema does not know is left out without a word. */
function expectNothingLost(given: Json, kept: Json, path: string): void {
  if (typeof given !== 'object' || given === null) return;
  for (const [key, value] of Object.entries(given)) {
    if (!(key in kept)) throw new Error(`OTLP has no ${path}.${key}`);
    expectNothingLost(value, kept[key], `${path}.${key}`);
  }
}

function received(message: Json): ReceivedSpan[] {
  return message.resourceSpans.flatMap(({ resource, scopeSpans }: Json) =>
    scopeSpans.flatMap(({ spans }: Json) =>
      spans.map((span: Json) => ({
        ...span,
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        attributes: plain(span.attributes),
        events: span.events.map((event: Json) => ({ ...event, attributes: plain(event.attributes) })),
        links: span.links.map((link: Json) => ({
          ...link,
          spanId: hex(link.spanId),
          attributes: plain(link.attributes),
        })),
        status: span.status ?? {},
        resource: plain(resource.attributes),
      })),
    ),
  );
}

function hex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function plain(attributes: readonly Json[]): Record<string, Json> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

/** An integer is told from a float by its type: bigint. */
function plainValue(value: Json): Json {
  if ('stringValue' in value) return value.stringValue;
  if ('boolValue' in value) return value.boolValue;
  if ('intValue' in value) return BigInt(value.intValue);
  if ('doubleValue' in value) return value.doubleValue;
  if ('arrayValue' in value) return value.arrayValue.values.map(plainValue);
  throw new Error(`an attribute without a value: ${JSON.stringify(value)}`);
}

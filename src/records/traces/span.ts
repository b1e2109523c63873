/** A value of an attribute, with the type that it has whatever its number is. */
export type Attribute =
  | { readonly key: string; readonly type: 'text'; readonly value: string }
  | { readonly key: string; readonly type: 'int' | 'double'; readonly value: number }
  | { readonly key: string; readonly type: 'flag'; readonly value: boolean }
  | { readonly key: string; readonly type: 'texts'; readonly value: readonly string[] };

/** The kinds of spans that there are here, by their numbers in OTLP. */
export const SPAN_KIND = { internal: 1, server: 2, client: 3 } as const;

/** One of them. */
export type SpanKind = keyof typeof SPAN_KIND;

/** Something at one moment of a span. */
export interface SpanEvent {
  readonly timeUs: number;
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

/** Another span of the same trace that a span has to do with. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly Attribute[];
}

/** A finished span, as OTLP has it. Times are microseconds since the epoch. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** `tracestate` of the trace. */
  readonly state: string | undefined;
  /** Its parent is in another process. */
  readonly isParentRemote: boolean;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startUs: number;
  readonly endUs: number;
  readonly attributes: readonly Attribute[];
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  /** What is wrong with it; undefined: nothing is. */
  readonly error: { readonly message: string | undefined } | undefined;
}

/** About how much memory a span takes, in bytes. */
export function spanBytes({ name, attributes, events }: Span): number {
  let sum = 512 + name.length;
  for (const { value } of attributes) sum += 64 + (typeof value === 'string' ? value.length : 16);
  return sum + events.length * 256;
}

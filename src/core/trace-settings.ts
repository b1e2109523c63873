/** How the attributes of spans are called. */
export const TRACE_PROFILES = ['semconv', 'langfuse', 'openinference'] as const;

/** One of them. */
export type TraceProfile = (typeof TRACE_PROFILES)[number];

/** The encodings of OTLP over HTTP. */
export const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'] as const;

/** One of them. */
export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number];

/** Where spans are sent, and what they are to tell there. */
export interface TraceDestination {
  /** The whole URL. */
  readonly url: string;
  /** By names in lower case. Their values are secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly profile: TraceProfile;
  /** The texts of the conversation are told. */
  readonly content: boolean;
  readonly protocol: OtlpProtocol;
  readonly gzip: boolean;
  readonly timeoutMs: number;
}

/** Which traces are kept, unless they end badly: those are kept all. */
export interface TraceSampler {
  /** Of 1. */
  readonly ratio: number;
  /** Where a caller says whether its trace is kept, that counts. */
  readonly asksParent: boolean;
}

/** What traces go by. */
export interface TraceSettings {
  /** At least one. */
  readonly destinations: readonly TraceDestination[];
  readonly sampler: TraceSampler;
  readonly resource: Readonly<Record<string, string>>;
  /** The newest names of the conventions, which are not released yet. */
  readonly isExperimental: boolean;
}

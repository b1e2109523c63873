import { z } from 'zod';
import { OTLP_PROTOCOLS, TRACE_PROFILES } from '../../core/trace-settings.ts';
import { duration, HEADER_SAFE, REFUSED, text } from '../fields.ts';

const URL_ALLOWED = 'an http:// or https:// URL such as http://otel-collector:4318';
const LINK_ALLOWED = 'an http:// or https:// URL with {trace_id} in it';
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

function endpoint() {
  return text('URL', URL_ALLOWED).refine((value) => value === '' || isUrl(value), { params: REFUSED });
}

const ENDPOINT =
  'Where spans are sent, by OTLP over HTTP: the base URL, such as `http://otel-collector:4318` or `https://cloud.langfuse.com/api/public/otel`. `/v1/traces` is added unless it ends so.';

const destination = {
  headers: z
    .record(
      z.string().regex(HEADER_NAME, 'is not a valid header name (letters, digits and hyphens)'),
      z
        .string()
        .refine((value) => value === '' || HEADER_SAFE.test(value), {
          error: 'has characters that an HTTP header cannot carry (use printable ASCII, without a space at either end)',
        })
        .meta({ kind: 'secret', secret: true, allowed: 'a header value as text, ${VARIABLE} or file:/path/to/it' }),
    )
    .optional()
    .describe('Headers for the destination, by name: its key, say. Their values are secret, and may be `file:PATH`.'),
  profile: z
    .enum(TRACE_PROFILES)
    .default('semconv')
    .describe(
      'How attributes are called. `semconv`: the conventions of OpenTelemetry, for Jaeger, Tempo and most others. `langfuse` and `openinference` (Phoenix) add the names by which these show models, tokens, costs and texts.',
    ),
  content: z
    .boolean()
    .default(false)
    .describe(
      'Whether spans hold what was said: messages, system instructions, tool definitions and the answer, masked, up to 64 KiB each. Off: no text of a conversation leaves the gateway.',
    ),
  protocol: z
    .enum(OTLP_PROTOCOLS)
    .optional()
    .describe('The encoding. Default: `OTEL_EXPORTER_OTLP_PROTOCOL`, else `http/protobuf`.'),
  compression: z
    .enum(['gzip', 'none'])
    .optional()
    .describe('Whether batches are compressed. Default: `OTEL_EXPORTER_OTLP_COMPRESSION`, else `gzip`.'),
  timeout: duration('above zero')
    .optional()
    .describe('How long the destination may take for a batch. Default: `OTEL_EXPORTER_OTLP_TIMEOUT`, else 10s.'),
};

/** `otel`: traces. */
export const otelSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('`false` turns traces off, whatever else is set. Without a destination there are none.'),
    endpoint: endpoint().optional().describe(ENDPOINT),
    ...destination,
    sample: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'Which share of traces is kept: `0.1` for a tenth. Where a caller says in `traceparent` whether its trace is kept, that counts. Errors, failovers, hedges and answers that broke off are kept all. Default: `OTEL_TRACES_SAMPLER` and its `_ARG`, else 1.',
      ),
    service_name: text('text')
      .optional()
      .describe('`service.name` of all spans. Default: `OTEL_SERVICE_NAME`, else `llm-proxy`.'),
    link: text('URL', LINK_ALLOWED)
      .refine((value) => value === '' || (isUrl(value) && value.includes('{trace_id}')), { params: REFUSED })
      .optional()
      .describe(
        'Where a trace can be looked at, for links of the console: `https://grafana.example/trace/{trace_id}`.',
      ),
    exporters: z
      .array(z.strictObject({ endpoint: endpoint().describe(ENDPOINT), ...destination }))
      .default([])
      .describe('More destinations, which get the same spans, each with keys of its own.'),
  })
  .prefault({})
  .meta({
    example: `otel:
  enabled: true
  endpoint: http://otel-collector:4318
  headers: {} # authorization: file:/run/secrets/otel
  profile: semconv
  content: false # true: prompts and answers leave the gateway
  protocol: http/protobuf
  compression: gzip
  timeout: 10s
  sample: 0.1 # errors and failovers are kept all
  service_name: llm-proxy
  link: https://grafana.example/trace/{trace_id}
  exporters:
    - endpoint: https://cloud.langfuse.com/api/public/otel
      headers: { authorization: Basic cGstbGY6c2stbGY= }
      profile: langfuse
      content: true`,
  })
  .describe(
    'Traces, by OpenTelemetry: a span for each request, each of its attempts, and each wait in the queue. docs/traces.md tells more. The standard variables `OTEL_*` work as well; keys of the config come before them.',
  );

function isUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:\/\//i.test(value) && !/\s/.test(value) && URL.parse(value)?.password === '';
}

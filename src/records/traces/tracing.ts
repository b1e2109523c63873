import type { Exchange } from '../../core/exchange.ts';
import type { ExchangeTrace } from '../../core/exchange-trace.ts';
import type { TraceSampler, TraceSettings } from '../../core/trace-settings.ts';
import { newSpanId, parseTraceParent, traceIdFor, type TraceParent } from '../../lib/trace-context.ts';
import { DialogueTap } from './dialogue-tap.ts';
import { operationOf } from './operation.ts';
import { requestSettings } from './request-settings.ts';

/** Gives each exchange its place in a trace. Part of a snapshot. */
export class Tracing {
  readonly #sampler: TraceSampler;
  readonly #takesContent: boolean;

  constructor({ sampler, destinations }: Pick<TraceSettings, 'sampler' | 'destinations'>) {
    this.#sampler = sampler;
    this.#takesContent = destinations.some(({ content }) => content);
  }

  /** Called with the head of a request. */
  begin({ headers, traceId: id }: Pick<Exchange, 'headers' | 'traceId'>): ExchangeTrace {
    const parent = parseTraceParent(headers['traceparent'], headers['tracestate']);
    const traceId = parent?.traceId ?? traceIdFor(id);
    return {
      traceId,
      spanId: newSpanId(),
      parent,
      isSampled: isSampled(traceId, parent, this.#sampler),
      operation: '',
      settings: {},
      dialogue: undefined,
    };
  }

  /** Called when it is known what the request asks: the body is let go of before all is over. */
  note(exchange: Exchange): void {
    const { trace, endpoint, body, delivery } = exchange;
    if (trace === undefined || endpoint === undefined) return;
    trace.operation = operationOf(endpoint);
    if (body === undefined) return;
    trace.settings = requestSettings(body.fields);
    if (!this.#takesContent || endpoint.operation !== 'generate') return;
    const tap = new DialogueTap(exchange);
    trace.dialogue = () => tap.dialogue();
    delivery.addTap(tap);
  }
}

const BITS = 2 ** 52;

/**
 * By the last 52 bits of the id, as OpenTelemetry has it (of the 56 that are random), so that all who see the trace decide
 * alike: https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
function isSampled(traceId: string, parent: TraceParent | undefined, { ratio, asksParent }: TraceSampler): boolean {
  if (asksParent && parent !== undefined) return parent.isSampled;
  return Number.parseInt(traceId.slice(19), 16) >= (1 - ratio) * BITS;
}

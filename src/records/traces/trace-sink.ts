import type { ExchangeRecord } from '../../core/record.ts';
import { newSpanId } from '../../lib/trace-context.ts';
import type { Sink } from '../sink.ts';
import type { Mask, Profile } from './attribute-row.ts';
import { keptTrace } from './kept-trace.ts';
import type { SpanExporter } from './span-exporter.ts';
import { spansOf } from './spans-of.ts';
import { textsOf } from './texts.ts';

/** One destination, and how attributes are called there. */
export interface TraceOutput {
  readonly exporter: SpanExporter;
  readonly profile: Profile;
}

/** Makes the spans of each exchange that is kept, once it is over, for every destination. */
export class TraceSink implements Sink {
  outputs: readonly TraceOutput[] = [];
  mask: Mask = (text) => text;

  record(record: ExchangeRecord): void {
    const { trace } = record;
    if (trace === undefined || this.outputs.length === 0 || keptTrace(record) === undefined) return;
    const spanIds = record.tries.map(({ spanId }) => spanId ?? newSpanId());
    const said = trace.dialogue?.();
    const texts = said && textsOf(said, this.mask);
    for (const { exporter, profile } of this.outputs) {
      const told = exporter.destination.content ? texts : undefined;
      exporter.add(spansOf({ record, trace, texts: told }, spanIds, profile, this.mask));
    }
  }
}

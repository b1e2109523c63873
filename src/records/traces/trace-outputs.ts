import type { TraceDestination } from '../../core/trace-settings.ts';
import { RESULTS, type SpanExporter, type SpanResult } from './span-exporter.ts';

/** The exporters in use, and those that a reload has replaced and that still send their last. */
export class TraceOutputs {
  #used: readonly SpanExporter[] = [];
  readonly #closing = new Map<SpanExporter, Promise<void>>();
  /** What became of spans at destinations that are gone. */
  readonly #before: Record<SpanResult, number> = { sent: 0, dropped: 0, refused: 0 };

  /** From now on these get the spans; those before have `ms` for what waits with them. */
  use(exporters: readonly SpanExporter[], ms: number): void {
    for (const exporter of this.#used) this.#closing.set(exporter, this.#retire(exporter, ms));
    this.#used = exporters;
  }

  /** Resolves when nothing is sent any more. */
  async close(ms: number): Promise<void> {
    this.use([], ms);
    await Promise.all(this.#closing.values());
  }

  /** How many spans wait. */
  get waiting(): number {
    return this.#all().reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** How many spans had each result, since the start. */
  *results(): Iterable<readonly [[SpanResult], number]> {
    for (const result of RESULTS)
      yield [[result], this.#all().reduce((sum, { counts }) => sum + counts[result], this.#before[result])];
  }

  /** How each destination does. */
  status(): object[] {
    return this.#used.map(({ destination, counts, waiting, trouble }) => ({
      destination: placeOf(destination),
      profile: destination.profile,
      content: destination.content,
      ...counts,
      waiting,
      trouble: trouble ?? null,
    }));
  }

  #all(): readonly SpanExporter[] {
    return [...this.#used, ...this.#closing.keys()];
  }

  async #retire(exporter: SpanExporter, ms: number): Promise<void> {
    await exporter.close(ms);
    for (const result of RESULTS) this.#before[result] += exporter.counts[result];
    this.#closing.delete(exporter);
  }
}

/** The host of a destination and its port: what stands behind may hold a key. */
export function placeOf({ url }: TraceDestination): string {
  return URL.parse(url)?.host ?? '';
}

import { hostname } from 'node:os';
import { otelSettings } from '../../config/otel-settings.ts';
import type { Config } from '../../config/schema.ts';
import { secretsOf } from '../../config/secrets.ts';
import type { TraceDestination, TraceSettings } from '../../core/trace-settings.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import { VERSION } from '../../lib/version.ts';
import { createRedactor } from '../log/redact.ts';
import { counter, single } from '../metrics/families.ts';
import type { Batch } from './batch.ts';
import { PROFILES } from './profiles/profiles.ts';
import { SCHEMA_URL } from './profiles/semconv.ts';
import { sendSpans } from './send-spans.ts';
import { SpanExporter, type ExportEvents } from './span-exporter.ts';
import { TraceSink } from './trace-sink.ts';

/** What waits at the end has so long, and no longer than `server.shutdown_timeout`. */
const CLOSING_MS = 3000;

/** Traces as a feature: spans of each exchange, sent to where the config or the variables `OTEL_*` say. */
export function createTraces({ clock, log, env }: FeatureTools): Feature {
  const sink = new TraceSink();
  const spans = counter('otel_spans_total', 'Spans by what became of them (docs/traces.md).', ['result']);
  const retired: Promise<void>[] = [];
  let closingMs = CLOSING_MS;
  let applied = '';
  const ended = { sent: 0, dropped: 0, refused: 0 };
  const settingsOf = ({ otel }: Config): TraceSettings | undefined => otelSettings(otel, env).settings;
  const retire = (exporter: SpanExporter): void => {
    const closing = exporter.close(closingMs).then(() => {
      for (const [result, count] of entries(exporter)) ended[result] += count;
      exporters.delete(exporter);
    });
    retired.push(closing);
  };
  /** Those in use, and those that still send their last. */
  const exporters = new Set<SpanExporter>();
  return {
    name: 'traces',
    isOn: (config) => settingsOf(config) !== undefined,
    sink,
    families: [
      {
        ...pick(spans),
        render() {
          for (const result of RESULTS) {
            const now = sum([...exporters], result) + ended[result];
            const series = spans.series(result);
            series.add(now - series.value);
          }
          return spans.render();
        },
      },
      single('otel_queue_spans', 'Spans that wait to be sent.', () =>
        [...exporters].reduce((all, one) => all + one.waiting, 0),
      ),
    ],
    configure(config) {
      closingMs = Math.min(CLOSING_MS, config.server.shutdown_timeout);
      sink.mask = createRedactor(secretsOf(config, env));
      const { settings, ignored } = otelSettings(config.otel, env);
      const wanted = JSON.stringify([settings, config.node_name]);
      if (wanted === applied) return;
      applied = wanted;
      for (const { variable, cause } of settings === undefined ? [] : ignored)
        log.warn('a variable for traces is not followed', { variable, cause });
      for (const { exporter } of sink.outputs) retire(exporter);
      const tools = { clock, random: Math.random, send: sendSpans, events: eventsOf(log) };
      sink.outputs = (settings?.destinations ?? []).map((destination) => {
        const origin = originOf(config, settings);
        const exporter = new SpanExporter(destination, { ...tools, origin });
        exporters.add(exporter);
        return { exporter, profile: PROFILES[destination.profile](settings?.isExperimental === true) };
      });
    },
    async close() {
      for (const { exporter } of sink.outputs) retire(exporter);
      sink.outputs = [];
      await Promise.all(retired);
    },
    status: () => ({
      destinations: sink.outputs.map(({ exporter: { destination, counts, waiting, trouble } }) => ({
        destination: placeOf(destination),
        profile: destination.profile,
        content: destination.content,
        ...counts,
        waiting,
        trouble: trouble ?? null,
      })),
    }),
  };
}

const RESULTS = ['sent', 'dropped', 'refused'] as const;

function entries({ counts }: SpanExporter): [(typeof RESULTS)[number], number][] {
  return RESULTS.map((result) => [result, counts[result]]);
}

function sum(exporters: readonly SpanExporter[], result: (typeof RESULTS)[number]): number {
  return exporters.reduce((all, { counts }) => all + counts[result], 0);
}

function pick({ name, help, type, labels }: ReturnType<typeof counter>) {
  return { name, help, type, labels };
}

function eventsOf(log: FeatureTools['log']): ExportEvents {
  return {
    failing: (to, cause) => log.warn('the destination of traces takes no spans', { destination: placeOf(to), cause }),
    refusing: (to, cause) => log.warn('the destination of traces refuses spans', { destination: placeOf(to), cause }),
    recovered: (to, lost) =>
      log.info('the destination of traces takes spans again', { destination: placeOf(to), lost_spans: lost }),
  };
}

/** Without what stands behind the host, which may hold a key. */
function placeOf({ url }: TraceDestination): string {
  return URL.parse(url)?.host ?? '';
}

function originOf({ node_name: node }: Config, settings: TraceSettings | undefined): Omit<Batch, 'spans'> {
  const { resource = {}, isExperimental = false } = settings ?? {};
  const own = { 'service.version': VERSION, 'service.instance.id': node ?? hostname(), 'host.name': hostname() };
  const attributes = Object.entries({ ...own, ...resource });
  return {
    resource: attributes.map(([key, value]) => ({ key, type: 'text', value })),
    scope: { name: 'llm-proxy', version: VERSION },
    schemaUrl: isExperimental ? SCHEMA_URL.experimental : SCHEMA_URL.released,
  };
}

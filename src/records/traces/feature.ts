import { hostname } from 'node:os';
import { otelSettings } from '../../config/otel-settings.ts';
import type { Config } from '../../config/schema.ts';
import { secretsOf } from '../../config/secrets.ts';
import type { TraceSettings } from '../../core/trace-settings.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import { VERSION } from '../../lib/version.ts';
import { createRedactor } from '../log/redact.ts';
import { countersRead, single } from '../metrics/families.ts';
import type { Batch } from './batch.ts';
import { PROFILES } from './profiles/profiles.ts';
import { SCHEMA_URL } from './profiles/semconv.ts';
import { sendSpans } from './send-spans.ts';
import { SpanExporter, type ExportEvents } from './span-exporter.ts';
import { placeOf, TraceOutputs } from './trace-outputs.ts';
import { TraceSink } from './trace-sink.ts';

/** What waits at the end has so long, and no longer than `server.shutdown_timeout`. */
const CLOSING_MS = 3000;

/** Traces as a feature: spans of each exchange, sent to where the config or the variables `OTEL_*` say. */
export function createTraces({ clock, log, env }: FeatureTools): Feature {
  const sink = new TraceSink();
  const outputs = new TraceOutputs();
  let closingMs = CLOSING_MS;
  let applied: string | undefined;
  let link: string | undefined;
  const use = (settings: TraceSettings | undefined, node: string | undefined): void => {
    const origin = originOf(settings, node);
    const tools = { clock, random: Math.random, send: sendSpans, events: eventsOf(log), origin };
    sink.outputs = (settings?.destinations ?? []).map((destination) => ({
      exporter: new SpanExporter(destination, tools),
      profile: PROFILES[destination.profile](settings?.isExperimental === true),
    }));
    outputs.use(
      sink.outputs.map(({ exporter }) => exporter),
      closingMs,
    );
  };
  return {
    name: 'traces',
    isOn: (config) => otelSettings(config.otel, env).settings !== undefined,
    sink,
    families: [
      countersRead(
        'otel_spans_total',
        'Spans by what became of them: sent, dropped for want of room or time, refused.',
        ['result'],
        () => outputs.results(),
      ),
      single('otel_queue_spans', 'Spans that wait to be sent.', () => outputs.waiting),
    ],
    configure(config) {
      closingMs = Math.min(CLOSING_MS, config.server.shutdown_timeout);
      sink.mask = createRedactor(secretsOf(config, env));
      ({ link } = config.otel);
      const { settings, ignored } = otelSettings(config.otel, env);
      const wanted = settings && JSON.stringify([settings, config.node_name]);
      // What is the same goes on, with what waits.
      if (wanted === applied) return;
      applied = wanted;
      for (const { variable, cause } of settings === undefined ? [] : ignored)
        log.warn('a variable for traces is not followed', { variable, cause });
      use(settings, config.node_name);
    },
    async close() {
      sink.outputs = [];
      await outputs.close(closingMs);
    },
    status: () => ({ destinations: outputs.status(), link: link ?? null }),
  };
}

function eventsOf(log: FeatureTools['log']): ExportEvents {
  return {
    failing: (to, cause) => log.warn('the destination of traces takes no spans', { destination: placeOf(to), cause }),
    refusing: (to, cause) => log.warn('the destination of traces refuses spans', { destination: placeOf(to), cause }),
    recovered: (to, lost) =>
      log.info('the destination of traces takes spans again', { destination: placeOf(to), lost_spans: lost }),
  };
}

function originOf(settings: TraceSettings | undefined, node: Config['node_name']): Omit<Batch, 'spans'> {
  const { resource = {}, isExperimental = false } = settings ?? {};
  const own = { 'service.version': VERSION, 'service.instance.id': node ?? hostname(), 'host.name': hostname() };
  const attributes = Object.entries({ ...own, ...resource });
  return {
    resource: attributes.map(([key, value]) => ({ key, type: 'text', value })),
    scope: { name: 'llm-proxy', version: VERSION },
    schemaUrl: isExperimental ? SCHEMA_URL.experimental : SCHEMA_URL.released,
  };
}

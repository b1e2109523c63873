import { send } from './client.ts';
import { startGateway } from './gateway.ts';

/** What Prometheus adds to every sample, and what rules keep where an operator's setup adds it. */
export const OF_THE_SCRAPE: readonly string[] = ['job', 'instance', 'cluster', 'namespace'];

/**
 * The name of each sample that the gateway offers once it has served, failed, fallen back, broken off and refused, with all
 * that it can keep count of (a histogram's with its suffixes) → the labels that it has.
 */
export async function metricSamples(): Promise<Map<string, Set<string>>> {
  const gateway = await startGateway({
    config: {
      data_dir: 'data',
      backends: [{ name: 'demo', url: 'demo:' }],
      prices: { 'demo/*': { input: 1, output: 2 } },
      // Nobody listens there: what there is of traces is counted all the same.
      otel: { endpoint: 'http://127.0.0.1:9' },
      budgets: [{ name: 'main', usd: 100, per: 'day' }],
      models: {
        fails: { routes: [{ backend: 'demo', model: 'demo-fail-503' }] },
        cut: { routes: [{ backend: 'demo', model: 'demo-cut' }] },
        demo: { routes: [{ backend: 'demo', model: 'demo' }] },
      },
      fallback: { max_retries: 0, alias_fallback: { fails: ['demo'] } },
    },
  });
  try {
    for (const [model, stream] of [
      ['demo', true],
      ['fails', false],
      ['cut', true],
      ['none', false],
    ]) {
      const body = { model, stream, messages: [{ role: 'user', content: 'one two three' }] };
      await (await send(`${gateway.url}/v1/chat/completions`, { body })).whole();
    }
    const { text } = await (await send(`${gateway.url}/metrics`)).whole();
    return samplesIn(text);
  } finally {
    await gateway.stop();
  }
}

function samplesIn(text: string): Map<string, Set<string>> {
  const samples = new Map<string, Set<string>>();
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)/gm)) {
    for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']) {
      samples.set(`${name}${suffix}`, new Set(OF_THE_SCRAPE));
    }
  }
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]+)\{(.*)\} \S+$/gm)) {
    for (const [, label = ''] of labels.matchAll(/([a-z_]+)="/g)) samples.get(name)?.add(label);
  }
  return samples;
}

/** The metrics of a query, recorded ones included, each with the labels that its selector matches. */
export function metricsOf(query: string): { readonly name: string; readonly matched: readonly string[] }[] {
  return [...query.matchAll(/\b((?:llm_proxy|process)[a-z0-9_:]+|up(?=\{))(?:\{([^}]*)\})?/g)].map(
    ([, name = '', selector = '']) => ({
      name,
      matched: [...selector.matchAll(/([a-z_]+) *(?:=~|!~|!=|=) *"/g)].map(([, label = '']) => label),
    }),
  );
}

/** The labels that a query groups by. */
export function groupedBy(query: string): string[] {
  return [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  );
}

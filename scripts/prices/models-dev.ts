import { canonicalName } from '../../src/pricing/names.ts';
import type { Catalogue, Entry } from './entry.ts';
import { blankEntry, unitsOf } from './entry.ts';

/** Prices in USD per million tokens. */
interface UsdRates {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly cache_read?: number;
  readonly cache_write?: number;
}

interface Listed extends UsdRates {
  readonly tiers?: readonly (UsdRates & { readonly inputTokensAbove?: number; readonly above?: number })[];
}

interface Period {
  readonly start: string | null;
  readonly rates: Listed | null;
}

/** Vendors of ours by the file of the package that has their models. */
export const FILES: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'gemini',
  'google-vertex': 'vertex',
  'amazon-bedrock': 'bedrock',
  azure: 'azure',
  mistral: 'mistral',
  groq: 'groq',
  deepseek: 'deepseek',
  xai: 'xai',
  together: 'together',
  fireworks: 'fireworks',
  openrouter: 'openrouter',
  cerebras: 'cerebras',
  moonshotai: 'moonshot',
  zai: 'zhipu',
  minimax: 'minimax',
};

/** Vendors that only the history of models.dev has, by its name for them. */
export const HISTORIES: Readonly<Record<string, string>> = {
  cohere: 'cohere',
  perplexity: 'perplexity',
  alibaba: 'qwen',
};

/** Reads one vendor's models as `@earendil-works/pi-ai` has them: by API, each with `cost` in USD per million tokens. */
export function readModelsDev(text: string): Catalogue {
  const catalogue: Catalogue = new Map();
  const apis = JSON.parse(text) as Record<string, Record<string, { id?: string; cost?: Listed }>>;
  for (const models of Object.values(apis)) {
    for (const { id, cost } of Object.values(models)) {
      if (id !== undefined && cost !== undefined) add(catalogue, id, cost);
    }
  }
  return catalogue;
}

/** Reads a vendor's models in the snapshot of `model-prices`, as they are priced at `now`. */
export function readHistory(text: string, provider: string, now: number): Catalogue {
  const catalogue: Catalogue = new Map();
  const { prices } = JSON.parse(text) as {
    prices: Record<string, Record<string, Readonly<Record<string, Period[]>>>>;
  };
  const current = (periods: Period[] = []) =>
    periods.findLast(({ start }) => start === null || Date.parse(start) <= now)?.rates;
  for (const [id, { standard, thinking }] of Object.entries(prices[provider] ?? {})) {
    const rates = current(standard);
    if (rates) add(catalogue, id, rates, current(thinking) ?? undefined);
  }
  return catalogue;
}

function add(catalogue: Catalogue, id: string, listed: Listed, thinking?: Listed): void {
  const name = canonicalName(id);
  // What is priced at nothing is a preview, or has no price yet.
  if (catalogue.has(name) || (listed.input ?? 0) + (listed.output ?? 0) === 0) return;
  const entry = blankEntry();
  entry.rates = ratesOf(listed);
  for (const tier of listed.tiers ?? []) {
    const tokens = tier.inputTokensAbove ?? tier.above;
    if (tokens !== undefined) entry.above.set(tokens, ratesOf(tier));
  }
  addThinking(entry, thinking);
  catalogue.set(name, entry);
}

/** Alibaba's hybrid models: the same input, and other output while they think. */
function addThinking(entry: Entry, thinking: Listed | undefined): void {
  const output = unitsOf(thinking?.output, 6);
  if (thinking === undefined || output === undefined || output === entry.rates.output) return;
  entry.thinking = true;
  entry.rates.reasoning = output;
  for (const tier of thinking.tiers ?? []) {
    const tokens = tier.inputTokensAbove ?? tier.above;
    const rates = tokens === undefined ? undefined : entry.above.get(tokens);
    const dearer = unitsOf(tier.output, 6);
    if (rates !== undefined && dearer !== undefined) rates.reasoning = dearer;
  }
}

function ratesOf(listed: UsdRates) {
  const cacheRead = unitsOf(listed.cacheRead ?? listed.cache_read, 6);
  const cacheWrite = unitsOf(listed.cacheWrite ?? listed.cache_write, 6);
  const [input, output] = [unitsOf(listed.input, 6), unitsOf(listed.output, 6)];
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    // A zero says that nothing was published.
    ...(cacheRead ? { cacheRead } : {}),
    ...(cacheWrite ? { cacheWrite5m: cacheWrite } : {}),
  };
}

import { canonicalName } from '../../src/pricing/names.ts';
import type { Rates, ServiceTier } from '../../src/pricing/price.ts';
import type { Catalogue, Draft, Entry } from './entry.ts';
import { blankEntry, unitsOf } from './entry.ts';

type Row = Readonly<Record<string, unknown>>;

/** Which vendor of ours a provider of LiteLLM's table is, in the order in which their entries count. */
const PROVIDERS: readonly (readonly [provider: RegExp, vendor: string])[] = [
  [/^(?:text-completion-)?openai$/, 'openai'],
  [/^azure(?:_text)?$/, 'azure'],
  [/^azure_ai$/, 'azure'],
  [/^anthropic$/, 'anthropic'],
  [/^gemini$/, 'gemini'],
  [/^vertex_ai/, 'vertex'],
  [/^bedrock(?:_converse)?$/, 'bedrock'],
  [/^bedrock_mantle$/, 'bedrock'],
  [/^(?:mistral|codestral)$/, 'mistral'],
  [/^groq$/, 'groq'],
  [/^deepseek$/, 'deepseek'],
  [/^xai$/, 'xai'],
  [/^cohere(?:_chat)?$/, 'cohere'],
  [/^together_ai$/, 'together'],
  [/^fireworks_ai/, 'fireworks'],
  [/^openrouter$/, 'openrouter'],
  [/^cerebras$/, 'cerebras'],
  [/^perplexity$/, 'perplexity'],
  [/^moonshot$/, 'moonshot'],
  [/^zai$/, 'zhipu'],
  [/^dashscope$/, 'qwen'],
  [/^minimax$/, 'minimax'],
];

/** What is no model of an endpoint that the gateway has, by LiteLLM's word for it. */
const OTHER_MODES = new Set(['video_generation', 'search', 'evaluation', 'vector_store', 'guardrail', 'decisions']);

/** Classes by what LiteLLM calls them. Of two names of one class the last that is there counts. */
const CLASSES: Readonly<Record<string, keyof Rates>> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cacheRead',
  cache_creation_input_token_cost: 'cacheWrite5m',
  // OpenAI's writes that stay longer stay for 12 hours; there is one class for what stays longer.
  cache_creation_input_token_cost_above_12hr: 'cacheWrite1h',
  cache_creation_input_token_cost_above_1hr: 'cacheWrite1h',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_audio_token: 'audioIn',
  output_cost_per_audio_token: 'audioOut',
  input_cost_per_image_token: 'imageIn',
  output_cost_per_image_token: 'imageOut',
};

const TIERS: Readonly<Record<string, ServiceTier>> = {
  _batches: 'batch',
  _flex: 'flex',
  _priority: 'priority',
  _ultrafast: 'ultrafast',
};

/** Reads LiteLLM's table: prices by vendor of ours and canonical name. */
export function readLiteLlm(text: string): Map<string, Catalogue> {
  const rows = Object.entries(JSON.parse(text) as Record<string, Row>);
  const vendors = new Map<string, Catalogue>();
  for (const [provider, vendor] of PROVIDERS) {
    const catalogue = vendors.get(vendor) ?? new Map<string, Entry>();
    vendors.set(vendor, catalogue);
    for (const [key, row] of rows) {
      const own = String(row['litellm_provider']);
      if (!provider.test(own) || OTHER_MODES.has(String(row['mode']))) continue;
      const name = canonicalName(key.replace(PREFIX, ''));
      if (NO_MODEL.test(name)) continue;
      const entry = readRow(row, vendor);
      // The plain name comes before those with a version, and an older provider's entry before a newer one's.
      if (entry !== undefined && !catalogue.has(name)) catalogue.set(name, entry);
    }
  }
  return vendors;
}

/** LiteLLM's own prefix of a model's name. */
const PREFIX =
  /^(?:azure|azure_ai|gemini|vertex_ai|bedrock|bedrock_mantle|mistral|codestral|groq|deepseek|xai|cohere|together_ai|fireworks_ai|openrouter|cerebras|perplexity|moonshot|zai|dashscope|minimax)\//;

/** A region's or a term's price, a size of images, a class of models. */
const NO_MODEL =
  /^(?:[a-z]{2}(?:-[a-z]+)+-\d\/|[\w-]*\d+-x-\d+|(?:low|medium|high|hd|standard)\/|fireworks-ai-|together-ai-|claude_platform\/|\*)|-x-\d+\/|month-commitment/;

function readRow(row: Row, vendor: string): Entry | undefined {
  const entry = blankEntry();
  for (const [key, value] of Object.entries(row)) readRate(entry, key, value);
  for (const step of (row['tiered_pricing'] as Row[] | undefined) ?? []) readStep(entry, step);
  readFast(entry, row);
  readUnits(entry, row);
  readTools(entry, row, vendor);
  dropUnpublished(entry);
  // Less than 0.001 USD per million tokens is a price of something else: of an image's steps.
  if (Object.values(entry.rates).some((rate) => rate > 0 && rate < 1000)) return undefined;
  const isPriced = Object.keys(entry.rates).length + Object.keys(entry.units).length > 0;
  return isPriced ? entry : undefined;
}

/** `input_cost_per_token_above_200k_tokens_priority` */
const RATE = /^(\w+?)(?:_above_(\d+)k_tokens)?(_batches|_flex|_priority|_ultrafast)?$/;

function readRate(entry: Entry, key: string, value: unknown): void {
  const [, base = '', thousands, suffix = ''] = RATE.exec(key) ?? [];
  const name = CLASSES[base];
  const rate = unitsOf(value, 12);
  if (name === undefined || rate === undefined) return;
  const tier = TIERS[suffix];
  const scale = tier === undefined ? entry : (entry.tiers[tier] ??= { rates: {}, above: new Map() });
  const tokens = Number(thousands ?? 0) * 1000;
  const rates = tokens === 0 ? scale.rates : (scale.above.get(tokens) ?? {});
  if (tokens > 0) scale.above.set(tokens, rates);
  if (base.endsWith('_12hr') && rates[name] !== undefined) return;
  Object.assign(rates, { [name]: rate });
}

/** One of the steps of which the whole request's input picks one. */
function readStep(entry: Entry, step: Row): void {
  const [from = 0] = (step['range'] as number[] | undefined) ?? [];
  const rates = from === 0 ? entry.rates : {};
  if (from > 0) entry.above.set(from, rates);
  for (const [key, value] of Object.entries(step)) {
    const name = CLASSES[key];
    const rate = unitsOf(value, 12);
    if (name !== undefined && rate !== undefined) Object.assign(rates, { [name]: rate });
  }
}

/** Anthropic's fast mode is a factor on everything. */
function readFast(entry: Entry, row: Row): void {
  const { fast } = (row['provider_specific_entry'] ?? {}) as { readonly fast?: unknown };
  const factor = unitsOf(fast, 6);
  if (factor === undefined || factor === 0) return;
  const times = (rates: Draft): Draft =>
    Object.fromEntries(
      Object.entries(rates).map(([name, rate]) => [name, Number((BigInt(rate) * BigInt(factor)) / 1_000_000n)]),
    );
  const above = new Map([...entry.above].map(([tokens, rates]) => [tokens, times(rates)]));
  entry.tiers['fast'] = { rates: times(entry.rates), above };
}

function readUnits(entry: Entry, row: Row): void {
  const set = (unit: string, usd: unknown) => {
    const cost = unitsOf(usd, 9);
    if (cost !== undefined && cost > 0) entry.units[unit] = cost;
  };
  set('search', row['input_cost_per_query']);
  set('request', row['input_cost_per_request']);
  set('page', row['ocr_cost_per_page']);
  const { rates } = entry;
  const hasTokens = Object.values(rates).some((rate) => rate > 0);
  // Where there are both, they are two ways to say the same.
  if (hasTokens) return;
  if (row['mode'] === 'image_generation' || row['mode'] === 'image_edit') set('image', row['output_cost_per_image']);
  if (row['mode'] === 'audio_transcription')
    set('second', row['input_cost_per_second'] ?? row['output_cost_per_second']);
  if (row['mode'] === 'audio_speech') set('character', row['input_cost_per_character']);
}

function readTools(entry: Entry, row: Row, vendor: string): void {
  const bySize = row['search_context_cost_per_query'] as Row | undefined;
  if (vendor === 'perplexity') {
    // Each of its requests searches; a low context is the default.
    const fee = unitsOf(bySize?.['search_context_size_low'], 9);
    if (fee !== undefined && fee > 0) entry.units['request'] = fee;
    return;
  }
  const search = unitsOf(bySize?.['search_context_size_medium'], 9);
  const maps = unitsOf(row['google_maps_grounding_cost_per_query'], 9);
  if (search !== undefined && search > 0) entry.tools['web_search'] = search;
  if (maps !== undefined && maps > 0) entry.tools['google_maps'] = maps;
}

/** A zero beside prices means that nothing was published; only zeros mean nothing either. */
function dropUnpublished(entry: Entry): void {
  const scales = [entry, ...Object.values(entry.tiers)];
  const isText = (entry.rates.input ?? 0) > 0;
  for (const { rates, above } of scales) {
    for (const each of [rates, ...above.values()]) {
      for (const [name, rate] of Object.entries(each)) {
        // Embeddings and rerankers have no output; a zero there is true, and costs nothing to say.
        if (rate === 0 && !(name === 'output' && isText)) delete each[name as keyof Rates];
      }
    }
  }
  for (const [tier, scale] of Object.entries(entry.tiers)) {
    for (const [tokens, rates] of scale.above) if (Object.keys(rates).length === 0) scale.above.delete(tokens);
    if (Object.keys(scale.rates).length + scale.above.size === 0) delete entry.tiers[tier as ServiceTier];
  }
  for (const [tokens, rates] of entry.above) if (Object.keys(rates).length === 0) entry.above.delete(tokens);
}

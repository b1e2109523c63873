import type { ReportedCounts } from '../../core/reported-counts.ts';
import { asNumber, asObject, type JsonObject } from '../../lib/json.ts';

const TICKS_PER_USD = 1e10;

/**
 * What a provider says that an answer costs, in nano-USD; undefined if it does not.
 * OpenRouter: `cost`, and beside it what the provider behind it takes where it is asked with the user's own key
 * (https://openrouter.ai/docs/use-cases/usage-accounting). xAI: `cost_in_usd_ticks`, of which a dollar has 10¹⁰
 * (https://docs.x.ai/developers/cost-tracking). Perplexity: `cost.total_cost` (https://docs.perplexity.ai).
 */
export function statedCost(usage: JsonObject, counts: ReportedCounts): number | undefined {
  const ticks = asNumber(usage['cost_in_usd_ticks']);
  if (ticks !== undefined) return counts.usd(ticks / TICKS_PER_USD);
  const { cost } = usage;
  const charged = counts.usd(asObject(cost)?.['total_cost'] ?? (asNumber(cost) === undefined ? undefined : cost));
  if (charged === undefined || usage['is_byok'] !== true) return charged;
  return charged + (counts.usd(asObject(usage['cost_details'])?.['upstream_inference_cost']) ?? 0);
}

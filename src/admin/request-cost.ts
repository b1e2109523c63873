import type { LedgerTry } from '../core/ledger-row.ts';
import { TOKEN_CLASSES, type Consumption } from '../core/token-classes.ts';
import { decimalText } from '../lib/decimal.ts';
import { formatUsd } from '../lib/usd.ts';
import { MULTIPLIER_ONE } from '../pricing/price.ts';
import { toolName } from '../pricing/tool-name.ts';
import type { RequestDetailJson } from './request-detail-schema.ts';
import { snake } from './request-json.ts';

type TryCostJson = RequestDetailJson['cost']['tries'][number];
type LineJson = TryCostJson['lines'][number];

/** One line of the bill, in units of 10⁻¹² USD. */
interface Line {
  readonly json: LineJson;
  readonly pico: bigint;
}

/** The bill of a try as a page can print it: what its cost was made of. Undefined: it used nothing that costs. */
export function tryCostJson(tried: LedgerTry): TryCostJson | undefined {
  const { index, usage, cost } = tried;
  if (usage === undefined || cost === undefined) return undefined;
  const tier = usage.tier ?? null;
  if (cost === null) return { ...NO_PRICE, try: index, tier };
  const own = { try: index, source: cost.source, tier, cost_usd: formatUsd(cost.nanoUsd) };
  if (cost.source === 'stated') return { ...own, lines: [], multiplier: '1', exact_usd: formatUsd(cost.nanoUsd) };
  const { multiplier = MULTIPLIER_ONE, ...rates } = cost.rates;
  const lines = linesOf(usage, rates, costBeforeMultiplier(cost.nanoUsd, multiplier));
  const pico = lines.reduce((sum, line) => sum + line.pico, 0n) * BigInt(multiplier);
  return {
    ...own,
    lines: lines.map(({ json }) => json),
    multiplier: decimalText(multiplier, 6),
    exact_usd: decimalText(pico, 18),
  };
}

const NO_PRICE = { source: null, lines: [], multiplier: '1', exact_usd: null, cost_usd: null };

function linesOf(used: Consumption, rates: Readonly<Record<string, number>>, nanoUsd: bigint): Line[] {
  const lines: Line[] = [];
  const left = { ...rates };
  for (const name of TOKEN_CLASSES) {
    const rate = left[name];
    if (rate === undefined) continue;
    delete left[name];
    // 10⁻⁶ USD per million tokens are 10⁻¹² USD per token.
    lines.push(lineOf(name, used[name], 'token', { rate: BigInt(rate), text: decimalText(rate, 6) }));
  }
  for (const [called, count] of Object.entries(used.serverTools)) {
    const name = Object.hasOwn(left, called) ? called : toolName(called);
    const rate = left[name];
    if (rate === undefined || count === 0) continue;
    lines.push(lineOf(called, count, 'call', { rate: BigInt(rate) * 1000n, text: decimalText(rate, 9) }));
  }
  for (const [called] of Object.entries(used.serverTools)) delete left[toolName(called)];
  return [...lines, ...unitLines(left, used, nanoUsd * 1000n - lines.reduce((sum, { pico }) => sum + pico, 0n))];
}

/** The ledger keeps no counts of units: of one kind of them the rest of the cost tells how many there were. */
function unitLines(left: Readonly<Record<string, number>>, used: Consumption, restPico: bigint): Line[] {
  const units = Object.entries(left).filter(([name]) => name.startsWith('per_'));
  const known = units.map(([name, rate]) => {
    const unit = name.slice('per_'.length);
    return { name, rate, count: unit === 'request' ? 1 : used.units?.[unit] };
  });
  const knownPico = known.reduce((sum, { rate, count = 0 }) => sum + BigInt(count) * BigInt(rate) * 1000n, 0n);
  const unknown = known.filter(({ count }) => count === undefined);
  return known.map(({ name, rate, count }) => {
    const perUnit = BigInt(rate) * 1000n;
    const isOnly = unknown.length === 1 && perUnit > 0n;
    const found = count ?? (isOnly ? Number((restPico - knownPico + perUnit / 2n) / perUnit) : 0);
    return lineOf(name, found, 'unit', { rate: perUnit, text: decimalText(rate, 9) });
  });
}

function lineOf(
  name: string,
  count: number,
  unit: LineJson['unit'],
  { rate, text }: { readonly rate: bigint; readonly text: string },
): Line {
  const pico = BigInt(count) * rate;
  const json = {
    class: unit === 'token' ? snake(name) : name,
    count,
    unit,
    rate_usd: text,
    amount_usd: decimalText(pico, 12),
  };
  return { json, pico };
}

function costBeforeMultiplier(nanoUsd: number, multiplier: number): bigint {
  return multiplier === 0 ? 0n : (BigInt(nanoUsd) * BigInt(MULTIPLIER_ONE)) / BigInt(multiplier);
}

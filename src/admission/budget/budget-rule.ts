import { nameOf, unitOf, type BudgetSpec } from '../../core/budget-spec.ts';
import { formatUsd, parseUsd } from '../../lib/usd.ts';
import type { BudgetRule } from './budget.ts';

/** The rule that a budget of `owner` (`key:ci`, `team:platform`, `model:gpt-5`, `all`) states. */
export function ruleOf(owner: string, spec: BudgetSpec): BudgetRule {
  const unit = unitOf(spec);
  const label = `${owner}/${nameOf(spec)}`;
  const { on_exceeded: onExceeded } = spec;
  return {
    id: `${label}:${unit}/${spec.per}`,
    label,
    unit,
    limit: limitOf(spec),
    window: { per: spec.per, zone: spec.zone, weekStarts: spec.week_starts },
    mode: spec.mode,
    alertAt: spec.mode === 'observe' ? [] : spec.alert_at.toSorted((a, b) => a - b),
    fallback: onExceeded === 'reject' ? [] : onExceeded.fallback,
    letsFinish: spec.overrun === 'finish',
    letsUnpriced: spec.unpriced === 'allow',
  };
}

function limitOf({ usd, tokens, requests = 0 }: BudgetSpec): bigint {
  if (usd === undefined) return BigInt(tokens ?? requests);
  const nano = parseUsd(usd);
  if (typeof nano !== 'bigint') throw new Error(`a budget of ${usd} USD: ${nano}`);
  return nano;
}

/** An amount of a budget's unit, for people: `12.5 USD`, `1000 tokens`. */
export function shownAmount(unit: BudgetRule['unit'], amount: bigint): string {
  return unit === 'usd' ? `${formatUsd(amount)} USD` : `${amount} ${unit}`;
}

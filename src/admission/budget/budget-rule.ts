import { nameOf, unitOf, type BudgetSpec } from '../../core/budget-spec.ts';
import { formatUsd, parseUsd } from '../../lib/usd.ts';
import type { BudgetRule } from './budget.ts';

/** Whose a budget is. */
export interface Owner {
  /** Unique, and the same for as long as it is the same one: `key:ci`, `team:platform`, `model:gpt-5`, `all`. */
  readonly id: string;
  /** The same for people: what a key made at run time is called. */
  readonly label: string;
}

/** One that is told by its id. */
export function owner(id: string): Owner {
  return { id, label: id };
}

/** Whose the budgets of all requests are. */
export const ALL = owner('all');

/** A team. */
export function teamOwner(name: string): Owner {
  return owner(`team:${name}`);
}

/** A key; one of the config is told by its name, one that was made at run time (`keyId`) may be renamed. */
export function keyOwner({ id, name, team, keyId }: KeyNames): Owner {
  const place = team === undefined ? name : `${team}/${name}`;
  return { id: keyId === undefined ? `key:${id}` : `key:${keyId}`, label: `key:${place}` };
}

interface KeyNames {
  /** The caller's. */
  readonly id: string;
  readonly name: string;
  readonly team: string | undefined;
  readonly keyId: string | undefined;
}

/** The rule that a budget states. */
export function ruleOf(of: Owner, spec: BudgetSpec): BudgetRule {
  const unit = unitOf(spec);
  const name = nameOf(spec);
  const { on_exceeded: onExceeded } = spec;
  return {
    id: `${of.id}/${name}:${unit}/${spec.per}`,
    label: `${of.label}/${name}`,
    owner: of.id,
    unit,
    limit: limitOf(spec),
    window: { per: spec.per, zone: spec.zone, weekStarts: spec.week_starts },
    mode: spec.mode,
    alertAt: spec.mode === 'observe' ? [] : spec.alert_at.toSorted((a, b) => a - b),
    fallback: onExceeded === 'reject' ? [] : onExceeded.fallback,
    finishesOverrun: spec.overrun === 'finish',
    allowsUnpriced: spec.unpriced === 'allow',
  };
}

/** How long the windows of a budget are, by its id. */
export function perIn(id: string): BudgetSpec['per'] {
  return PERIODS.find((per) => id.endsWith(`/${per}`)) ?? 'total';
}

const PERIODS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;

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

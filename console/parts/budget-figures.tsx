import { budgetState, usedShare, type Budget, type BudgetState } from '../lib/accounts.ts';
import { moneyText, nanoUsd, numberText, percentText } from '../lib/format.ts';
import { words } from '../words/accounts.ts';
import { Badge, type Tone } from './badge.tsx';
import { Meter } from './meter.tsx';

const TONES: Readonly<Record<BudgetState, Tone>> = { over: 'bad', near: 'warn', within: 'good' };

/** How a budget stands, in a word. */
export function BudgetBadge({ budget }: { readonly budget: Budget }) {
  const state = budgetState(budget);
  return <Badge tone={TONES[state]}>{words.value.states[state]}</Badge>;
}

/** What is used of a budget, as a bar with both amounts. */
export function BudgetMeter({ budget }: { readonly budget: Budget }) {
  const state = budgetState(budget);
  const { usedOf } = words.value;
  return (
    <Meter
      label={budget.name}
      share={usedShare(budget)}
      text={usedOf(plainAmount(budget, budget.spent), amountText(budget, budget.limit))}
      tone={state === 'within' ? 'plain' : TONES[state] === 'bad' ? 'bad' : 'warn'}
    />
  );
}

/** An amount in the unit of a budget. */
export function amountText({ unit }: Pick<Budget, 'unit'>, amount: string): string {
  if (unit === 'usd') return moneyText(amount);
  return `${numberText(BigInt(amount))} ${words.value.units[unit]}`;
}

/** The same without the unit, where that follows. */
function plainAmount({ unit }: Budget, amount: string): string {
  return unit === 'usd' ? moneyText(amount) : numberText(BigInt(amount));
}

/** What requests under way may still cost, where there are any. */
export function Held({ budget }: { readonly budget: Budget }) {
  if (nanoUsd(budget.held) === 0n) return null;
  const { heldHint, held } = words.value;
  return (
    <span class="nothing" title={heldHint}>
      {` ${held(amountText(budget, budget.held))}`}
    </span>
  );
}

/** At which percentages somebody is told, and which of them are reached. */
export function Alerts({ budget }: { readonly budget: Budget }) {
  const { alertReached, alertAhead } = words.value;
  const share = Number(budget.limit) === 0 ? 1 : Number(budget.spent) / Number(budget.limit);
  if (budget.alert_at.length === 0) return <span class="nothing">{'–'}</span>;
  return (
    <span class="row alerts">
      {budget.alert_at.map((percent) => {
        const isReached = share * 100 >= percent;
        const text = percentText(percent / 100);
        return (
          <span key={percent} class={isReached ? 'tone-warn' : 'nothing'}>
            <span class="off-screen">{isReached ? alertReached(text) : alertAhead(text)}</span>
            <span aria-hidden="true">{`${text}${isReached ? '✓' : ''}`}</span>
          </span>
        );
      })}
    </span>
  );
}

import type { RequestDetail } from '../../../lib/answers.ts';
import { Money, Time } from '../../../parts/figures.tsx';
import { words } from './words.ts';

/** What was held for the request, and what budgets have counted. */
export function Charges({ detail: { charges, held_usd: held } }: { readonly detail: RequestDetail }) {
  const w = words.value;
  return (
    <dl class="facts">
      {held !== null && (
        <div class="fact">
          <dt>{w.held}</dt>
          <dd>
            <Money usd={held} />
          </dd>
        </div>
      )}
      <div class="fact">
        <dt>{w.charges}</dt>
        <dd>
          {charges.length === 0 && <span class="nothing">{w.noCharges}</span>}
          {charges.length > 0 && (
            <ul>
              {charges.map(({ budget, name, unit, amount, window_start: start }) => (
                <li key={budget}>
                  {name === null ? (
                    <span title={budget}>{w.budgetGone}</span>
                  ) : (
                    <a href="/console/teams" title={budget}>
                      {name}
                    </a>
                  )}{' '}
                  <b>{unit === null ? amount : w.chargeOf[unit](amount)}</b>
                  {start !== null && (
                    <span class="nothing">
                      {' · '}
                      {w.windowFrom('')}
                      <Time at={start} form="list" />
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )}
        </dd>
      </div>
    </dl>
  );
}

import { durationText, moneyText } from '../lib/format.ts';
import { timeText, zone, type TimeForm } from '../lib/zone.ts';

/** What stands for a value that there is none of. */
const NOTHING = '–';

/** A time in the zone in use, exact in its title. */
export function Time({ at, form = 'list' }: { readonly at: string | null; readonly form?: TimeForm }) {
  if (at === null) return <span class="nothing">{NOTHING}</span>;
  return (
    <time dateTime={at} title={`${timeText(at, 'full')} ${zone.value}`}>
      {timeText(at, form)}
    </time>
  );
}

/** A length of time. */
export function Duration({ ms }: { readonly ms: number | null }) {
  if (ms === null) return <span class="nothing">{NOTHING}</span>;
  return <span title={`${ms} ms`}>{durationText(ms)}</span>;
}

/** A sum of money, all its digits in its title. Null: there is no price. */
export function Money({ usd }: { readonly usd: string | null }) {
  if (usd === null) return <span class="nothing">{NOTHING}</span>;
  return <span title={`${usd} USD`}>{moneyText(usd)}</span>;
}

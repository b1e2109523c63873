import type { RequestDetail } from '../../../lib/answers.ts';
import { numberText } from '../../../lib/format.ts';
import { Notice } from '../../../parts/notice.tsx';
import { TOKEN_CLASSES, tokensOf } from '../../../lib/tokens.ts';
import { words } from './words.ts';

type Bill = RequestDetail['cost']['tries'][number];
type Line = Bill['lines'][number];
type Try = RequestDetail['tries'][number];

/** Tokens by class, and how the cost was made of them: count × rate = amount, attempt by attempt, to the last digit. */
export function Cost({ detail }: { readonly detail: RequestDetail }) {
  const w = words.value;
  const { tries, cost } = detail;
  const used = tries.filter(({ usage }) => usage !== null);
  if (used.length === 0) return <p class="nothing bills">{w.noUsage}</p>;
  return (
    <div class="bills">
      {used.map((tried) => (
        <TryBill
          key={tried.index}
          tried={tried}
          bill={cost.tries.find((bill) => bill.try === tried.index)}
          isOnly={tries.length === 1}
        />
      ))}
      {cost.total_usd !== null && (
        <p class="bill-total">
          {cost.unpriced ? w.totalPartly : w.total} <b>${cost.total_usd}</b>
        </p>
      )}
    </div>
  );
}

interface TryBillProps {
  readonly tried: Try;
  readonly bill: Bill | undefined;
  readonly isOnly: boolean;
}

function TryBill({ tried, bill, isOnly }: TryBillProps) {
  const w = words.value;
  const name = `${w.attempt(numberText(tried.index + 1))} · ${tried.backend} · ${tried.model}`;
  const source = bill === undefined ? undefined : w.sources[bill.source ?? 'none'];
  return (
    <section>
      <p class="bill-head">
        {!isOnly && <b>{name}</b>}
        {source !== undefined && <span class="nothing">{source}</span>}
        {bill !== undefined && bill.tier !== null && <span class="nothing">{w.tier(bill.tier)}</span>}
      </p>
      <div class="table-box" tabIndex={0} role="group" aria-label={name}>
        <table class="table bill" aria-label={name}>
          <thead>
            <tr>
              <th scope="col">{w.class}</th>
              <th scope="col" class="number">
                {w.count}
              </th>
              <th scope="col" class="number">
                {w.rate}
              </th>
              <th scope="col" class="number">
                {w.amount}
              </th>
            </tr>
          </thead>
          <tbody>
            {linesOf(tried, bill).map((line) => (
              <LineRow key={line.class} line={line} />
            ))}
          </tbody>
          <tfoot>{bill !== undefined && bill.cost_usd !== null && <Sums bill={bill} />}</tfoot>
        </table>
      </div>
      {tried.usage?.estimated === true && <p class="hint">{w.estimated}</p>}
      {bill !== undefined && bill.source === null && <Notice icon="warning" tone="warn" title={w.noPrice} />}
    </section>
  );
}

type ShownLine = Pick<Line, 'class' | 'count'> & Partial<Line>;

/** The lines of the bill, and classes of tokens that it does not speak of. */
function linesOf({ usage }: Try, bill: Bill | undefined): ShownLine[] {
  const billed = bill?.lines.filter(({ count }) => count > 0) ?? [];
  const others = TOKEN_CLASSES.filter(
    (name) => tokensOf(usage, name) > 0 && billed.every((line) => line.class !== name),
  );
  return [...billed, ...others.map((name) => ({ class: name, count: tokensOf(usage, name) }))];
}

function LineRow({
  line: { class: name, count, unit, rate_usd: rate, amount_usd: amount },
}: {
  readonly line: ShownLine;
}) {
  const w = words.value;
  const rateOf = { token: w.perMillion, call: w.perCall, unit: w.perUnit };
  return (
    <tr>
      <th scope="row">{isClass(name) ? w.classes[name] : <code>{name}</code>}</th>
      <td class="number">{numberText(count)}</td>
      <td class="number">{unit === undefined || rate === undefined ? '–' : `× ${rateOf[unit](rate)}`}</td>
      <td class="number">{amount === undefined ? '–' : `= $${amount}`}</td>
    </tr>
  );
}

function isClass(name: string): name is keyof typeof words.value.classes {
  return Object.hasOwn(words.value.classes, name);
}

function Sums({ bill }: { readonly bill: Bill }) {
  const w = words.value;
  const hasMultiplier = Number(bill.multiplier) !== 1;
  const isRounded = bill.exact_usd !== null && bill.exact_usd !== bill.cost_usd;
  const rows: (readonly [string, string])[] = [];
  if (hasMultiplier) rows.push([w.times(bill.multiplier), `$${bill.exact_usd ?? ''}`]);
  else if (isRounded) rows.push([w.sum, `$${bill.exact_usd ?? ''}`]);
  rows.push([isRounded ? w.rounded : w.sum, `$${bill.cost_usd ?? ''}`]);
  return (
    <>
      {rows.map(([name, amount]) => (
        <tr key={name}>
          <th scope="row" colSpan={3}>
            {name}
          </th>
          <td class="number">{amount}</td>
        </tr>
      ))}
    </>
  );
}

import type { RequestRow } from '../../lib/answers.ts';
import { compactText, numberText } from '../../lib/format.ts';
import { timeText } from '../../lib/zone.ts';
import { Badge, StatusBadge } from '../../parts/badge.tsx';
import { Duration, Money, Time } from '../../parts/figures.tsx';
import type { Column } from '../../parts/table.tsx';
import { inAndOut } from '../../lib/tokens.ts';
import { words } from './words.ts';

/** The columns of the list. */
export function requestColumns(rows: readonly RequestRow[]): readonly Column<RequestRow>[] {
  const { columns: w, time, anonymous } = words.value;
  const all: readonly Column<RequestRow>[] = [
    {
      name: 'time',
      title: time,
      cell: ({ started_at: at }) => <Time at={at} form={isToday(at) ? 'second' : 'list'} />,
    },
    { name: 'status', title: w.status, cell: (row) => <Outcome row={row} /> },
    { name: 'model', title: w.model, cell: (row) => <Models row={row} /> },
    {
      name: 'caller',
      title: w.caller,
      isExtra: true,
      cell: ({ caller, team }) => (
        <>
          {caller ?? <span class="nothing">{anonymous}</span>}
          {team !== null && <span class="nothing request-team"> · {team}</span>}
        </>
      ),
    },
    { name: 'backend', title: w.backend, isExtra: true, cell: ({ backend }) => backend ?? <Nothing /> },
    { name: 'attempts', title: w.attempts, isNumber: true, isExtra: true, cell: (row) => <Attempts row={row} /> },
    { name: 'ttft', title: w.ttft, isNumber: true, isExtra: true, cell: ({ ttft_ms: ms }) => <Duration ms={ms} /> },
    { name: 'duration', title: w.duration, isNumber: true, cell: ({ duration_ms: ms }) => <Duration ms={ms} /> },
    { name: 'tokens', title: w.tokens, isNumber: true, isExtra: true, cell: (row) => <Tokens row={row} /> },
    { name: 'cost', title: w.cost, isNumber: true, isExtra: true, cell: ({ cost_usd: usd }) => <Money usd={usd} /> },
  ];
  // Where nothing is cached, nobody needs to read that.
  if (rows.every(({ cache }) => cache === null)) return all;
  return [...all, { name: 'cache', title: w.cache, isExtra: true, cell: ({ cache }) => cache ?? '' }];
}

/** The day is told of other days than this one. */
function isToday(at: string): boolean {
  return timeText(at, 'date') === timeText(Date.now(), 'date');
}

function Nothing() {
  return <span class="nothing">–</span>;
}

/** How it ended, with the code of its error. */
function Outcome({ row: { status, interrupted, error_code: code } }: { readonly row: RequestRow }) {
  return (
    <span class="request-outcome">
      <StatusBadge status={status} interrupted={interrupted} />
      {code !== null && (
        <code class="request-code" title={code}>
          {code}
        </code>
      )}
    </span>
  );
}

function Models({ row: { alias, model } }: { readonly row: RequestRow }) {
  if (model === null || model === alias) return <>{alias ?? <Nothing />}</>;
  return (
    <span class="request-models" title={`${alias} → ${model}`}>
      {alias}
      <span class="request-served">
        {' '}
        <span class="nothing">→</span> {model}
      </span>
    </span>
  );
}

function Tokens({ row: { usage } }: { readonly row: RequestRow }) {
  const tokens = inAndOut(usage);
  if (tokens === undefined) return <Nothing />;
  const { input, output } = tokens;
  return (
    <span title={`${numberText(input)} / ${numberText(output)}`}>
      {compactText(input)} <span class="nothing">/</span> {compactText(output)}
    </span>
  );
}

function Attempts({ row: { attempts } }: { readonly row: RequestRow }) {
  if (attempts <= 1) return <>{numberText(attempts)}</>;
  return (
    <Badge tone="warn" icon="retry">
      {numberText(attempts)}
    </Badge>
  );
}

import type { RequestRow } from '../../lib/answers.ts';
import { compactText, numberText } from '../../lib/format.ts';
import { Badge, StatusBadge } from '../../parts/badge.tsx';
import { Duration, Money, Time } from '../../parts/figures.tsx';
import type { Column } from '../../parts/table.tsx';
import { inAndOut } from './tokens.ts';
import { words } from './words.ts';

/** The columns of the list. */
export function requestColumns(rows: readonly RequestRow[]): readonly Column<RequestRow>[] {
  const { columns: w, time, anonymous, noBackend } = words.value;
  const all: readonly Column<RequestRow>[] = [
    { name: 'time', title: time, cell: ({ started_at: at }) => <Time at={at} /> },
    { name: 'status', title: w.status, cell: (row) => <Outcome row={row} /> },
    { name: 'model', title: w.model, cell: (row) => <Models row={row} /> },
    {
      name: 'backend',
      title: w.backend,
      isExtra: true,
      cell: ({ backend }) => backend ?? <span class="nothing">{noBackend}</span>,
    },
    {
      name: 'caller',
      title: w.caller,
      isExtra: true,
      cell: ({ caller, team }) => (
        <>
          {caller ?? <span class="nothing">{anonymous}</span>}
          {team !== null && <span class="nothing"> · {team}</span>}
        </>
      ),
    },
    { name: 'tokens', title: w.tokens, isNumber: true, isExtra: true, cell: (row) => <Tokens row={row} /> },
    { name: 'cost', title: w.cost, isNumber: true, isExtra: true, cell: ({ cost_usd: usd }) => <Money usd={usd} /> },
    { name: 'ttft', title: w.ttft, isNumber: true, isExtra: true, cell: ({ ttft_ms: ms }) => <Duration ms={ms} /> },
    { name: 'duration', title: w.duration, isNumber: true, cell: ({ duration_ms: ms }) => <Duration ms={ms} /> },
    { name: 'attempts', title: w.attempts, isNumber: true, isExtra: true, cell: (row) => <Attempts row={row} /> },
  ];
  // Where nothing is cached, nobody needs to read that.
  if (rows.every(({ cache }) => cache === null)) return all;
  return [...all, { name: 'cache', title: w.cache, isExtra: true, cell: ({ cache }) => cache ?? '' }];
}

/** How it ended, with the code of its error. */
function Outcome({ row: { status, interrupted, error_code: code } }: { readonly row: RequestRow }) {
  return (
    <>
      <StatusBadge status={status} interrupted={interrupted} />
      {code !== null && <code class="request-code">{code}</code>}
    </>
  );
}

function Models({ row: { alias, model } }: { readonly row: RequestRow }) {
  if (model === null || model === alias) return <>{alias ?? <span class="nothing">–</span>}</>;
  return (
    <>
      {alias} <span class="nothing">→</span> {model}
    </>
  );
}

function Tokens({ row: { usage } }: { readonly row: RequestRow }) {
  const tokens = inAndOut(usage);
  if (tokens === undefined) return <span class="nothing">–</span>;
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

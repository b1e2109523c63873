import type { RequestPage, RequestRow } from '../../lib/answers.ts';
import { numberText } from '../../lib/format.ts';
import type { Resource } from '../../lib/resource.ts';
import { StatusBadge } from '../../parts/badge.tsx';
import { Duration, Time } from '../../parts/figures.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { words } from './words.ts';

/** The latest requests, the newest first. */
export function RecentRequests({ requests }: { readonly requests: Resource<RequestPage> }) {
  const w = words.value;
  return (
    <Table
      label={w.recent}
      columns={columns()}
      rows={requests.value.value?.data}
      rowKey={({ id }) => id}
      hrefOf={({ id }) => `/console/requests/${encodeURIComponent(id)}`}
      error={requests.error.value}
      onRetry={requests.reload}
      empty={
        <Empty title={w.noRequests}>
          <p>{w.noRequestsMore}</p>
          <a href="/console/connect">{w.connect}</a>
        </Empty>
      }
    />
  );
}

function columns(): readonly Column<RequestRow>[] {
  const w = words.value;
  return [
    { name: 'time', title: w.time, cell: ({ started_at: at }) => <Time at={at} form="second" /> },
    {
      name: 'status',
      title: w.status,
      cell: ({ status, interrupted }) => <StatusBadge status={status} interrupted={interrupted} />,
    },
    { name: 'model', title: w.model, cell: ({ alias, model }) => alias ?? model ?? '–' },
    { name: 'caller', title: w.caller, isExtra: true, cell: ({ caller }) => caller ?? w.anonymous },
    {
      name: 'attempts',
      title: w.attempts,
      isNumber: true,
      isExtra: true,
      cell: ({ tries }) => numberText(tries.length),
    },
    {
      name: 'ttft',
      title: w.firstToken,
      isNumber: true,
      isExtra: true,
      cell: ({ ttft_ms: ms }) => <Duration ms={ms} />,
    },
    { name: 'duration', title: w.duration, isNumber: true, cell: ({ duration_ms: ms }) => <Duration ms={ms} /> },
  ];
}

import { numberText } from '../../lib/format.ts';
import { words as common } from '../../words/words.ts';
import { Badge } from '../badge.tsx';
import { Button } from '../button.tsx';
import { Panel } from '../panel.tsx';
import { Table, type Column } from '../table.tsx';
import type { DemoOutcome } from './demo-requests.ts';
import { words } from './words.ts';

/** What came of the requests that a demo was sent; each leads to what is known of it. */
export function DemoOutcomes({
  outcomes,
  onClose,
}: {
  readonly outcomes: readonly DemoOutcome[];
  readonly onClose: () => void;
}) {
  const w = words.value;
  const close = <Button kind="quiet" icon="close" label={common.value.close} onClick={onClose} />;
  return (
    <Panel title={w.sent} actions={close} flush>
      <Table
        label={w.sent}
        columns={columns()}
        rows={outcomes}
        rowKey={({ traceId }) => traceId}
        hrefOf={({ traceId }) => `/console/requests/${traceId}`}
      />
    </Panel>
  );
}

function columns(): readonly Column<DemoOutcome>[] {
  const w = words.value;
  return [
    { name: 'model', title: w.asked, cell: ({ model }) => model },
    { name: 'dialect', title: w.dialect, isExtra: true, cell: ({ dialect }) => dialect },
    { name: 'outcome', title: w.outcome, cell: outcomeBadge },
    {
      name: 'attempts',
      title: w.attempts,
      isNumber: true,
      isExtra: true,
      cell: ({ attempts }) => numberText(attempts),
    },
  ];
}

function outcomeBadge({ status, isCut, attempts }: DemoOutcome) {
  const w = words.value;
  if (isCut) return <Badge tone="bad">{common.value.states.interrupted}</Badge>;
  if (status === 0 || status >= 400) return <Badge tone="bad">{w.failed(status)}</Badge>;
  return attempts > 1 ? <Badge tone="warn">{w.failedOver}</Badge> : <Badge tone="good">{w.served}</Badge>;
}

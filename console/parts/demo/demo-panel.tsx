import { useSignal } from '@preact/signals';
import { historyUntil } from '../../lib/demo.ts';
import { numberText } from '../../lib/format.ts';
import { Badge } from '../badge.tsx';
import { Button } from '../button.tsx';
import { Panel } from '../panel.tsx';
import { Table, type Column } from '../table.tsx';
import { DEMO_REQUESTS, send, type DemoOutcome } from './demo-requests.ts';
import { words as common } from '../../words/words.ts';
import { words } from './words.ts';

/** Lets whoever looks at a demo send it real requests, and shows what came of them. Nothing where the gateway is no demo. */
export function DemoPanel({ onSent }: { readonly onSent: () => void }) {
  const outcomes = useSignal<readonly DemoOutcome[]>([]);
  const isSending = useSignal(false);
  if (historyUntil.value === undefined) return null;
  const w = words.value;
  const sendAll = async (): Promise<void> => {
    outcomes.value = [];
    isSending.value = true;
    // One after another, as they are shown; the failover of one decides what the next one meets.
    for (const request of DEMO_REQUESTS) outcomes.value = [...outcomes.value, await send(request)];
    isSending.value = false;
    onSent();
  };
  const button = (
    <Button kind="main" icon="play" disabled={isSending.value} onClick={() => void sendAll()}>
      {isSending.value ? w.sending(outcomes.value.length + 1, DEMO_REQUESTS.length) : w.send}
    </Button>
  );
  return (
    <Panel title={w.sent} actions={button} flush={outcomes.value.length > 0}>
      {outcomes.value.length === 0 ? (
        <p class="demo-more">{w.sentMore}</p>
      ) : (
        <Table
          label={w.sent}
          columns={columns()}
          rows={outcomes.value}
          rowKey={({ traceId }) => traceId}
          hrefOf={({ traceId }) => `/console/requests/${traceId}`}
        />
      )}
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

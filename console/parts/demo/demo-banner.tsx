import { useSignal } from '@preact/signals';
import { demoHistory, historyUntil } from '../../lib/demo.ts';
import { path } from '../../lib/router.ts';
import { timeText } from '../../lib/zone.ts';
import { Button } from '../button.tsx';
import { Icon } from '../icon.tsx';
import { DEMO_REQUESTS, send, type DemoOutcome } from './demo-requests.ts';
import { DemoOutcomes } from './demo-outcomes.tsx';
import './demo.css';
import { words } from './words.ts';

/** Says on every page of a demo what of it is made up, and hides that on demand; on the overview it sends real requests. */
export function DemoBanner() {
  const outcomes = useSignal<readonly DemoOutcome[]>([]);
  const isSending = useSignal(false);
  const until = historyUntil.value;
  if (until === undefined) return null;
  const w = words.value;
  const isHidden = demoHistory.value === 'hidden';
  const change = (): void => {
    demoHistory.value = isHidden ? 'shown' : 'hidden';
    // So that nothing that was asked for before stays.
    location.reload();
  };
  const sendAll = async (): Promise<void> => {
    outcomes.value = [];
    isSending.value = true;
    // One after another: the failover of one decides what the next one meets.
    for (const request of DEMO_REQUESTS) outcomes.value = [...outcomes.value, await send(request)];
    isSending.value = false;
  };
  const time = timeText(until, 'minute');
  const isOverview = path.value === '/';
  return (
    <div class="demo">
      <aside class="demo-banner" aria-label={w.label}>
        <Icon name="info" />
        <p>{isHidden ? w.hidden(time) : `${w.title(time)} ${w.more}`}</p>
        <Button kind="quiet" onClick={change}>
          {isHidden ? w.show : w.hide}
        </Button>
        {isOverview && (
          <Button icon="play" disabled={isSending.value} onClick={() => void sendAll()}>
            {isSending.value ? w.sending(outcomes.value.length + 1, DEMO_REQUESTS.length) : w.send}
          </Button>
        )}
      </aside>
      {isOverview && outcomes.value.length > 0 && (
        <DemoOutcomes outcomes={outcomes.value} onClose={() => (outcomes.value = [])} />
      )}
    </div>
  );
}

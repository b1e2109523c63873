import { demoHistory, historyUntil } from '../../lib/demo.ts';
import { timeText } from '../../lib/zone.ts';
import { Button } from '../button.tsx';
import { Icon } from '../icon.tsx';
import './demo.css';
import { words } from './words.ts';

/** Says on every page of a demo what of it is made up, and hides that on demand. */
export function DemoBanner() {
  const until = historyUntil.value;
  if (until === undefined) return null;
  const w = words.value;
  const isHidden = demoHistory.value === 'hidden';
  const change = (): void => {
    demoHistory.value = isHidden ? 'shown' : 'hidden';
    // So that nothing that was asked for before stays.
    location.reload();
  };
  const time = timeText(until, 'minute');
  return (
    <aside class="demo-banner" aria-label={w.sent}>
      <Icon name="info" />
      <p>{isHidden ? w.hidden(time) : `${w.title(time)} ${w.more}`}</p>
      <Button kind="quiet" onClick={change}>
        {isHidden ? w.show : w.hide}
      </Button>
    </aside>
  );
}

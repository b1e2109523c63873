import { numberText } from '../../lib/format.ts';
import { toast } from '../../lib/toasts.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { Countdown } from '../../parts/countdown.tsx';
import { Notice } from '../../parts/notice.tsx';
import { endRehearsal, type Rehearsal } from './answers.ts';
import { maySteer } from './steer.ts';
import { words } from './words.ts';

interface RehearsalBannerProps {
  readonly rehearsal: Rehearsal;
  readonly onDone: () => void;
}

/** A rehearsal that is under way: its clock, what it has met, and how to watch and end it. */
export function RehearsalBanner({ rehearsal, onDone }: RehearsalBannerProps) {
  const w = words.value;
  const { id, backend, caller, failure, ends_at: until, requests, attempts, served } = rehearsal;
  const end = async (): Promise<void> => {
    const answer = await endRehearsal(id);
    if (answer.ok) toast(w.rehearsalEnded);
    else toast(answer.error.message, 'bad');
    onDone();
  };
  return (
    <Notice icon="play" tone="warn" title={w.rehearsing(backend, caller)}>
      <p>
        {w.acts[failure]}
        {w.stop}
        {w.rehearsalLeft} <Countdown until={until} />
        {w.stop}
        {w.rehearsalMet(numberText(requests), numberText(attempts), numberText(served))}
      </p>
      <p class="banner-actions">
        <a class="button" href={hrefWith('/console/live', { caller })}>
          {w.watchLive}
        </a>
        {maySteer() && <Button onClick={() => void end()}>{w.endNow}</Button>}
      </p>
    </Notice>
  );
}

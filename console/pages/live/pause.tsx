import { useEffect } from 'preact/hooks';
import { isWriting } from '../../lib/keys.ts';
import { Button } from '../../parts/button.tsx';
import type { LiveView } from './live-view.ts';
import { words } from './words.ts';

/** Holds the list, and lets it go on. */
export function PauseButton({ view }: { readonly view: LiveView }) {
  const w = words.value;
  const isPaused = view.isPaused.value;
  return (
    <Button
      kind={isPaused ? 'main' : 'plain'}
      icon={isPaused ? 'play' : 'pause'}
      onClick={() => view.hold({ paused: !isPaused })}
    >
      {isPaused ? w.resume : w.pause}
      <kbd aria-hidden="true">{w.pauseKey}</kbd>
    </Button>
  );
}

/** Space does the same, wherever it does nothing else. */
export function usePauseKey(view: LiveView): void {
  useEffect(() => {
    const leave = new AbortController();
    document.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== ' ' || event.defaultPrevented || isWriting(event.target)) return;
        if ((event.target as Element).closest('button, a, summary, dialog') !== null) return;
        event.preventDefault();
        view.hold({ paused: !view.isPaused.value });
      },
      { signal: leave.signal },
    );
    return () => leave.abort();
  }, [view]);
}

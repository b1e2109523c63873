import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import type { Answer, ApiError } from '../lib/api.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNotice } from './notice.tsx';

/** Asks before something is done, does it, and shows what went wrong where it was asked for. */
export function Confirm({ title, children, action, danger = false, run, onClose }: ConfirmProps) {
  const isRunning = useSignal(false);
  const error = useSignal<ApiError | undefined>(undefined);
  const go = async (): Promise<void> => {
    isRunning.value = true;
    const answer = await run();
    isRunning.value = false;
    error.value = answer.ok ? undefined : answer.error;
    if (answer.ok) onClose();
  };
  const footer = (
    <>
      <Button onClick={onClose}>{words.value.cancel}</Button>
      <Button kind={danger ? 'danger' : 'main'} disabled={isRunning.value} onClick={() => void go()}>
        {action}
      </Button>
    </>
  );
  return (
    <Dialog title={title} onClose={onClose} footer={footer}>
      {children}
      {error.value && <ErrorNotice error={error.value} />}
    </Dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  /** What will happen, and to whom. */
  readonly children: ComponentChildren;
  /** The verb on the button. */
  readonly action: string;
  readonly danger?: boolean;
  readonly run: () => Promise<Answer<unknown>>;
  readonly onClose: () => void;
}

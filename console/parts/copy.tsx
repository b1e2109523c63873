import { useSignal } from '@preact/signals';
import { copyText } from '../lib/copy-text.ts';
import { toast } from '../lib/toasts.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';

const SHOWN_MS = 1500;

/** Copies a text. Without `children` it is a picture alone. */
export function Copy({ text, label, children }: CopyProps) {
  const isDone = useSignal(false);
  const copy = async (): Promise<void> => {
    const isCopied = await copyText(text);
    if (!isCopied) return toast(words.value.copyFailed, 'bad');
    isDone.value = true;
    setTimeout(() => (isDone.value = false), SHOWN_MS);
  };
  const said = isDone.value ? words.value.copied : (label ?? words.value.copy);
  return (
    <Button
      kind={children === undefined ? 'quiet' : 'plain'}
      icon={isDone.value ? 'check' : 'copy'}
      label={children === undefined ? said : undefined}
      onClick={(event) => {
        event.stopPropagation();
        void copy();
      }}
    >
      {children === undefined ? undefined : isDone.value ? words.value.copied : children}
    </Button>
  );
}

interface CopyProps {
  readonly text: string;
  /** What is copied, for a screen reader. */
  readonly label?: string;
  readonly children?: string;
}

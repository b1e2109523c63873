import { useSignal } from '@preact/signals';
import { toast } from '../lib/toasts.ts';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';

const SHOWN_MS = 1500;

/** Copies a text. Without `children` it is a picture alone. */
export function Copy({ text, label, children }: CopyProps) {
  const isDone = useSignal(false);
  const copy = async (): Promise<void> => {
    try {
      await write(text);
      isDone.value = true;
      setTimeout(() => (isDone.value = false), SHOWN_MS);
    } catch {
      toast(words.value.copyFailed, 'bad');
    }
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

/** Over plain HTTP from another machine browsers have no clipboard for pages; a selection can be copied all the same. */
async function write(text: string): Promise<void> {
  if (isSecureContext) return await navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'off-screen';
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  // oxlint-disable-next-line typescript/no-deprecated -- there is nothing else without a secure context
  const isCopied = document.execCommand('copy');
  area.remove();
  if (!isCopied) throw new Error('not copied');
}

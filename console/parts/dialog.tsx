import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { words } from '../words/words.ts';
import { Button } from './button.tsx';

/** A window above the page. The browser keeps the focus inside, and Esc closes it; whoever had the focus before gets it back. */
export function Dialog({ title, onClose, children, footer, wide = false, isKept = false }: DialogProps) {
  const id = useId();
  const own = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = own.current;
    const before = document.activeElement;
    dialog?.showModal();
    // Enter must not close what one is to fill in, or to copy.
    dialog?.querySelector<HTMLElement>(FIRST)?.focus();
    // A dialog that is removed while it is open gives the focus back to nobody.
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={own}
      class={wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === own.current && !isKept && onClose()}
    >
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={id}>{title}</h2>
          <Button kind="quiet" icon="close" label={words.value.close} onClick={onClose} />
        </header>
        <div class="dialog-body">{children}</div>
        {footer && <footer class="dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  );
}

/** Where a dialog begins: at the first field of its form, or at the button in what is marked. */
const FIRST =
  '.dialog-body :is(form :is(input, select, textarea):not([type="hidden"], :disabled), [data-first] button)';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
  readonly footer?: ComponentChildren;
  readonly wide?: boolean;
  /** A click beside it does not close it: something would be lost. */
  readonly isKept?: boolean;
}

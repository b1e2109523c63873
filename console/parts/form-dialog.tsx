import type { ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { problemsOf, type Problems } from '../lib/account-draft.ts';
import type { Answer, ApiError } from '../lib/api.ts';
import { words } from '../words/accounts.ts';
import { words as common } from '../words/words.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNotice, Notice } from './notice.tsx';

/**
 * A form in a window. What the gateway says is wrong stands at the field that it is about; if somebody else has changed
 * the same thing meanwhile, it says so and loads what is there now.
 */
export function FormDialog<Value>({
  title,
  action,
  save,
  onDone,
  onClose,
  onReload,
  children,
}: FormDialogProps<Value>) {
  const isRunning = useSignal(false);
  const error = useSignal<ApiError | undefined>(undefined);
  const submit = async (): Promise<void> => {
    isRunning.value = true;
    const answer = await save();
    isRunning.value = false;
    error.value = answer.ok ? undefined : answer.error;
    if (answer.ok) onDone(answer.value);
  };
  const isConflict = error.value?.status === 412;
  const problems = problemsOf(isConflict ? undefined : error.value);
  const whole = problems.get('');
  const footer = (
    <>
      <Button onClick={onClose}>{common.value.cancel}</Button>
      <Button kind="main" disabled={isRunning.value || isConflict} onClick={() => void submit()}>
        {action}
      </Button>
    </>
  );
  return (
    <Dialog title={title} wide isKept onClose={onClose} footer={footer}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isRunning.value && !isConflict) void submit();
        }}
      >
        {isConflict && (
          <Notice icon="warning" tone="warn" title={words.value.conflict}>
            <p>{words.value.conflictMore}</p>
            <Button
              icon="retry"
              onClick={() => {
                error.value = undefined;
                onReload?.();
              }}
            >
              {words.value.loadAgain}
            </Button>
          </Notice>
        )}
        {error.value && whole !== undefined && <ErrorNotice error={{ ...error.value, message: whole }} />}
        {children(problems)}
        <button type="submit" class="off-screen" tabIndex={-1} aria-hidden="true" />
      </form>
    </Dialog>
  );
}

interface FormDialogProps<Value> {
  readonly title: string;
  /** The verb on the button. */
  readonly action: string;
  readonly save: () => Promise<Answer<Value>>;
  readonly onDone: (value: Value) => void;
  readonly onClose: () => void;
  /** After a conflict: fills the form with what is there now. */
  readonly onReload?: () => void;
  readonly children: (problems: Problems) => ComponentChildren;
}

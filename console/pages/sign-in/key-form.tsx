import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import type { ApiError } from '../../lib/api.ts';
import { durationText } from '../../lib/format.ts';
import { signIn } from '../../lib/session.ts';
import { Button } from '../../parts/button.tsx';
import { SecretInput } from '../../parts/secret-input.tsx';
import { words } from './words.ts';

/** Signs in with a key. Whoever has tried too often is told for how long to wait. */
export function KeyForm() {
  const w = words.value;
  const id = useId();
  const key = useSignal('');
  const isAsking = useSignal(false);
  const error = useSignal<ApiError | undefined>(undefined);
  const waitS = useSignal(0);
  const isWaiting = waitS.value > 0;
  useEffect(() => {
    if (!isWaiting) return undefined;
    const timer = setInterval(() => waitS.value--, 1000);
    return () => clearInterval(timer);
  }, [isWaiting]);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    isAsking.value = true;
    const answer = await signIn(key.value.trim());
    isAsking.value = false;
    error.value = answer.ok ? undefined : answer.error;
    if (!answer.ok && answer.error.status === 429) waitS.value = answer.error.retryAfterS ?? 1;
  };
  const [hint, problem] = [`${id}-hint`, `${id}-problem`];
  const text = error.value && problemText(error.value, waitS.value);
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label class="field-label" for={id}>
        {w.key}
      </label>
      <SecretInput
        id={id}
        name="key"
        required
        value={key.value}
        isWrong={error.value !== undefined}
        describedBy={text === undefined ? hint : `${problem} ${hint}`}
        onInput={(written) => (key.value = written)}
      />
      <p id={hint} class="hint">
        {w.keyHint}
      </p>
      {text !== undefined && (
        <p id={problem} class="problem" role="alert">
          {text}
        </p>
      )}
      <Button type="submit" kind="main" disabled={isAsking.value || isWaiting}>
        {isAsking.value ? w.signingIn : w.signIn}
      </Button>
    </form>
  );
}

function problemText(error: ApiError, waitS: number): string {
  const w = words.value;
  if (error.status === 0) return w.unreachable;
  if (error.status === 429) return waitS > 0 ? w.wait(durationText(waitS * 1000)) : w.again;
  return error.code === 'sign_in_refused' ? w.refused : error.message;
}

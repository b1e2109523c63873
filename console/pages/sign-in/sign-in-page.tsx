import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import type { ApiError } from '../../lib/api.ts';
import { path } from '../../lib/router.ts';
import { signIn, type Ways } from '../../lib/session.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { Logo } from '../../parts/layout.tsx';
import { Choices } from '../../parts/settings.tsx';
import { words } from './words.ts';

/** Asks for a key, or leads to the organization's provider, whichever ways the gateway has. */
export function SignInPage({ ways }: { readonly ways: Ways }) {
  const w = words.value;
  useEffect(() => {
    document.title = `${w.title} · llm-proxy`;
  }, [w.title]);
  return (
    <div class="sign-in">
      <main class="sign-in-box">
        <Logo />
        <h1>{w.title}</h1>
        <p class="lead">{w.lead}</p>
        {ways.oidc && (
          <a class="button button-main" href={hrefWith(ways.oidc.start, { to: path.value })}>
            {w.withProvider}
          </a>
        )}
        {ways.oidc && ways.key && <p class="sign-in-or">{w.or}</p>}
        {ways.key && <KeyForm />}
      </main>
      <footer class="settings">
        <Choices />
      </footer>
    </div>
  );
}

function KeyForm() {
  const w = words.value;
  const id = useId();
  const key = useSignal('');
  const isAsking = useSignal(false);
  const error = useSignal<ApiError | undefined>(undefined);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    isAsking.value = true;
    const answer = await signIn(key.value.trim());
    isAsking.value = false;
    error.value = answer.ok ? undefined : answer.error;
  };
  const hint = `${id}-hint`;
  const problem = `${id}-problem`;
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label class="field-label" for={id}>
        {w.key}
      </label>
      <input
        id={id}
        class="input"
        type="password"
        name="key"
        autocomplete="current-password"
        required
        value={key.value}
        aria-invalid={error.value !== undefined}
        aria-describedby={error.value === undefined ? hint : `${problem} ${hint}`}
        onInput={(event) => (key.value = event.currentTarget.value)}
      />
      <p id={hint} class="hint">
        {w.keyHint}
      </p>
      {error.value && (
        <p id={problem} class="problem" role="alert">
          {error.value.message}
        </p>
      )}
      <Button type="submit" kind="main" disabled={isAsking.value}>
        {w.signIn}
      </Button>
    </form>
  );
}

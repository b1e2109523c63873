import { useEffect } from 'preact/hooks';
import { asksAgain, loadSession, type Ways } from '../../lib/session.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Notice } from '../../parts/notice.tsx';
import { KeyForm } from './key-form.tsx';
import { words } from './words.ts';

/** Says on a page that its session has ended, and asks to sign in again above it. */
export function EndedSession({ ways }: { readonly ways: Ways }) {
  const w = words.value;
  if (asksAgain.value) return <EndedDialog ways={ways} />;
  return (
    <Notice icon="warning" tone="warn" title={w.endedTitle}>
      <Button onClick={() => (asksAgain.value = true)}>{w.signIn}</Button>
    </Notice>
  );
}

/** Above a page whose session has ended: whoever signs in again goes on where he was, with all that he has written. */
function EndedDialog({ ways }: { readonly ways: Ways }) {
  const w = words.value;
  useEffect(() => {
    // Back from the tab in which he has signed in.
    const look = (): void => {
      if (!document.hidden) void loadSession();
    };
    document.addEventListener('visibilitychange', look);
    addEventListener('focus', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      removeEventListener('focus', look);
    };
  }, []);
  return (
    <Dialog title={w.endedTitle} onClose={() => (asksAgain.value = false)}>
      <div class="sign-in-box sign-in-again">
        <p>{w.endedMore}</p>
        {ways.oidc && (
          <>
            <a class="button button-main" target="_blank" rel="noopener" href={hrefWith(ways.oidc.start, { to: '/' })}>
              {w.inTab}
            </a>
            <p class="hint">{w.inTabMore}</p>
          </>
        )}
        {ways.oidc && ways.key && <p class="sign-in-or">{w.or}</p>}
        {ways.key && <KeyForm />}
      </div>
    </Dialog>
  );
}

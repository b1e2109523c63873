import { useEffect } from 'preact/hooks';
import { path, query } from '../../lib/router.ts';
import type { Ways } from '../../lib/session.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Logo } from '../../parts/layout.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Choices } from '../../parts/settings.tsx';
import { KeyForm } from './key-form.tsx';
import { words } from './words.ts';

/** Asks for a key, or leads to the organization's provider, whichever ways the gateway has; then back to where one was. */
export function SignInPage({ ways }: { readonly ways: Ways }) {
  const w = words.value;
  useEffect(() => {
    document.title = `${w.title} · llm-proxy`;
  }, [w.title]);
  const to = hrefWith(path.value, Object.fromEntries(query.value));
  return (
    <div class="sign-in">
      <main class="sign-in-box">
        <Logo />
        <h1>{w.title}</h1>
        <p class="lead">{w.lead}</p>
        {ways.oidc && (
          <a class="button button-main" href={hrefWith(ways.oidc.start, { to })}>
            {w.withProvider}
          </a>
        )}
        {ways.oidc && ways.key && <p class="sign-in-or">{w.or}</p>}
        {ways.key && <KeyForm />}
        {!ways.oidc && !ways.key && (
          <Notice icon="info" title={w.noWay}>
            <p>{w.noWayMore}</p>
          </Notice>
        )}
      </main>
      <footer class="settings">
        <Choices />
      </footer>
    </div>
  );
}

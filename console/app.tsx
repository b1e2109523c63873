import { useErrorBoundary, useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { go, path } from './lib/router.ts';
import { hasEnded, may, session } from './lib/session.ts';
import { pageAt, PAGES, type PageProps, type PageRow } from './pages.ts';
import { EndedSession } from './pages/sign-in/ended-session.tsx';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';
import { Button } from './parts/button.tsx';
import { Layout } from './parts/layout.tsx';
import { Notice } from './parts/notice.tsx';
import { Page } from './parts/page.tsx';
import { Skeleton } from './parts/skeleton.tsx';
import { words } from './words/words.ts';

/** The whole console: the sign-in page, or the page that the address names. */
export function App() {
  const { value } = session;
  if (value === undefined) return <Skeleton />;
  if (!value.signed_in) return <SignInPage ways={value.ways} />;
  const { pages } = words.value;
  const current = pageAt(path.value)?.row;
  const items = PAGES.filter(({ role }) => may(role)).map((row) => ({
    ...row,
    title: pages[row.name],
    isCurrent: row === current,
  }));
  return (
    <Layout items={items}>
      {hasEnded.value && <EndedSession ways={value.ways} />}
      <CurrentPage />
    </Layout>
  );
}

function CurrentPage() {
  const found = pageAt(path.value);
  const w = words.value;
  const first = PAGES.find(({ role }) => may(role));
  const isForOthers = found !== undefined && !may(found.row.role);
  // Who may not see the overview begins with the first page that is for him.
  const isAtStart = path.value === '/' && isForOthers && first !== undefined;
  useEffect(() => {
    if (isAtStart) go(first.path, { replace: true });
  }, [isAtStart]);
  if (isAtStart) return null;
  if (found === undefined)
    return (
      <Page title={w.notFound}>
        <Notice icon="info" title={w.notFound}>
          <p>{w.notFoundMore}</p>
          <a href="/">{w.toOverview}</a>
        </Notice>
      </Page>
    );
  if (isForOthers)
    return (
      <Page title={w.pages[found.row.name]}>
        <Notice icon="info" title={w.notAllowed} />
      </Page>
    );
  return <LoadedPage key={found.row.name} row={found.row} rest={found.rest} />;
}

/** A page whose code is loaded when it is first opened; one that fails leaves the rest of the console as it is. */
function LoadedPage({ row, rest }: { readonly row: PageRow; readonly rest: string }) {
  const loaded = useSignal<ComponentType<PageProps> | undefined>(undefined);
  const failure = useSignal<string | undefined>(undefined);
  const [error, resetError] = useErrorBoundary() as [Error | undefined, () => void];
  const load = (): void => {
    failure.value = undefined;
    row.load().then(
      ({ Page: Loaded }) => (loaded.value = Loaded),
      // The gateway was upgraded while the page was open, and no longer has this file.
      (reason: unknown) => (failure.value = String(reason)),
    );
  };
  useEffect(load, [row]);
  const problem = error === undefined ? failure.value : String(error);
  const { pages, pageFailed, retry } = words.value;
  if (problem !== undefined)
    return (
      <Page title={pages[row.name]}>
        <Notice icon="warning" tone="bad" title={pageFailed}>
          <p>{problem}</p>
          <Button icon="retry" onClick={() => (error === undefined ? location.reload() : resetError())}>
            {retry}
          </Button>
        </Notice>
      </Page>
    );
  const Loaded = loaded.value;
  return Loaded === undefined ? <Skeleton lines={6} /> : <Loaded rest={rest} />;
}

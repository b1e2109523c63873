import { useSignal } from '@preact/signals';
import { get } from '../../lib/api.ts';
import { useResource } from '../../lib/resource.ts';
import { setQuery, urlField } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { ExplainDialog } from '../../parts/explain/explain-dialog.tsx';
import { Filters } from '../../parts/filters.tsx';
import { ErrorNotice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { words as common } from '../../words/words.ts';
import { AliasList } from './alias-list.tsx';
import type { Rehearsals, Routes } from './answers.ts';
import { BackendDialog } from './backend-dialog.tsx';
import { RehearsalBanner } from './rehearsal-banner.tsx';
import { RouteStats } from './route-stats.tsx';
import './routes.css';
import { backendsOf, filters, STATES } from './shown-aliases.ts';
import { StepDialog } from './step-dialog.tsx';
import { maySteer, type Step } from './steer.ts';
import { words } from './words.ts';

const OFTEN_MS = 3000;

/** The backend whose panel is open, and the alias that is explained. */
const open = urlField('open');
const explained = urlField('explain');

/** Every alias with its routes as they are now, and what an operator can do about them. */
export function RoutesPage() {
  const w = words.value;
  const routes = useResource('routes', (signal) => get<Routes>('/admin/routes', { signal }), { pollMs: OFTEN_MS });
  const rehearsals = useResource('rehearsals', (signal) => get<Rehearsals>('/admin/rehearsals', { signal }), {
    pollMs: OFTEN_MS,
  });
  const step = useSignal<Step | undefined>(undefined);
  const reload = (): void => {
    routes.reload();
    rehearsals.reload();
  };
  const { value } = routes.value;
  const error = routes.error.value;
  const aliases = value?.data ?? [];
  const actions = maySteer() && aliases.length > 0 && (
    <Button icon="play" onClick={() => (step.value = { kind: 'rehearse', backend: filters.backend.value })}>
      {w.rehearse}
    </Button>
  );
  return (
    <Page title={common.value.pages.routes} actions={actions}>
      {error && <ErrorNotice error={error} onRetry={reload} />}
      {rehearsals.value.value?.data.map((each) => (
        <RehearsalBanner key={each.id} rehearsal={each} onDone={reload} />
      ))}
      {value && <RouteStats routes={value} />}
      <PageFilters backends={backendsOf(aliases)} />
      {value ? (
        <AliasList routes={value} steer={(next) => (step.value = next)} />
      ) : (
        error === undefined && <Skeleton lines={9} />
      )}
      {open.value !== '' && value && (
        <BackendDialog
          key={open.value}
          backend={open.value}
          aliases={aliases}
          steer={(next) => (step.value = next)}
          onClose={() => setQuery({ open: undefined })}
        />
      )}
      {explained.value !== '' && (
        <ExplainDialog key={explained.value} model={explained.value} onClose={() => setQuery({ explain: undefined })} />
      )}
      {step.value && (
        <StepDialog step={step.value} aliases={aliases} onDone={reload} onClose={() => (step.value = undefined)} />
      )}
    </Page>
  );
}

function PageFilters({ backends }: { readonly backends: readonly string[] }) {
  const w = words.value;
  const textOf = (state: (typeof STATES)[number]): string => (state === 'problems' ? w.problems : w.routeStates[state]);
  return (
    <Filters
      filters={[
        { field: filters.text, label: w.search, isSearch: true },
        { field: filters.state, label: w.state, options: STATES.map((state) => [state, textOf(state)] as const) },
        { field: filters.backend, label: w.backend, options: backends.map((name) => [name, name] as const) },
      ]}
    />
  );
}

import { useEffect, useMemo } from 'preact/hooks';
import { hrefWith } from '../../lib/url-state.ts';
import { Icon } from '../../parts/icon.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { words as common } from '../../words/words.ts';
import { filtersSet } from '../../lib/request-search.ts';
import { RequestFilters } from '../../parts/request-filters.tsx';
import { LiveLine } from './live-line.tsx';
import { LiveRows } from './live-rows.tsx';
import { LiveView } from './live-view.ts';
import { PauseButton, usePauseKey } from './pause.tsx';
import { words } from './words.ts';
import './live.css';

/** Requests as they begin and end. */
export function LivePage() {
  const w = words.value;
  const filters = filtersSet();
  const key = JSON.stringify(filters);
  const view = useMemo(() => new LiveView(filters), [key]);
  usePauseKey(view);
  useEffect(() => () => view.hold({ paused: false }), [view]);
  return (
    <Page
      title={common.value.pages.live}
      actions={
        <>
          <a class="button button-quiet" href={hrefWith('/console/requests', filters)}>
            <Icon name="requests" />
            {w.toList}
          </a>
          <PauseButton view={view} />
        </>
      }
    >
      <RequestFilters />
      <LiveLine view={view} />
      <Panel title={w.rows} flush>
        <LiveRows key={key} view={view} isFiltered={Object.keys(filters).length > 0} />
      </Panel>
    </Page>
  );
}

import type { Overview } from '../../../src/admin/overview/overview-schema.ts';
import type { RequestPage } from '../../lib/answers.ts';
import { get } from '../../lib/api.ts';
import { historyUntil } from '../../lib/demo.ts';
import { useResource } from '../../lib/resource.ts';
import { urlChoice } from '../../lib/url-state.ts';
import { timeText, zone } from '../../lib/zone.ts';
import { ErrorNotice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Select } from '../../parts/select.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { words as common } from '../../words/words.ts';
import { BackendTable } from './backend-table.tsx';
import { Charts } from './charts.tsx';
import { Health } from './health.tsx';
import { RecentRequests } from './recent-requests.tsx';
import { Tops } from './tops.tsx';
import { Totals } from './totals.tsx';
import { words } from './words.ts';
import './overview.css';

const WINDOWS = ['15m', '1h', '24h', '7d', '30d'] as const;
// A demo has made up two hours: a day would be an empty chart.
const window = urlChoice('window', WINDOWS, () => (historyUntil.value === undefined ? '24h' : '1h'));

/** Sums of days hardly move; what happens now does. */
const OFTEN_MS = 5000;
const SELDOM_MS = 30_000;

/** Is it well, what is not, who uses it, what does it cost. */
export function OverviewPage() {
  const w = words.value;
  const query = { window: window.value, zone: zone.value };
  const isLong = window.value === '7d' || window.value === '30d';
  const overview = useResource(
    `overview ${window.value} ${zone.value}`,
    (signal) => get<Overview>('/admin/overview', { query, signal }),
    { pollMs: isLong ? SELDOM_MS : OFTEN_MS },
  );
  const recent = useResource(
    'recent',
    (signal) => get<RequestPage>('/admin/requests', { query: { limit: 10 }, signal }),
    { pollMs: OFTEN_MS },
  );
  const { value } = overview.value;
  const error = overview.error.value;
  const choice = (
    <Select
      label={w.window}
      hideLabel
      value={window.value}
      options={WINDOWS.map((each) => [each, w.windows[each]] as const)}
      onChange={(next) => (window.value = next)}
    />
  );
  return (
    <Page title={common.value.pages.overview} actions={choice}>
      {error && <ErrorNotice error={error} onRetry={overview.reload} />}
      {value ? <Health overview={value} /> : !error && <Skeleton lines={1} />}
      <Totals overview={value} />
      {value && Date.parse(value.known_since) > Date.parse(value.from) + value.step_ms && (
        <p class="hint">{w.partly(timeText(value.known_since, 'list'))}</p>
      )}
      <Charts overview={value} />
      <div class="columns">
        <Tops overview={value} />
        <Panel title={w.backends} flush>
          <BackendTable backends={value?.backends} />
        </Panel>
      </div>
      <Panel title={w.recent} flush>
        <RecentRequests requests={recent} />
      </Panel>
    </Page>
  );
}

import type { Backends, RequestPage, Status, Usage } from '../../lib/answers.ts';
import { get } from '../../lib/api.ts';
import { useResource } from '../../lib/resource.ts';
import { urlChoice } from '../../lib/url-state.ts';
import { zone } from '../../lib/zone.ts';
import { Notice } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Select } from '../../parts/select.tsx';
import { words as common } from '../../words/words.ts';
import { BackendTable } from './backend-table.tsx';
import { RecentRequests } from './recent-requests.tsx';
import { UsageCharts } from './usage-charts.tsx';
import { UsageStats } from './usage-stats.tsx';
import { words } from './words.ts';

const WINDOWS = ['24h', '7d', '30d'] as const;
const window = urlChoice('window', WINDOWS, '24h');

/** How often numbers that move are asked for. */
const OFTEN_MS = 5000;
const SELDOM_MS = 30_000;

/** Is it well, what is not, who uses it, what does it cost. */
export function OverviewPage() {
  const w = words.value;
  const per = window.value === '30d' ? 'day' : 'hour';
  const query = { from: window.value, group_by: per, zone: zone.value };
  const status = useResource('status', (signal) => get<Status>('/admin/status', { signal }), { pollMs: SELDOM_MS });
  const backends = useResource('backends', (signal) => get<Backends>('/admin/backends', { signal }), {
    pollMs: OFTEN_MS,
  });
  const usage = useResource(
    `usage ${window.value} ${zone.value}`,
    (signal) => get<Usage>('/admin/usage', { query, signal }),
    {
      pollMs: SELDOM_MS,
    },
  );
  const recent = useResource(
    'recent',
    (signal) => get<RequestPage>('/admin/requests', { query: { limit: 10 }, signal }),
    {
      pollMs: OFTEN_MS,
    },
  );
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
      <Attention status={status.value.value} />
      <UsageStats usage={usage.value.value} backends={backends.value.value} />
      <UsageCharts usage={usage} per={per} />
      <div class="columns">
        <Panel title={w.backends} flush>
          <BackendTable backends={backends} />
        </Panel>
        <Panel title={w.recent} flush>
          <RecentRequests requests={recent} />
        </Panel>
      </div>
    </Page>
  );
}

/** What somebody should look at now. */
function Attention({ status }: { readonly status: Status | undefined }) {
  const w = words.value;
  if (status === undefined) return null;
  return (
    <>
      {!status.config.valid && (
        <Notice icon="warning" tone="warn" title={w.configInvalid}>
          <ul>
            {status.config.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </Notice>
      )}
      {Object.entries(status.degraded ?? {}).map(([name, why]) => (
        <Notice key={name} icon="warning" tone="warn" title={w.degraded}>
          <p>
            {name}: {why}
          </p>
        </Notice>
      ))}
    </>
  );
}

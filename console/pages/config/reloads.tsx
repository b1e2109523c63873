import type { z } from 'zod';
import type { reloadList } from '../../../src/admin/config-schema.ts';
import { numberText } from '../../lib/format.ts';
import type { Resource } from '../../lib/resource.ts';
import { Badge } from '../../parts/badge.tsx';
import { Time } from '../../parts/figures.tsx';
import { Empty, ErrorNotice } from '../../parts/notice.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { words } from './words.ts';

export type ReloadList = z.output<typeof reloadList>;
type Reload = ReloadList['data'][number];

/** The last reloads: when, by whom, and what came of each. */
export function Reloads({ reloads }: { readonly reloads: Resource<ReloadList> }) {
  const w = words.value;
  const { value } = reloads.value;
  const error = reloads.error.value;
  if (value === undefined)
    return error ? <ErrorNotice error={error} onRetry={reloads.reload} /> : <Skeleton lines={6} />;
  if (value.data.length === 0)
    return (
      <Empty title={w.noReloads}>
        <p>{w.noReloadsMore}</p>
      </Empty>
    );
  return (
    <ol class="reloads">
      {value.data.map((each) => (
        <li key={each.at} class="panel reload">
          <ReloadText reload={each} />
        </li>
      ))}
    </ol>
  );
}

function ReloadText({ reload }: { readonly reload: Reload }) {
  const w = words.value;
  const { at, why, by, result, changes, warnings, problems } = reload;
  const isDone = result === 'reloaded';
  return (
    <>
      <p class="row">
        <Badge tone={isDone ? 'good' : 'bad'}>{isDone ? w.done : w.notDone}</Badge>
        <b>
          <Time at={at} form="full" />
        </b>
        <span class="reload-why">
          {whyText(why)}
          {by !== null && ` ${w.by(by)}`}
          {isDone && ` · ${w.changes(numberText(changes.length))}`}
        </span>
      </p>
      <Lines lines={problems} tone="bad" />
      <Lines lines={changes} />
      {warnings.length > 0 && (
        <details>
          <summary>
            {w.warnings} ({numberText(warnings.length)})
          </summary>
          <Lines lines={warnings} tone="warn" />
        </details>
      )}
    </>
  );
}

function whyText(why: string): string {
  if (why.includes('/admin/reload')) return words.value.asked;
  return why === 'a file changed' ? words.value.fileChanged : why;
}

function Lines({ lines, tone = 'plain' }: { readonly lines: readonly string[]; readonly tone?: string }) {
  if (lines.length === 0) return null;
  return (
    <ul class={`reload-lines tone-${tone}`}>
      {lines.map((each) => (
        <li key={each}>
          <code>{each}</code>
        </li>
      ))}
    </ul>
  );
}

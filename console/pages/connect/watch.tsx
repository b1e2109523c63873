import { useRef } from 'preact/hooks';
import type { RequestPage } from '../../lib/answers.ts';
import { get } from '../../lib/api.ts';
import { useResource } from '../../lib/resource.ts';
import { role } from '../../lib/session.ts';
import { StatusBadge } from '../../parts/badge.tsx';
import { Time } from '../../parts/figures.tsx';
import { Notice } from '../../parts/notice.tsx';
import { words } from './words.ts';

/** A request that has just been sent should be seen at once. */
const POLL_MS = 2000;

interface WatchProps {
  /** Of the key; undefined: whoever asks. */
  readonly name: string | undefined;
  /** There are no keys. */
  readonly isAnyone: boolean;
}

/** Whether a request with this key has arrived since the page was opened. */
export function Watch({ name, isAnyone }: WatchProps) {
  const w = words.value;
  const opened = useRef(Date.now());
  const isMember = role.value === 'member';
  const path = isMember ? '/admin/me/requests' : '/admin/requests';
  const query = { limit: 1, ...(isMember || name === undefined ? {} : { caller: name }) };
  const last = useResource(`last ${path} ${name}`, (signal) => get<RequestPage>(path, { query, signal }), {
    pollMs: POLL_MS,
  });
  const error = last.error.value;
  if (error !== undefined)
    return (
      <Notice icon="info" title={w.cannotWatch}>
        <p>{error.message}</p>
      </Notice>
    );
  const row = last.value.value?.data[0];
  if (row === undefined || Date.parse(row.started_at) < opened.current)
    return (
      <div role="status">
        <Notice icon="clock" title={isAnyone || name === undefined ? w.watchingAny : w.watching}>
          <p>{w.watchingMore}</p>
          {row && (
            <p class="hint">
              {w.seenBefore}: <Time at={row.started_at} />
            </p>
          )}
        </Notice>
      </div>
    );
  const { id, status, interrupted, started_at: at, alias, caller, user_agent: agent } = row;
  const good = isAnyone || name === undefined ? w.seenAny : w.seen;
  const isGood = status < 400 && !interrupted;
  return (
    <div role="status" class="connect-seen">
      <Notice icon={isGood ? 'check' : 'warning'} tone={isGood ? 'plain' : 'warn'} title={isGood ? good : w.seenFailed}>
        <p class="row">
          <StatusBadge status={status} interrupted={interrupted} />
          <Time at={at} form="second" />
          {[alias, caller].filter((each) => each !== null).join(' · ')}
          {agent !== null && <span class="hint">{w.from(agent.slice(0, 60))}</span>}
        </p>
        <a href={`/console/requests/${encodeURIComponent(id)}`}>{w.open}</a>
      </Notice>
    </div>
  );
}

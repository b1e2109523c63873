import { hrefWith } from '../../lib/url-state.ts';
import { Code } from '../../parts/code.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Time } from '../../parts/figures.tsx';
import { JsonDiff } from '../../parts/json-diff.tsx';
import { Action, type Entry } from './entry.tsx';
import { words } from './words.ts';

/** One entry whole: what was before and after, and where to go on from it. */
export function EntryDialog({ entry, onClose }: { readonly entry: Entry; readonly onClose: () => void }) {
  const w = words.value;
  const { at, actor, client_ip: address, action, target, before, after } = entry;
  const open = pageOf(action, target);
  const footer = (
    <>
      <a class="button" href={hrefWith('/console/audit', { actor })}>
        {w.ofActor(actor)}
      </a>
      {target !== '' && (
        <a class="button" href={hrefWith('/console/audit', { target })}>
          {w.ofTarget}
        </a>
      )}
      {open !== undefined && (
        <a class="button button-main" href={open}>
          {w.openTarget}
        </a>
      )}
    </>
  );
  return (
    <Dialog title={w.entry} wide onClose={onClose} footer={footer}>
      <dl class="audit-facts">
        <dt>{w.time}</dt>
        <dd>
          <Time at={at} form="full" />
        </dd>
        <dt>{w.actor}</dt>
        <dd>
          {actor}
          {address !== null && ` · ${address}`}
        </dd>
        <dt>{w.action}</dt>
        <dd>
          <Action name={action} />
        </dd>
        <dt>{w.target}</dt>
        <dd>{target || '–'}</dd>
      </dl>
      <Changes before={before} after={after} />
    </Dialog>
  );
}

function Changes({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  const w = words.value;
  const isNew = before === null || before === undefined;
  const isGone = after === null || after === undefined;
  if (isNew && isGone) return <p class="hint">{w.noChanges}</p>;
  if (isNew !== isGone) return <Code label={w.changes} value={isNew ? after : before} />;
  return <JsonDiff label={w.changes} before={before} after={after} />;
}

/** The page about what was changed. */
function pageOf(action: string, target: string): string | undefined {
  const [kind] = action.split('.');
  const name = encodeURIComponent(target);
  if (kind === 'config') return '/console/config?tab=reloads';
  if (target === '') return undefined;
  if (kind === 'keys') return `/console/keys/${name}`;
  if (kind === 'teams') return `/console/teams/${name}`;
  if (kind === 'bodies') return `/console/requests/${name}`;
  return kind === 'backends' || kind === 'cooldowns' || kind === 'rehearsals' ? '/console/routes' : undefined;
}

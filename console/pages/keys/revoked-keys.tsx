import type { Key } from '../../lib/accounts.ts';
import { hrefWith } from '../../lib/url-state.ts';
import { Badge } from '../../parts/badge.tsx';
import { Time } from '../../parts/figures.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { words as accounts } from '../../words/accounts.ts';
import { useAudit, type AuditEntry } from './audit-data.ts';
import { words } from './words.ts';

interface RevokedKeysProps {
  readonly search: string;
  readonly team: string;
}

/** Keys that are no more, out of the audit log, with who has revoked them. */
export function RevokedKeys({ search, team }: RevokedKeysProps) {
  const audit = useAudit();
  const w = words.value;
  const rows = audit.value.value?.data.filter((entry) => {
    if (entry.action !== 'keys.revoke') return false;
    const { name = '', team: of, owner = '', prefix = '' } = keyOf(entry);
    const sought = search.toLowerCase();
    return (team === '' || of === team) && [name, owner, prefix].some((each) => each.toLowerCase().includes(sought));
  });
  return (
    <Table
      label={w.states.revoked}
      columns={columns()}
      rows={rows}
      rowKey={({ id }) => id}
      hrefOf={({ target }) => hrefWith('/console/requests', { key_id: target })}
      error={audit.error.value}
      onRetry={audit.reload}
      empty={<Empty title={w.noneFound} />}
    />
  );
}

function columns(): readonly Column<AuditEntry>[] {
  const w = words.value;
  return [
    { name: 'name', title: accounts.value.name, cell: (entry) => keyOf(entry).name ?? entry.target },
    {
      name: 'state',
      title: w.state,
      cell: () => (
        <Badge tone="bad" icon="cross">
          {w.states.revoked}
        </Badge>
      ),
    },
    { name: 'when', title: w.when, cell: ({ at }) => <Time at={at} /> },
    { name: 'by', title: w.by, cell: ({ actor }) => actor },
    { name: 'team', title: accounts.value.team, isExtra: true, cell: (entry) => keyOf(entry).team ?? '–' },
    { name: 'owner', title: w.owner, isExtra: true, cell: (entry) => keyOf(entry).owner ?? '–' },
  ];
}

/** The key as it was. */
function keyOf({ before }: AuditEntry): Partial<Key> {
  return isKey(before) ? before : {};
}

function isKey(value: unknown): value is Partial<Key> {
  return typeof value === 'object' && value !== null;
}

import { Time } from '../../parts/figures.tsx';
import { Empty } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { useAudit, type AuditEntry } from './audit-data.ts';
import { words } from './words.ts';

/** Who has changed a key, when, and in what. */
export function KeyAudit({ id }: { readonly id: string }) {
  const w = words.value;
  const audit = useAudit();
  // Not every role may see it.
  if (audit.error.value?.status === 403) return null;
  return (
    <Panel title={w.audit} flush>
      <Table
        label={w.audit}
        columns={columns()}
        rows={audit.value.value?.data.filter(({ target }) => target === id)}
        rowKey={(entry) => entry.id}
        error={audit.error.value}
        onRetry={audit.reload}
        empty={<Empty title={w.auditNone} />}
      />
    </Panel>
  );
}

function columns(): readonly Column<AuditEntry>[] {
  const w = words.value;
  return [
    { name: 'when', title: w.when, cell: ({ at }) => <Time at={at} /> },
    { name: 'what', title: w.what, cell: ({ action }) => w.actions[action] ?? action },
    { name: 'fields', title: w.fields, cell: changedFields },
    { name: 'by', title: w.by, cell: ({ actor }) => actor },
    { name: 'from', title: w.from, isExtra: true, cell: ({ client_ip: ip }) => ip ?? '–' },
  ];
}

/** What changes with every change. */
const ALWAYS: ReadonlySet<string> = new Set(['version', 'updated_at']);

/** The names of the fields that differ. */
function changedFields({ before, after }: AuditEntry): string {
  if (!isObject(before) || !isObject(after)) return '–';
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter(
    (name) => !ALWAYS.has(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return changed.length === 0 ? '–' : changed.join(', ');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

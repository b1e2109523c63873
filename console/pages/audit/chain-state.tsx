import type { z } from 'zod';
import type { auditChain } from '../../../src/admin/audit-operations.ts';
import { get } from '../../lib/api.ts';
import { numberText } from '../../lib/format.ts';
import { useResource } from '../../lib/resource.ts';
import { Badge } from '../../parts/badge.tsx';
import { words as common } from '../../words/words.ts';
import { words } from './words.ts';

/** Whether the audit log is as it was written. */
export function ChainState() {
  const w = words.value;
  const chain = useResource('chain', (signal) => get<z.output<typeof auditChain>>('/admin/audit/verify', { signal }));
  const { value } = chain.value;
  const error = chain.error.value;
  if (error !== undefined) return <Badge tone="warn">{error.message}</Badge>;
  if (value === undefined) return <Badge tone="plain">{w.checking}</Badge>;
  const { broken, entries, head, unchained } = value;
  if (broken !== null)
    return (
      <span role="alert" title={w.brokenMore}>
        <Badge tone="bad">{w.broken[broken.kind](numberText(broken.place))}</Badge>
      </span>
    );
  if (head === null) return <Badge tone="plain">{w.nothingYet}</Badge>;
  const { entries: counted } = common.value;
  return (
    <>
      {unchained > 0 && <Badge tone="plain">{w.unchained(counted(numberText(unchained)))}</Badge>}
      <span title={w.verifiedMore(head)}>
        <Badge tone="good">{w.verified(counted(numberText(entries)))}</Badge>
      </span>
    </>
  );
}

import type { z } from 'zod';
import type { auditEntry } from '../../../src/admin/audit-operations.ts';
import { get } from '../../lib/api.ts';
import { useResource, type Resource } from '../../lib/resource.ts';

export type AuditEntry = z.output<typeof auditEntry>;

/** So many of the latest entries are looked through. */
const MOST = 1000;

/** The latest changes, the newest first. */
export function useAudit(): Resource<{ readonly data: readonly AuditEntry[] }> {
  return useResource('audit', (signal) => get('/admin/audit', { query: { limit: MOST }, signal }));
}

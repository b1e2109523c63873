import type { z } from 'zod';
import type { auditEntry } from '../../../src/admin/audit-operations.ts';
import { words } from './words.ts';

/** An entry of the audit log. */
export type Entry = z.output<typeof auditEntry>;

/** An action in words, or by its name where it is a new one. */
export function Action({ name }: { readonly name: string }) {
  const text = words.value.actions[name];
  return text === undefined ? <code>{name}</code> : <span title={name}>{text}</span>;
}

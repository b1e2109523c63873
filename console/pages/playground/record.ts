import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { RequestDetailJson } from '../../../src/admin/request-detail-schema.ts';
import type { RequestPage, RequestRow } from '../../lib/answers.ts';
import { get } from '../../lib/api.ts';
import { may } from '../../lib/session.ts';
import { openaiChat } from './dialects/openai-chat.ts';
import { key } from './draft.ts';

/** A route that was not asked. */
export type SkippedRoute = RequestDetailJson['routes'][number];

interface Record {
  readonly row: RequestRow | undefined;
  readonly skipped: readonly SkippedRoute[];
}

/** What would not have been asked anyhow is no news. */
const NEVER: ReadonlySet<SkippedRoute['state']> = new Set(['not_reached', 'disabled']);

const NOTHING: Record = { row: undefined, skipped: [] };

/** A record is written when the client has its last byte, a moment after that at the latest. */
const PAUSES_MS = [100, 300, 600, 1000, 2000, 3000];

/** What the gateway has written of a request, for who may see it; undefined: there is no request yet. */
export function useRecord(trace: string | undefined): Record {
  const record = useSignal(NOTHING);
  useEffect(() => {
    const leave = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (at: number): Promise<void> => {
      const row = trace === undefined ? null : await rowOf(trace, leave.signal);
      if (row === null) return;
      record.value = { row, skipped: [] };
      if (row === undefined) plan(at + 1);
      else record.value = { row, skipped: await skippedOf(row, leave.signal) };
    };
    const plan = (at: number): void => {
      const pause = PAUSES_MS[at];
      if (pause !== undefined) timer = setTimeout(() => void ask(at), pause);
    };
    record.value = NOTHING;
    if (trace !== undefined && (may('viewer') || key.value !== '')) plan(0);
    return () => {
      leave.abort();
      clearTimeout(timer);
    };
  }, [trace]);
  return record.value;
}

/** Undefined: not yet; null: it cannot be had. */
async function rowOf(trace: string, signal: AbortSignal): Promise<RequestRow | undefined | null> {
  const options = { query: { trace_id: trace, limit: 1 }, signal };
  const answer = may('viewer')
    ? await get<RequestPage>('/admin/requests', options)
    : await get<RequestPage>('/admin/me/requests', { ...options, headers: openaiChat.headers(key.value) });
  return answer.ok ? answer.value.data[0] : null;
}

async function skippedOf({ id }: RequestRow, signal: AbortSignal): Promise<readonly SkippedRoute[]> {
  if (!may('viewer')) return [];
  const answer = await get<RequestDetailJson>(`/admin/requests/${encodeURIComponent(id)}`, { signal });
  if (!answer.ok) return [];
  return answer.value.routes.filter(({ state, tries }) => tries.length === 0 && !NEVER.has(state));
}

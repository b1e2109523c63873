import type { RequestPage } from '../../lib/answers.ts';
import { get, type Answer, type Query } from '../../lib/api.ts';

/** After so long what was found is shown; the reader may go on from there. */
const LONGEST_MS = 3000;

/**
 * One page of the list. What no index finds (least costs and times) the gateway looks for a piece at a time, and each answer has only
 * what was found in it: this goes on until the page is full.
 */
export async function searchPage(query: Query, limit: number, signal: AbortSignal): Promise<Answer<RequestPage>> {
  const startedAt = performance.now();
  const data: RequestPage['data'] = [];
  let { cursor } = query;
  for (;;) {
    const left = limit - data.length;
    const answer = await get<RequestPage>('/admin/requests', { query: { ...query, cursor, limit: left }, signal });
    if (!answer.ok) return answer;
    data.push(...answer.value.data);
    const { next } = answer.value;
    if (next === null || data.length >= limit || performance.now() - startedAt > LONGEST_MS)
      return { ok: true, value: { data, next } };
    cursor = next;
  }
}

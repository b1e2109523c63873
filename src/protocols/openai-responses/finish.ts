import type { Finish } from '../../core/completion.ts';
import { asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { brokenBy, reasonOf, type BrokenEnd } from '../shared/finish/words.ts';

/** The content of an answer that decides its end. */
export interface Contents {
  readonly hasCall: boolean;
  readonly hasRefusal: boolean;
}

/** Reads why an answer ends. A response has a status, and details if it is incomplete. */
export function decodeFinish(response: JsonObject, { hasCall, hasRefusal }: Contents): Finish {
  const status = asWord(response['status']);
  const reason = asWord(asObject(response['incomplete_details'])?.['reason']);
  if (status === 'incomplete' || reason !== undefined) {
    const raw = reason ?? status;
    // Whatever the reason, it must not look complete.
    return { reason: reasonOf(reason) === 'content_filter' ? 'content_filter' : 'length', raw };
  }
  if (hasCall) return { reason: 'tool_calls', raw: status };
  return { reason: hasRefusal ? 'refusal' : 'stop', raw: status };
}

/** How a plain answer says that it is incomplete. A background response counts as an answer in any state. */
export function brokenEnd(body: unknown, request?: JsonObject): BrokenEnd | undefined {
  const response = asObject(body);
  const status = asWord(response?.['status']);
  if (status === undefined) return undefined;
  if (request?.['background'] === true && UNDER_WAY.has(status)) return undefined;
  if (status !== 'incomplete') return brokenBy(status);
  const broken = brokenBy(asObject(response?.['incomplete_details'])?.['reason']);
  return broken?.cause === 'unknown' ? undefined : broken;
}

const UNDER_WAY: ReadonlySet<string> = new Set(['queued', 'in_progress']);

/** The end of a response. */
export interface Ending {
  readonly status: 'completed' | 'incomplete';
  readonly incomplete_details: { readonly reason: string } | null;
}

/** Writes the end of a response. A refusal with a text is a complete answer. */
export function encodeFinish({ reason }: Finish, { hasRefusal }: Pick<Contents, 'hasRefusal'>): Ending {
  switch (reason) {
    case 'length':
      return incomplete('max_output_tokens');
    case 'content_filter':
      return incomplete('content_filter');
    case 'refusal':
      return hasRefusal ? COMPLETED : incomplete('content_filter');
    default:
      return COMPLETED;
  }
}

const COMPLETED: Ending = { status: 'completed', incomplete_details: null };

function incomplete(reason: string): Ending {
  return { status: 'incomplete', incomplete_details: { reason } };
}

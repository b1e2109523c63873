import type { Finish, FinishReason } from '../../core/completion.ts';
import { asArray, asObject } from '../../lib/json.ts';
import { unwrapped } from './errors.ts';
import { brokenBy, reasonOf, type BrokenEnd } from '../shared/finish/words.ts';

/** Reads a candidate's `finishReason`. An answer that ends in calls ends with `STOP` like any other. */
export function decodeFinish(word: string | undefined, hasCalls: boolean): Finish {
  const reason = reasonOf(word) ?? 'other';
  return { reason: reason === 'stop' && hasCalls ? 'tool_calls' : reason, raw: word };
}

/** Reads a prompt's `blockReason`: there is no answer. */
export function decodeBlocked(word: string): Finish {
  return { reason: 'content_filter', raw: word };
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  stop_sequence: 'STOP',
  tool_calls: 'STOP',
  length: 'MAX_TOKENS',
  content_filter: 'SAFETY',
  refusal: 'SAFETY',
  pause: 'OTHER',
  other: 'OTHER',
};

/** Google's finish reasons that say more than the neutral reason. */
const OWN: ReadonlySet<string> = new Set([
  'CONTINUATION',
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'MODEL_ARMOR',
  'JAILBREAK',
  'ESCALATION',
]);

/** Writes a finish reason. `OTHER` reports a problem, so an end without a word becomes `STOP`. */
export function encodeFinish({ reason, raw }: Finish): string {
  if (reason === 'other' && raw === undefined) return WORDS.stop;
  return raw !== undefined && OWN.has(raw) && reasonOf(raw) === reason ? raw : WORDS[reason];
}

/** How a plain answer says that it is incomplete. */
export function brokenEnd(body: unknown): BrokenEnd | undefined {
  for (const candidate of asArray(asObject(unwrapped(body))?.['candidates'])) {
    const broken = brokenBy(asObject(candidate)?.['finishReason']);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

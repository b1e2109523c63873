import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { JsonAnswer } from '../core/local-answer.ts';
import { Refusal } from '../core/refusal.ts';
import { ANSWER_KEPT_MS, type IdempotentAnswer } from '../storage/audit.ts';
import type { IdempotencyStore } from '../storage/store.ts';

/** A request that may be sent again, and what keeps its answer. */
export interface Repeatable {
  /** `Idempotency-Key`; undefined: the client asks for no such thing. */
  readonly key: string | undefined;
  /** What is asked for: the same key with another request is an error. */
  readonly asked: unknown;
  readonly store: IdempotencyStore;
  /** 32 bytes that only this installation makes of a text: answers may hold a secret, so they are kept encrypted. */
  readonly sealKey: (text: string) => Uint8Array;
  readonly nowMs: number;
}

/** Makes of an answer what is kept of it, in the transaction of the change. */
export type Keep = (answer: JsonAnswer) => IdempotentAnswer;

const MOST_KEY_CHARS = 255;

/**
 * Makes a change at most once for one `Idempotency-Key`: who sends the request again gets the first answer. `change` gets
 * what makes of its answer the entry to write in its transaction; undefined where there is no key.
 */
export async function once(
  { key, asked, store, sealKey, nowMs }: Repeatable,
  change: (keep: Keep | undefined) => Promise<JsonAnswer>,
): Promise<JsonAnswer> {
  if (key === undefined) return await change(undefined);
  if (key === '' || key.length > MOST_KEY_CHARS)
    throw new Refusal('invalid_request', `\`Idempotency-Key\` must have 1 to ${MOST_KEY_CHARS} characters.`);
  const id = createHash('sha256').update(key).digest('hex');
  const fingerprint = createHash('sha256').update(JSON.stringify(asked)).digest('hex');
  const secret = sealKey(`idempotency\n${key}`);
  const again = async (): Promise<JsonAnswer | undefined> => {
    const kept = await store.recall(id);
    // One that is too old goes with the next that is written.
    if (kept === undefined || kept.at < nowMs - ANSWER_KEPT_MS) return undefined;
    if (kept.fingerprint !== fingerprint)
      throw new Refusal('already_exists', 'This `Idempotency-Key` was used for another request. Use a new one.');
    const body: unknown = JSON.parse(opened(kept.body, secret));
    return { body, status: kept.status, headers: { ...versionHeader(body), 'idempotent-replayed': 'true' } };
  };
  const before = await again();
  if (before !== undefined) return before;
  try {
    return await change(({ body, status = 200 }) => ({
      key: id,
      fingerprint,
      status,
      body: sealed(JSON.stringify(body), secret),
      at: nowMs,
    }));
  } catch (error) {
    // The same request may have been made at the same time, and have been first.
    const meanwhile = await again();
    if (meanwhile === undefined) throw error;
    return meanwhile;
  }
}

/** The `ETag` of an answer that shows a version of something. */
export function versionHeader(body: unknown): Readonly<Record<string, string>> {
  const version = typeof body === 'object' && body !== null && 'version' in body ? body.version : undefined;
  return typeof version === 'number' ? { etag: `"${version}"` } : {};
}

const IV_BYTES = 12;
const TAG_BYTES = 16;

function sealed(text: string, secret: Uint8Array): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', secret, iv);
  const bytes = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), bytes]).toString('base64');
}

function opened(text: string, secret: Uint8Array): string {
  const bytes = Buffer.from(text, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
}

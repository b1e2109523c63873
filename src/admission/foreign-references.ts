import { Refusal } from '../core/refusal.ts';
import { eachText } from '../lib/json-texts.ts';

/**
 * Throws the Refusal of a body that refers to something by a provider's own id. Where callers share an account each has
 * its own, sealed ids, so one that is not sealed is another's, or from elsewhere.
 */
export function refuseForeignReferences(text: string): void {
  eachText(text, (written, writtenKey) => {
    const [value, key] = [unescaped(written), unescaped(writtenKey)];
    if (value.includes('lp1') || !(FILE_NAME.test(value) || (REFERENCES.has(key) && PROVIDERS_OWN.test(value)))) return;
    throw new Refusal(
      'resource_not_found',
      `Nothing is kept for this caller under the id \`${value.slice(0, 100)}\`. Use the id that the gateway gave.`,
      { param: key },
    );
  });
}

/** `files/abc`, by itself or at the end of an address: what Gemini calls a file. */
const FILE_NAME = /^(?:https?:\/\/[^/]+\/v1\w*\/)?(?:files|cachedContents|fileSearchStores)\/[\w-]+$/;

function unescaped(written: string): string {
  if (!written.includes('\\')) return written;
  try {
    return String(JSON.parse(`"${written}"`));
  } catch {
    return written;
  }
}

/** The keys under which requests refer to what a provider keeps. */
const REFERENCES: ReadonlySet<string> = new Set(
  `file_id file_ids input_file_id image_file training_file validation_file vector_store_id vector_store_ids container
  container_id conversation conversation_id thread_id assistant_id run_id batch_id eval_id upload_id part_ids
  previous_response_id response_id skill_id skill_ids agent_id environment_id environment session_id vault_ids
  memory_store_id`.split(/\s+/),
);

/** `file-AbCdEf…`, `vs_68…`, `file_011C…`: a prefix and a random part. */
const PROVIDERS_OWN = /^[A-Za-z]{1,16}[_-][A-Za-z0-9]{12,}$/;

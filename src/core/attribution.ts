import { asObject, asWord, parseObject } from '../lib/json.ts';
import type { HeaderFields } from '../lib/header-fields.ts';

/** Whom a client says that it asks for. Nothing is allowed or refused by it: anybody can say anything. */
export interface Attribution {
  readonly endUser: string | undefined;
  readonly session: string | undefined;
}

/** Longer names are cut. */
const MOST_CHARS = 256;

/**
 * Reads the end user and the session that a request names, in any dialect's way (`user`, `safety_identifier`,
 * `metadata.user_id`; the header `x-session-id`, `prompt_cache_key`). Claude Code puts its session into `metadata.user_id`.
 */
export function attributionOf(
  fields: Readonly<Record<string, unknown>> | undefined,
  headers: HeaderFields,
): Attribution {
  const ofMetadata = asWord(asObject(fields?.['metadata'])?.['user_id']);
  const { user, session } = ofMetadata === undefined ? NOBODY : apart(ofMetadata);
  const endUser = asWord(fields?.['safety_identifier']) ?? asWord(fields?.['user']) ?? user;
  return {
    endUser: bounded(endUser),
    session: bounded(asWord(headers['x-session-id']) ?? session ?? asWord(fields?.['prompt_cache_key'])),
  };
}

/** A text of somebody else, fit to be kept: of bounded length, and well formed. */
export function bounded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : text.slice(0, MOST_CHARS).toWellFormed();
}

interface Named {
  readonly user: string | undefined;
  readonly session: string | undefined;
}

const NOBODY: Named = { user: undefined, session: undefined };
const SESSION = '_session_';

/** Claude Code: `user_…_account_…_session_…`, in later versions `{"device_id":…,"account_uuid":…,"session_id":…}`. */
function apart(userId: string): Named {
  if (userId.startsWith('{')) {
    const named = parseObject(userId);
    const user = asWord(named?.['account_uuid']) ?? asWord(named?.['device_id']);
    if (named !== undefined) return { user: user ?? userId, session: asWord(named['session_id']) };
  }
  const at = userId.lastIndexOf(SESSION);
  if (at <= 0) return { user: userId, session: undefined };
  return { user: userId.slice(0, at), session: asWord(userId.slice(at + SESSION.length)) };
}

import { createHash } from 'node:crypto';

/** The longest end-user id that OpenAI takes. */
const MOST_CHARACTERS = 64;

/** An end user's id, or its hash if it is too long: the id is opaque, so a hash serves as well. */
export function userIdOf(user: string): string {
  return user.length <= MOST_CHARACTERS ? user : hashOf(user);
}

/** The same for vendors whose ids consist of letters, digits, `_` and `-`, and have at least six characters. */
export function plainUserIdOf(user: string): string {
  return /^[\w-]{6,64}$/.test(user) ? user : hashOf(user);
}

function hashOf(user: string): string {
  return createHash('sha256').update(user).digest('hex');
}

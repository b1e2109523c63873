import { createHash } from 'node:crypto';

/** The longest id of an end user that OpenAI takes. */
const MOST_CHARACTERS = 64;

/** An end user's id, or what stands for one that is too long: opaque anyway, so that its hash says the same. */
export function userIdOf(user: string): string {
  return user.length <= MOST_CHARACTERS ? user : hashOf(user);
}

/** The same for vendors whose ids have letters, digits, `_` and `-` alone, and six at least. */
export function plainUserIdOf(user: string): string {
  return /^[\w-]{6,64}$/.test(user) ? user : hashOf(user);
}

function hashOf(user: string): string {
  return createHash('sha256').update(user).digest('hex');
}

/** The user's text where a conversation needs a user turn and has none. */
export const EMPTY_USER_TEXT = '.';

/** The user's text where a model would not continue an answer that has begun. */
export const CONTINUE = 'Continue.';

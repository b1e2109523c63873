/** What the user says where a conversation has to have a turn of the user's that nobody has taken. */
export const EMPTY_USER_TEXT = '.';

/** What the user says where a model would not go on with an answer that was begun. */
export const CONTINUE = 'Continue.';

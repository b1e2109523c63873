/** The dialect's name; signatures and native parts of it carry it. */
export const NAME = 'anthropic-messages';

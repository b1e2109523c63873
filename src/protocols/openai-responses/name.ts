/** The dialect's name, as in the registry. */
export const NAME = 'openai-responses';

/** The dialect's name, as signatures and native parts carry it. */
export const NAME = 'openai-chat';

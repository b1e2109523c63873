import type { Quirks } from '../core/route.ts';

/** OpenAI's own models. `max_tokens` is refused by those that think; the newer name is taken by all. */
export const OPENAI: Quirks = {
  maxTokensField: 'max_completion_tokens',
  callIdLength: 40,
  fields: { 'tools.custom': true, verbosity: true },
};

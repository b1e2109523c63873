import { effortsBetween } from '../core/effort.ts';
import type { Quirks } from '../core/route.ts';

/** OpenAI's own models. `max_tokens` is refused by those that think; the newer name is taken by all. */
export const OPENAI: Quirks = {
  maxTokensField: 'max_completion_tokens',
  callIdLength: 40,
  // Its highest effort is for Responses alone: https://github.com/UKGovernmentBEIS/inspect_ai/issues/5254.
  thinking: { effort: { field: 'reasoning_effort', words: effortsBetween('none', 'xhigh') } },
  mostStops: 4,
  // Its newer models take no tools in chat completions while they think.
  translated: 'openai-responses',
  toolsUnthinking: true,
  fields: { 'tools.custom': true, verbosity: true },
};

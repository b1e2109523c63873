import { effortsBetween } from '../core/effort.ts';
import type { Quirks } from '../core/route.ts';

/** OpenAI's own models. Those that think refuse `max_tokens`; all take the newer name. */
export const OPENAI: Quirks = {
  maxTokensField: 'max_completion_tokens',
  callIdLength: 40,
  // Only Responses has its highest effort: https://github.com/UKGovernmentBEIS/inspect_ai/issues/5254.
  thinking: { effort: { field: 'reasoning_effort', words: effortsBetween('none', 'xhigh') } },
  mostStops: 4,
  // In chat completions its newer models take no tools while they think.
  translated: 'openai-responses',
  toolsUnthinking: true,
  fields: { 'tools.custom': true, verbosity: true },
};

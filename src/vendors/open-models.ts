import type { Quirks } from '../core/route.ts';

/**
 * Whoever serves open models fills in the templates that came with them. Most of those raise an error for a system
 * message that is not the first, many for roles that do not alternate
 * (https://github.com/vllm-project/vllm/issues/41114, https://github.com/BerriAI/litellm/pull/39852, read in November
 * 2026). What they get instead says the same.
 */
export const TEMPLATES: Quirks = { systemFirst: true, turnsAlternate: true };

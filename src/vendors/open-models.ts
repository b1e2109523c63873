import type { Quirks } from '../core/route.ts';

/**
 * Servers of open models use the templates that came with them. Most templates refuse a system message that is not the
 * first, and many refuse roles that do not alternate (https://github.com/vllm-project/vllm/issues/41114,
 * https://github.com/BerriAI/litellm/pull/39852, read in November 2026). The gateway writes such conversations in
 * another form with the same meaning.
 */
export const TEMPLATES: Quirks = { systemFirst: true, turnsAlternate: true };

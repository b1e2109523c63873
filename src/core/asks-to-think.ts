import { asNumber, asObject, asWord, type JsonObject } from '../lib/json.ts';

/**
 * Whether a request asks for thinking, by whatever field any dialect or vendor has for that. What only says what is shown
 * of the thoughts asks for nothing.
 */
export function asksToThink(fields: JsonObject): boolean {
  return (
    isEffort(fields['reasoning_effort']) ||
    isReasoning(asObject(fields['reasoning'])) ||
    isThinking(fields['thinking']) ||
    fields['enable_thinking'] === true ||
    isBudget(fields['thinking_budget']) ||
    fields['prompt_mode'] === 'reasoning' ||
    isTemplate(asObject(fields['chat_template_kwargs'])) ||
    isGoogles(asObject(fields['generationConfig']) ?? asObject(fields['generation_config'])) ||
    isGoogles(asObject(asObject(fields['extra_body'])?.['google']))
  );
}

/** OpenAI's, in any case that a vendor takes. */
function isEffort(value: unknown): boolean {
  const word = asWord(value)?.toLowerCase();
  return word !== undefined && word !== 'none';
}

/** OpenAI's responses, OpenRouter. */
function isReasoning(reasoning: JsonObject | undefined): boolean {
  if (reasoning === undefined || reasoning['enabled'] === false) return false;
  return isEffort(reasoning['effort']) || reasoning['enabled'] === true || isBudget(reasoning['max_tokens']);
}

/** Anthropic and those who took it over; some take a plain truth. */
function isThinking(value: unknown): boolean {
  const type = asWord(asObject(value)?.['type']);
  return value === true || (type !== undefined && type !== 'disabled');
}

/** Servers that hand it to their templates. */
function isTemplate(options: JsonObject | undefined): boolean {
  return options?.['enable_thinking'] === true || options?.['thinking'] === true;
}

function isGoogles(config: JsonObject | undefined): boolean {
  const thinking = asObject(config?.['thinkingConfig']) ?? asObject(config?.['thinking_config']);
  if (thinking === undefined) return false;
  const budget = thinking['thinkingBudget'] ?? thinking['thinking_budget'];
  if (budget !== undefined) return isBudget(budget);
  const level = thinking['thinkingLevel'] ?? thinking['thinking_level'];
  return asWord(level) !== undefined || (thinking['includeThoughts'] ?? thinking['include_thoughts']) === true;
}

/** -1 leaves it to the model. */
function isBudget(value: unknown): boolean {
  const tokens = asNumber(value);
  return tokens !== undefined && tokens !== 0;
}

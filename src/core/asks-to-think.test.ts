import { describe, expect, test } from 'bun:test';
import { asksToThink } from './asks-to-think.ts';

const thinking = (config: object) => ({ generationConfig: { thinkingConfig: config } });

describe('a request asks for thinking', () => {
  test.each([
    [{ reasoning_effort: 'low' }],
    [{ reasoning_effort: 'HIGH' }],
    [{ reasoning_effort: 'minimal' }],
    [{ reasoning: { effort: 'medium' } }],
    [{ reasoning: { enabled: true } }],
    [{ reasoning: { max_tokens: 2000 } }],
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }],
    [{ thinking: { type: 'adaptive' } }],
    [{ thinking: true }],
    [{ enable_thinking: true }],
    [{ thinking_budget: 100 }],
    [{ prompt_mode: 'reasoning' }],
    [{ chat_template_kwargs: { enable_thinking: true } }],
    [{ chat_template_kwargs: { thinking: true } }],
    [thinking({ thinkingBudget: -1 })],
    [thinking({ thinkingLevel: 'HIGH' })],
    [thinking({ includeThoughts: true })],
    [{ generation_config: { thinking_config: { thinking_budget: 512 } } }],
    [{ extra_body: { google: { thinking_config: { include_thoughts: true } } } }],
  ])('%p', (fields) => expect(asksToThink(fields)).toBe(true));
});

describe('a request does not', () => {
  test.each([
    [{}],
    [{ reasoning_effort: 'none' }],
    [{ reasoning_effort: null }],
    [{ reasoning_effort: 3 }],
    [{ reasoning: {} }],
    [{ reasoning: { summary: 'auto' } }],
    [{ reasoning: { exclude: true } }],
    [{ reasoning: { enabled: false, effort: 'high' } }],
    [{ reasoning: { effort: 'none' } }],
    [{ reasoning: 'high' }],
    [{ include_reasoning: true }],
    [{ thinking: { type: 'disabled' } }],
    [{ thinking: false }],
    [{ thinking: {} }],
    [{ enable_thinking: false }],
    [{ enable_thinking: 'true' }],
    [{ thinking_budget: 0 }],
    [{ chat_template_kwargs: { enable_thinking: false } }],
    [{ chat_template_kwargs: [] }],
    [thinking({})],
    [thinking({ thinkingBudget: 0, includeThoughts: true })],
    [thinking({ includeThoughts: false })],
    [{ generationConfig: null }],
  ])('%p', (fields: object) => expect(asksToThink(fields as Record<string, unknown>)).toBe(false));
});

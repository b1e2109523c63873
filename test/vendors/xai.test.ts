// xAI: https://docs.x.ai/docs/guides/reasoning; which models refuse a word of effort:
// https://github.com/BerriAI/litellm/issues/16265.
import { afterAll, describe, expect, test } from 'bun:test';
import { openaiResponses } from '../dialects/openai-responses.ts';
import type { Json } from '../kit/json.ts';
import { AGENTS, playLoop, stopStandIns } from './tool-loop.ts';
import { question, translated } from './translated.ts';

afterAll(stopStandIns);

function answer(tool: string): Json {
  return openaiResponses.answer({
    items: [{ thought: 'Let me look.', signature: 'ENC' }, { call: { id: 'call_1', name: tool, args: {} } }],
    finish: 'tool_calls',
    usage: { input: 10, output: 5 },
  });
}

const AGENTS_OF_OTHER_DIALECTS = AGENTS.filter(({ dialect }) => dialect !== openaiResponses);

describe.each([
  ['grok-4.7', true],
  ['grok-4.5', true],
  ['grok-4.3', true],
  ['grok-4.20-0309-reasoning', false],
  ['grok-4-1-fast-reasoning', false],
  ['grok-code-fast-1', false],
])('a thinking tool loop at xAI, %s', (model, takesEffort) => {
  test.each(AGENTS_OF_OTHER_DIALECTS.map((agent) => [agent.name, agent] as const))('of %s', async (_name, agent) => {
    const { first, second, paths } = await playLoop(agent, { vendor: 'xai', model, answer });
    expect(paths).toEqual(['/v1/responses', '/v1/responses']);
    for (const body of [first, second]) {
      expect(body.reasoning?.effort !== undefined).toBe(takesEffort);
      for (const field of ['stop', 'presence_penalty', 'frequency_penalty', 'logit_bias'])
        expect(body).not.toHaveProperty(field);
    }
    // Thoughts go back as they came.
    const thought = second.input.find(({ type }: Json) => type === 'reasoning');
    expect(thought.encrypted_content).toBe('ENC');
  });
});

test.each([
  [{ thinking: { type: 'enabled', budget_tokens: 2048 } }, ['reasoning']],
  [{ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }, ['reasoning']],
  [{ thinking: { type: 'disabled' } }, ['reasoning']],
  [{ thinking: { type: 'adaptive' } }, []],
])('a measure of %j is named where the model takes none', (more, dropped) => {
  const asked = { vendor: 'xai', model: 'grok-4', upstream: 'openai-responses' } as const;
  const written = translated(asked, 'anthropic-messages', question(more));
  expect(written.body.reasoning?.effort).toBeUndefined();
  expect(written.dropped).toEqual(dropped);
});

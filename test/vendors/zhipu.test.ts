// Zhipu (Z.ai): https://docs.z.ai/guides/capabilities/thinking-mode
import { describe, expect, test } from 'bun:test';
import { AGENTS, chatCall, playLoop } from './tool-loop.ts';

describe('a thinking tool loop at Zhipu', () => {
  test.each(AGENTS.map((agent) => [agent.name, agent] as const))('of %s', async (_name, agent) => {
    const { first, second, paths } = await playLoop(agent, {
      vendor: 'zhipu',
      model: 'glm-4.7',
      answer: (tool) => chatCall(tool, { reasoning_content: 'Let me look.' }),
    });
    expect(paths).toEqual(['/v1/chat/completions', '/v1/chat/completions']);
    expect(first.thinking).toEqual({ type: 'enabled' });
    const [said] = second.messages.filter(({ role }: { role: string }) => role === 'assistant').slice(-1);
    expect(said.reasoning_content).toBe('Let me look.');
  });
});

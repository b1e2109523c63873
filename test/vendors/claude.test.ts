// Claude at Anthropic, Bedrock and Vertex: https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking,
// https://docs.aws.amazon.com/bedrock/latest/userguide/claude-messages-adaptive-thinking.md.
import { afterAll, describe, expect, test } from 'bun:test';
import { anthropicMessages } from '../dialects/anthropic-messages.ts';
import type { Json } from '../kit/json.ts';
import { type Agent, AGENTS, type Place, playLoop, stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

function answer(tool: string): Json {
  return anthropicMessages.answer({
    items: [{ thought: 'Let me look.', signature: 'c2ln' }, { call: { id: 'toolu_1', name: tool, args: {} } }],
    finish: 'tool_calls',
    usage: { input: 10, output: 5 },
  });
}

const OTHERS = AGENTS.filter(({ dialect }) => dialect !== anthropicMessages);

/** What the API refuses of any model. */
function checkAllowed(body: Json): void {
  expect(body.max_tokens).toBeInteger();
  expect(body.messages[0].role).toBe('user');
  expect(body.messages.at(-1).role).toBe('user');
  for (const field of ['seed', 'frequency_penalty', 'presence_penalty', 'n', 'logprobs'])
    expect(body).not.toHaveProperty(field);
  for (const tool of body.tools) {
    expect(tool.name).toMatch(/^[a-zA-Z0-9_-]{1,128}$/);
    expect(tool.input_schema.type).toBe('object');
  }
}

async function loopOf(agent: Agent, place: Omit<Place, 'answer'>) {
  const loop = await playLoop(agent, { answer, ...place });
  checkAllowed(loop.first);
  checkAllowed(loop.second);
  // A thought stands in front of the call that it led to, with its signature.
  const called = loop.second.messages.find(({ role }: Json) => role === 'assistant').content;
  return { ...loop, called };
}

const MODELS: readonly (readonly [model: string, thinking: string, efforts: readonly unknown[], isSampled: boolean])[] =
  [
    ['claude-sonnet-4-5', 'enabled', [undefined], false],
    ['claude-opus-4-6', 'adaptive', ['low', 'medium', 'high', 'max', undefined], false],
    ['claude-opus-4-8', 'adaptive', ['low', 'medium', 'high', 'xhigh', 'max', undefined], false],
    ['claude-sonnet-5-5', 'adaptive', ['low', 'medium', 'high', 'xhigh', 'max', undefined], false],
    ['claude-haiku-5-5', 'adaptive', ['low', 'medium', 'high', 'xhigh', 'max', undefined], false],
  ];

describe.each(MODELS)('a thinking tool loop at Anthropic, %s', (model, thinking, efforts) => {
  test.each(OTHERS.map((agent) => [agent.name, agent] as const))('of %s', async (_name, agent) => {
    const { first, second, called } = await loopOf(agent, { vendor: 'anthropic', model });
    for (const body of [first, second]) {
      expect(body.thinking.type).toBe(thinking);
      expect(efforts).toContain(body.output_config?.effort);
      expect(body.temperature ?? 1).toBe(1);
      expect(body).not.toHaveProperty('top_k');
      if (thinking === 'enabled') expect(body.thinking.budget_tokens).toBeLessThan(body.max_tokens);
    }
    expect(called.slice(0, 2).map(({ type }: Json) => type)).toEqual(['thinking', 'tool_use']);
    expect(called[0].signature).toBe('c2ln');
  });
});

describe('a model that cannot think', () => {
  test.each(OTHERS.map((agent) => [agent.name, agent] as const))('is not asked to by %s', async (_name, agent) => {
    const { first, dropped } = await loopOf(agent, { vendor: 'anthropic', model: 'claude-3-5-haiku-20241022' });
    expect(first.thinking).toBeUndefined();
    expect(dropped[0]).toMatch(/reasoning|thinkingConfig/);
  });
});

const BEDROCK = { region: 'us-east-1' };
const VERTEX = { project: 'p', location: 'global' };

describe.each([
  ['bedrock', '', BEDROCK, '/model/anthropic.claude-opus-4-8/invoke'],
  ['bedrock', '/anthropic/v1', { ...BEDROCK, protocol: 'anthropic' }, undefined],
  ['vertex', '', { ...VERTEX, protocol: 'anthropic' }, undefined],
] as const)('Claude at %s%s', (vendor, base, backend, path) => {
  test.each(OTHERS.map((agent) => [agent.name, agent] as const))('for %s', async (_name, agent) => {
    const model = vendor === 'bedrock' ? 'anthropic.claude-opus-4-8' : 'claude-opus-4-8';
    const { first, second, called, paths } = await loopOf(agent, { vendor, model, base, backend });
    if (path !== undefined) expect(paths).toEqual([path, path]);
    for (const { messages, tools, output_config } of [first, second]) {
      // Neither system turns nor strict schemas, which only Anthropic's own API has for sure.
      expect(messages.map(({ role }: Json) => role)).not.toContain('system');
      expect(tools.filter(({ strict }: Json) => strict === true)).toEqual([]);
      expect(output_config?.format).toBeUndefined();
    }
    expect(called[0].signature).toBe('c2ln');
  });
});

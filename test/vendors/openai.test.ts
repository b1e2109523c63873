// OpenAI, and Azure, which serves the same models: https://developers.openai.com/api/docs/guides/reasoning,
// https://github.com/BerriAI/litellm/pull/34569 (chat completions refuse tools to a model that thinks).
import { afterAll, describe, expect, test } from 'bun:test';
import { openaiResponses } from '../dialects/openai-responses.ts';
import type { Json } from '../kit/json.ts';
import { openaiChat } from '../dialects/openai-chat.ts';
import { AGENTS, chatCall, playLoop, stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

const [claudeCode, , geminiCli] = AGENTS;

function responsesCall(tool: string): Json {
  return openaiResponses.answer({
    items: [{ thought: 'Let me look.', signature: 'gAAAAB' }, { call: { id: 'call_1', name: tool, args: {} } }],
    finish: 'tool_calls',
    usage: { input: 10, output: 5 },
  });
}

/** Throws for what the API would answer with a 400. */
function checkAllowed(body: Json, efforts: readonly string[]): void {
  expect(efforts).toContain(body.reasoning?.effort);
  for (const field of ['temperature', 'top_p', 'stop', 'seed', 'max_tokens', 'messages'])
    expect(body).not.toHaveProperty(field);
  expect(body.include).toEqual(['reasoning.encrypted_content']);
  expect(body.store).toBe(false);
  for (const tool of body.tools)
    expect(tool.parameters).toMatchObject({ type: 'object', properties: expect.anything() });
}

describe.each([
  ['openai', 'gpt-5.6', ['high', 'medium', 'low']],
  ['openai', 'gpt-6-astra', ['high', 'medium', 'low']],
  ['openai', 'gpt-5', ['high', 'medium', 'low']],
  ['openai', 'o3', ['high', 'medium', 'low']],
  ['openai', 'gpt-5.3-codex', ['high', 'medium', 'low']],
  ['azure', 'gpt-5.4', ['high', 'medium', 'low']],
] as const)('a thinking tool loop at %s, %s', (vendor, model, efforts) => {
  test.each([
    ['claude-code', claudeCode],
    ['gemini-cli', geminiCli],
  ] as const)('of %s', async (_name, agent) => {
    if (agent === undefined) throw new Error('no such agent');
    const { first, second, paths, dropped } = await playLoop(agent, { vendor, model, answer: responsesCall });
    expect(paths.map((path) => path.split('?')[0])).toEqual(['/v1/responses', '/v1/responses']);
    for (const body of [first, second]) checkAllowed(body, efforts);
    const types = second.input.map(({ type, role }: Json) => type ?? role);
    const at = types.indexOf('reasoning');
    expect(types.slice(at, at + 3)).toEqual(['reasoning', 'function_call', 'function_call_output']);
    expect(second.input[at].encrypted_content).toBe('gAAAAB');
    // Gemini CLI's sampling settings are none of a model that thinks; Claude Code sends none.
    const named = (dropped[0] ?? '').split(', ');
    const sampling = ['topK', 'topP'];
    expect(named.filter((name) => name.includes('top')).toSorted()).toEqual(agent === geminiCli ? sampling : []);
    expect(named.filter((name) => /thinking|effort/.test(name))).toEqual([]);
  });
});

describe('which API', () => {
  const chat = (tool: string): Json => chatCall(tool, {});

  test.each([
    ['openai', 'gpt-4o', {}, '/v1/responses'],
    ['openai', 'gpt-4o-audio-preview', {}, '/v1/chat/completions'],
    ['azure', 'gpt-4o', { api_version: '2024-10-21' }, '/openai/deployments/gpt-4o/chat/completions'],
    ['azure', 'gpt-5.4', { api_version: '2025-04-01-preview' }, '/openai/responses'],
    ['azure', 'our-gpt-5.10', { api_version: '2025-04-01-preview' }, '/openai/responses'],
    ['azure', 'our-codex', { api_version: '2025-04-01-preview' }, '/openai/responses'],
    ['azure', 'gpt-35-turbo', { api_version: '2024-10-21' }, '/openai/deployments/gpt-35-turbo/chat/completions'],
    ['openai', 'gpt-audio', {}, '/v1/chat/completions'],
  ] as const)('%s serves %s %j to another dialect at %s', async (vendor, model, backend, path) => {
    const isChat = path.endsWith('chat/completions');
    const base = vendor === 'azure' ? '/openai' : '/v1';
    if (claudeCode === undefined) throw new Error('no such agent');
    const answer = isChat ? chat : responsesCall;
    const loop = await playLoop(claudeCode, { vendor, model, backend, base, answer });
    expect(loop.paths[0]?.split('?')[0]).toBe(path);
  });
});

/** A client of chat completions that is no agent: one tool, and a thought about how much to think. */
const CHAT_CLIENT = {
  name: 'chat',
  dialect: openaiChat,
  question: (alias: string) =>
    openaiChat.request(
      {
        turns: [{ role: 'user', items: [{ text: 'Hi' }] }],
        tools: [{ name: 'look', description: 'd', parameters: { type: 'object', properties: {} } }],
        effort: 'high',
      },
      alias,
      false,
    ),
};

test.each([
  ['gpt-5.3-codex', '/v1/responses'],
  ['gpt-5.5-pro', '/v1/responses'],
  ['gpt-5', '/v1/chat/completions'],
])('a client of chat completions is served by %s at %s', async (model, path) => {
  const isChat = path.endsWith('completions');
  const answer = (tool: string): Json => (isChat ? chatCall(tool, {}) : responsesCall(tool));
  const { paths, first } = await playLoop(CHAT_CLIENT, { vendor: 'openai', model, answer });
  expect(paths).toEqual([path, path]);
  expect(isChat ? first.reasoning_effort : first.reasoning.effort).toBe('high');
});

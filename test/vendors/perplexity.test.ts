// Perplexity's Agent API: https://docs.perplexity.ai/docs/agent-api/migrate-from-sonar. Any field that it does not know is
// a 400: https://github.com/sst/opencode/issues/32108.
import { afterAll, describe, expect, test } from 'bun:test';
import { openaiResponses } from '../dialects/openai-responses.ts';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { json } from '../kit/replies.ts';
import { startUpstream } from '../kit/upstream.ts';
import { AGENTS, playLoop, stopStandIns } from './tool-loop.ts';

afterAll(stopStandIns);

const KNOWN = new Set(
  (
    'model models preset input instructions max_output_tokens temperature top_p stream reasoning tools tool_choice ' +
    'parallel_tool_calls max_steps max_tool_calls response_format language_preference'
  ).split(' '),
);
const EFFORTS = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

function checkAllowed(body: Json): void {
  expect(Object.keys(body).filter((field) => !KNOWN.has(field))).toEqual([]);
  expect(Object.keys(body.reasoning ?? {})).toEqual(['effort']);
  expect(EFFORTS).toContain(body.reasoning.effort);
  for (const item of body.input) expect(item.type).toBeString();
}

const ANSWER: Json = openaiResponses.answer({
  items: [{ text: 'Hi' }],
  finish: 'stop',
  usage: { input: 1, output: 1 },
});

describe('a thinking tool loop at Perplexity', () => {
  const answer = (tool: string): Json =>
    openaiResponses.answer({
      items: [{ call: { id: 'call_1', name: tool, args: {} } }],
      finish: 'tool_calls',
      usage: { input: 10, output: 5 },
    });

  test.each(AGENTS.filter(({ dialect }) => dialect !== openaiResponses).map((agent) => [agent.name, agent] as const))(
    'of %s',
    async (_name, agent) => {
      const { first, second } = await playLoop(agent, {
        vendor: 'perplexity',
        model: 'anthropic/claude-opus-5',
        answer,
      });
      for (const body of [first, second]) checkAllowed(body);
      expect(first.max_output_tokens).toBeInteger();
    },
  );
});

test('a schema for the answer stands where it is looked for', async () => {
  const upstream = await startUpstream(json(200, ANSWER));
  const gateway = await startGateway({
    config: {
      backends: [{ name: 'it', vendor: 'perplexity', url: upstream.url, api_key: 'a-key-of-the-vendor' }],
      models: { alias: { routes: [{ backend: 'it', model: 'openai/gpt-5.5' }] } },
    },
  });
  try {
    const schema = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    };
    const body = {
      model: 'alias',
      messages: [{ role: 'user', content: 'Hi' }],
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } },
      verbosity: 'low',
    };
    const reply = await send(`${gateway.url}/v1/chat/completions`, { body });
    await reply.whole();
    const asked = upstream.requests[0]?.json;
    expect(asked.response_format).toEqual({ type: 'json_schema', json_schema: { name: 'x', schema, strict: true } });
    expect(asked.text).toBeUndefined();
    expect(reply.headers['x-llm-proxy-dropped']).toBe('verbosity');
  } finally {
    await gateway.stop();
    await upstream.stop();
  }
});

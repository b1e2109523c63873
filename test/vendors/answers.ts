// What vendors answer in other dialects than chat: a thought that nobody signed or encrypted, and a call.
import { anthropicMessages } from '../dialects/anthropic-messages.ts';
import { openaiResponses } from '../dialects/openai-responses.ts';
import type { Json } from '../kit/json.ts';
import { AGENTS } from './tool-loop.ts';

/** A message; of `signature` where the vendor has one. */
export function messagesCall(tool: string, signature?: string): Json {
  return {
    id: 'm1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      { type: 'thinking', thinking: 'Let me look.', ...(signature === undefined ? {} : { signature }) },
      { type: 'tool_use', id: 'call_1', name: tool, input: {} },
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
}

/** A response. */
export function responsesCall(tool: string): Json {
  return {
    id: 'r1',
    object: 'response',
    model: 'm',
    status: 'completed',
    output: [
      { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Let me look.' }] },
      { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: tool, arguments: '{}' },
    ],
    usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
  };
}

/** The agents for whom messages are translated, and those for whom responses are; the others' bytes pass. */
export const TO_MESSAGES = AGENTS.filter(({ dialect }) => dialect !== anthropicMessages).map(
  (agent) => [agent.name, agent] as const,
);
export const TO_RESPONSES = AGENTS.filter(({ dialect }) => dialect !== openaiResponses).map(
  (agent) => [agent.name, agent] as const,
);

/** What of a request of chat completions is about thinking, vendors' own fields included. */
export function saysOfThinking(body: Json): Json {
  const { thinking, reasoning_effort, enable_thinking, thinking_budget, reasoning_split } = body;
  return JSON.parse(JSON.stringify({ thinking, reasoning_effort, enable_thinking, thinking_budget, reasoning_split }));
}

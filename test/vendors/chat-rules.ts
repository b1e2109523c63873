// What a vendor's documentation says of a chat completion's request, and a check of requests against it.
import { expect } from 'bun:test';
import type { Json } from '../kit/json.ts';
import { AGENTS, chatCall, playLoop, type Agent, type Loop } from './tool-loop.ts';
import { question, translated, WISHES, type Asked, type Wish } from './translated.ts';

/** Fields that every vendor documents. */
export const USUAL: readonly string[] = [
  ...'model messages stream tools tool_choice temperature top_p stop'.split(' '),
  ...'max_tokens response_format'.split(' '),
];

/** What is allowed. */
export interface ChatRules {
  readonly fields: readonly string[];
  /** The fields of an assistant's message besides role, content and tool_calls. */
  readonly assistant?: readonly string[];
  /** `strict` in a tool. */
  readonly strict?: boolean;
  /** The system speaks first or not at all. */
  readonly systemFirst?: boolean;
  readonly callId?: RegExp;
  readonly efforts?: readonly string[];
  readonly mostStops?: number;
}

/** Throws for what the rules do not allow. */
export function keepTo(rules: ChatRules, body: Json): void {
  only('the request', body, rules.fields);
  const { efforts, mostStops = 100, systemFirst, strict, callId } = rules;
  if (body.reasoning_effort !== undefined) only('reasoning_effort', { [body.reasoning_effort]: 1 }, efforts ?? []);
  if ((body.stop ?? []).length > mostStops) throw new Error('too many stop words');
  for (const [at, message] of body.messages.entries()) {
    const { role } = message;
    const own =
      role === 'assistant' ? ['tool_calls', ...(rules.assistant ?? [])] : role === 'tool' ? ['tool_call_id'] : [];
    only(role, message, ['role', 'content', ...own]);
    if (!['system', 'user', 'assistant', 'tool'].includes(role)) throw new Error(`a message of ${role}`);
    if (systemFirst === true && role === 'system' && at > 0) throw new Error(`the system speaks at ${at}`);
    for (const { id } of [...(message.tool_calls ?? []), ...(role === 'tool' ? [{ id: message.tool_call_id }] : [])])
      if (callId !== undefined && !callId.test(id)) throw new Error(`the id ${id}`);
  }
  for (const tool of body.tools ?? []) {
    only('a tool', tool, ['type', 'function']);
    only('a function', tool.function, ['name', 'description', 'parameters', ...(strict === true ? ['strict'] : [])]);
  }
}

function only(what: string, value: Json, fields: readonly string[]): void {
  const unknown = Object.keys(value).filter((field) => !fields.includes(field));
  if (unknown.length > 0) throw new Error(`${what} has ${unknown.join(', ')}`);
}

/** The same for both requests of a loop, at the path of chat completions; gives the thinking fields of the first. */
export function checkLoop(rules: ChatRules, { first, second, paths }: Loop): void {
  for (const path of paths) if (path !== '/v1/chat/completions') throw new Error(`asked at ${path}`);
  keepTo(rules, first);
  keepTo(rules, second);
}

/** Expects of a loop that both of its requests wish for the same thinking, and that the client hears whether it is lost. */
export function checkThinking(
  rules: ChatRules,
  loop: Loop,
  { thinking, isLost }: { readonly thinking: object; readonly isLost: boolean },
): void {
  checkLoop(rules, loop);
  expect(thinkingOf(loop.first)).toMatchObject(thinking);
  expect(thinkingOf(loop.second)).toEqual(thinkingOf(loop.first));
  expect(/thinking|reasoning/i.test(loop.dropped[0] ?? '')).toBe(isLost);
}

/** Expects that a wish for thinking is sent as `sent`, and named as lost or not. */
export function checkWish(
  rules: ChatRules,
  asked: Asked,
  wish: Wish,
  { sent, isLost }: { readonly sent: object; readonly isLost: boolean },
): void {
  const { body, dropped } = translated(asked, 'anthropic-messages', question(WISHES[wish]));
  keepTo(rules, body);
  expect(thinkingOf(body)).toEqual(sent);
  expect(dropped.includes('reasoning')).toBe(isLost);
}

/** What of a request is about thinking. */
export function thinkingOf(body: Json): Json {
  const { reasoning, reasoning_effort, reasoning_format, include_reasoning, thinking, chat_template_kwargs } = body;
  const all = { reasoning, reasoning_effort, reasoning_format, include_reasoning, thinking, chat_template_kwargs };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The message of the assistant that holds the call, as it went back. */
export function saidBefore({ second }: Loop): Json {
  return second.messages.findLast(({ tool_calls: calls }: Json) => calls !== undefined);
}

/** Plays the loop of every agent with every model of a table, whose first column is a model's name. */
export function agentsWith<T extends readonly [model: string, ...unknown[]]>(rows: readonly T[]) {
  return rows.flatMap((row) => AGENTS.map((agent) => [agent.name, row[0], agent, row] as const));
}

/** A loop over chat completions; `thought` is what the vendor's message has for its thought. */
export function chatLoop(agent: Agent, vendor: string, model: string, thought: Json): Promise<Loop> {
  // A backend that speaks the agent's own dialect as well would pass it on as it is.
  const backend = { protocol: 'openai' };
  return playLoop(agent, { vendor, model, backend, answer: (tool) => chatCall(tool, thought) });
}

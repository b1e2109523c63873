import type { ChatMessage, ChatRequest } from './chat-request.ts';
import { textOf } from './chat-request.ts';
import { DemoError } from './error.ts';
import { exampleOf } from './example.ts';
import { wordsOf } from './words.ts';

/** What the model says in one choice; `text` is empty when it calls a tool. */
export interface Reply {
  readonly text: string;
  readonly toolCall: ToolCall | undefined;
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
}

/** One call of a function; `arguments` is JSON. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** What the demo answers in the choice of this index: text, JSON or, where one is demanded, a tool call. */
export function replyTo(request: ChatRequest, index: number, hash: string): Reply {
  const tool = demandedTool(request);
  const results = toolResults(request.messages);
  // With its result at hand a tool is not called again, or a loop with `required` would never end.
  if (tool !== undefined && results.length === 0) {
    const argumentsJson = JSON.stringify(argumentsFor(tool.parameters));
    const toolCall = { id: `call_${hash}${index}`, name: tool.name, arguments: argumentsJson };
    return { text: '', toolCall, finishReason: 'tool_calls' };
  }
  const sentence = index === 0 ? textReply(request, results) : `${textReply(request, results)} (Choice ${index + 1}.)`;
  return limited(formatted(request, sentence), request.max_completion_tokens ?? request.max_tokens ?? undefined);
}

type FunctionTool = NonNullable<NonNullable<ChatRequest['tools']>[number]['function']>;

/** The function that the request wants called: the named one or, where any is required, the first. */
function demandedTool({ tools, tool_choice: choice }: ChatRequest): FunctionTool | undefined {
  if (choice === undefined || choice === null || choice === 'auto' || choice === 'none') return undefined;
  const functions = (tools ?? []).flatMap((tool) => tool.function ?? []);
  if (functions.length === 0) {
    const message = "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.";
    throw new DemoError(400, message, { param: 'tool_choice' });
  }
  const name = typeof choice === 'string' ? undefined : choice.function?.name;
  const found = name === undefined ? functions[0] : functions.find((one) => one.name === name);
  if (found !== undefined) return found;
  const message = `Invalid value for 'tool_choice': the function '${name}' was not found in 'tools'.`;
  throw new DemoError(400, message, { param: 'tool_choice' });
}

function argumentsFor(parameters: unknown): unknown {
  return parameters === undefined || parameters === null ? {} : exampleOf({ type: 'object', ...Object(parameters) });
}

/** The results that the conversation ends with, if it does. */
function toolResults(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const isResult = ({ role }: ChatMessage) => role === 'tool' || role === 'function';
  return messages.slice(messages.findLastIndex((message) => !isResult(message)) + 1);
}

const MAX_QUOTED_CHARACTERS = 500;

function textReply({ messages }: ChatRequest, results: readonly ChatMessage[]): string {
  if (results.length > 0) {
    return `This is the demo model. The tool answered: ${results.map(quote).join(', ')}.`;
  }
  const asked = messages.findLast(({ role }) => role === 'user');
  if (asked === undefined) return 'This is the demo model. No user message was sent.';
  return `This is the demo model, so no provider was asked. You said: ${quote(asked)}.`;
}

function quote(message: ChatMessage): string {
  const text = textOf(message).trim();
  if (text.length <= MAX_QUOTED_CHARACTERS) return `"${text}"`;
  // The cut may fall inside a surrogate pair, of which nothing then stays.
  return `"${text.slice(0, MAX_QUOTED_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '')}…"`;
}

function formatted({ response_format: format }: ChatRequest, sentence: string): string {
  if (format?.type === 'json_object') return JSON.stringify({ answer: sentence });
  if (format?.type === 'json_schema')
    return JSON.stringify(exampleOf(format.json_schema?.schema ?? { type: 'object' }));
  return sentence;
}

function limited(text: string, maxWords: number | undefined): Reply {
  const words = maxWords === undefined ? [] : wordsOf(text);
  if (maxWords === undefined || words.length <= maxWords) return { text, toolCall: undefined, finishReason: 'stop' };
  return { text: words.slice(0, maxWords).join(''), toolCall: undefined, finishReason: 'length' };
}

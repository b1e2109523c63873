import type { Answer, AnswerEvent, DemoUsage, Question } from './answer.ts';
import { usageOf } from './answer.ts';
import { ChatRequest, textOf } from './chat-request.ts';
import { DemoError } from './error.ts';
import { check } from './parse.ts';
import type { Reply, ToolCall } from './reply.ts';
import { replyTo } from './reply.ts';
import { countWords, wordsOf } from './words.ts';

/** `POST /chat/completions`, plain or as events. */
export function answerChat({ body, hash, createdSeconds }: Question): Answer {
  const request = check(ChatRequest, body);
  if ((request.stream_options ?? undefined) !== undefined && request.stream !== true) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    throw new DemoError(400, message, { param: 'stream_options' });
  }
  const replies = Array.from({ length: request.n ?? 1 }, (_, index) => replyTo(request, index, hash));
  const usage = usageOf(promptWords(request), sum(replies.map(completionWords)));
  const head = { id: `chatcmpl-${hash}`, created: createdSeconds, model: request.model, system_fingerprint: 'fp_demo' };
  if (request.stream === true) {
    const withUsage = request.stream_options?.include_usage === true;
    return { events: chunks({ ...head, object: 'chat.completion.chunk' }, replies, withUsage ? usage : undefined) };
  }
  return { body: { ...head, object: 'chat.completion', choices: replies.map(wholeChoice), usage } };
}

function wholeChoice(reply: Reply, index: number): object {
  const content = reply.toolCall === undefined ? reply.text : null;
  const message = { role: 'assistant', content, refusal: null };
  const tool_calls = reply.toolCall === undefined ? undefined : [callOf(reply.toolCall)];
  return { index, message: { ...message, tool_calls }, logprobs: null, finish_reason: reply.finishReason };
}

function callOf(call: ToolCall): object {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
}

/** The events of all choices: roles, then word for word in turn, as OpenAI interleaves them, then finish reasons. */
function* chunks(head: object, replies: readonly Reply[], usage: DemoUsage | undefined): Generator<AnswerEvent> {
  const members = usage === undefined ? {} : { usage: null };
  const event = (kind: AnswerEvent['kind'], index: number, delta: object, finish: string | null): AnswerEvent => {
    const choice = { index, delta, logprobs: null, finish_reason: finish };
    return { kind, data: { ...head, choices: [choice], ...members } };
  };
  for (const [index, reply] of replies.entries()) yield event('start', index, openingDelta(reply), null);
  const words = replies.map((reply) => wordsOf(reply.toolCall?.arguments ?? reply.text));
  for (let at = 0; at < Math.max(...words.map((some) => some.length)); at++) {
    for (const [index, some] of words.entries()) {
      const word = some[at];
      if (word !== undefined) yield event('words', index, wordDelta(replies[index], word), null);
    }
  }
  for (const [index, reply] of replies.entries()) yield event('end', index, {}, reply.finishReason);
  if (usage !== undefined) yield { kind: 'end', data: { ...head, choices: [], usage } };
}

function openingDelta({ toolCall }: Reply): object {
  if (toolCall === undefined) return { role: 'assistant', content: '', refusal: null };
  const opening = callOf({ ...toolCall, arguments: '' });
  return { role: 'assistant', content: null, tool_calls: [{ index: 0, ...opening }] };
}

function wordDelta(reply: Reply | undefined, word: string): object {
  if (reply?.toolCall === undefined) return { content: word };
  return { tool_calls: [{ index: 0, function: { arguments: word } }] };
}

function promptWords(request: ChatRequest): number {
  return sum(request.messages.map((message) => countWords(textOf(message))));
}

function completionWords({ toolCall, text }: Reply): number {
  return toolCall === undefined ? countWords(text) : countWords(toolCall.name) + countWords(toolCall.arguments);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

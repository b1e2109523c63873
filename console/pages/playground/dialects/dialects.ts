import { anthropicMessages } from './anthropic-messages.ts';
import { object, string, type Dialect, type Json } from './dialect.ts';
import { gemini } from './gemini.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';

/** The dialects that can be tried, by name. */
export const DIALECTS = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;

export const DIALECT_NAMES = Object.keys(DIALECTS) as readonly DialectName[];

/** What the form knows of a body, in another dialect; what only the one dialect has is left behind. */
export function translated(body: Json, from: Dialect, to: Dialect): Json {
  if (from === to) return body;
  const { tools, messages, ...fields } = from.read(body);
  const functions = from.toTools(tools);
  return to.write(
    {},
    {
      ...fields,
      messages: messages.filter(({ raw }) => raw === undefined),
      tools: functions.length === 0 ? undefined : to.fromTools(functions),
    },
  );
}

/** An error as any of the dialects writes it; undefined: this is none. */
export function errorOf(value: Json): { readonly code: string; readonly message: string } | undefined {
  const own = value['error'] ?? object(value['response'])['error'];
  const found = own ?? (value['type'] === 'error' ? value : undefined);
  if (found === undefined) return undefined;
  if (typeof found === 'string') return { code: '', message: found };
  const { code, type, status, message } = object(found);
  const word = [code, status, type].find((each) => typeof each === 'string');
  return { code: string(word), message: typeof message === 'string' ? message : JSON.stringify(found) };
}

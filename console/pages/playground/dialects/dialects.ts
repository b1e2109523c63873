import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect, Json } from './dialect.ts';
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
  const error = value['error'] ?? (value['type'] === 'error' ? value : undefined);
  if (typeof error === 'string') return { code: '', message: error };
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, type, status, message } = error as Json;
  const word = [code, status, type].find((each) => typeof each === 'string');
  return { code: String(word ?? code ?? ''), message: typeof message === 'string' ? message : JSON.stringify(error) };
}

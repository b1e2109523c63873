import type { Turn } from '../../../core/conversation.ts';
import type { TextPart } from '../../../core/part.ts';

/** What a model is told in words where no field, or not the field alone, makes it answer in JSON. */
export const JSON_INSTRUCTION = 'Answer with one JSON object and nothing else.';

/** The same for JSON of a schema. */
export function schemaInstruction(schema: Readonly<Record<string, unknown>>): string {
  const kind = schema['type'] === undefined || schema['type'] === 'object' ? 'one JSON object' : 'one JSON value';
  return `Answer with ${kind} and nothing else. It has to match this JSON schema:\n${JSON.stringify(schema)}`;
}

/** Whether a text speaks of JSON. OpenAI and others refuse `json_object` unless some message has the word. */
export function mentionsJson(system: readonly TextPart[], turns: readonly Turn[]): boolean {
  const isMention = (part: { readonly type: string; readonly text?: unknown }): boolean =>
    part.type === 'text' && typeof part.text === 'string' && /json/i.test(part.text);
  return system.some(isMention) || turns.some(({ parts }) => parts.some(isMention));
}

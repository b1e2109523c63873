import type { Turn } from '../../../core/conversation.ts';
import type { TextPart } from '../../../core/part.ts';

/** Tells a model to answer in JSON, where no field does that, or a field is not enough. */
export const JSON_INSTRUCTION = 'Answer with one JSON object and nothing else.';

/** Tells a model to answer in JSON of a schema. */
export function schemaInstruction(schema: Readonly<Record<string, unknown>>): string {
  const kind = schema['type'] === undefined || schema['type'] === 'object' ? 'one JSON object' : 'one JSON value';
  return `Answer with ${kind} and nothing else. It has to match this JSON schema:\n${JSON.stringify(schema)}`;
}

/** Whether a text mentions JSON. OpenAI and others refuse `json_object` unless a message does. */
export function mentionsJson(system: readonly TextPart[], turns: readonly Turn[]): boolean {
  const isMention = (part: { readonly type: string; readonly text?: unknown }): boolean =>
    part.type === 'text' && typeof part.text === 'string' && /json/i.test(part.text);
  return system.some(isMention) || turns.some(({ parts }) => parts.some(isMention));
}

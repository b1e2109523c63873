import type { Conversation, OutputFormat } from '../../core/conversation.ts';
import type { Quirks } from '../../core/route.ts';
import { asBoolean, asObject, asString, asWord, compact, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../fields.ts';
import { takes } from './settings.ts';

/** Reads `response_format`. */
export function decodeOutput(value: unknown): OutputFormat | undefined {
  if (value === null || value === undefined) return undefined;
  const format = asObject(value) ?? refuseField('response_format', 'has to be an object');
  switch (format['type']) {
    case 'text':
      return undefined;
    case 'json_object': {
      // Fireworks, Together and others take a schema here.
      const schema = asObject(format['schema']);
      return schema === undefined ? { type: 'json' } : { type: 'schema', schema };
    }
    case 'json_schema': {
      const inner = asObject(format['json_schema']);
      const schema = asObject(inner?.['schema']) ?? asObject(inner?.['schema_definition']) ?? {};
      const [name, description] = [asWord(inner?.['name']), asString(inner?.['description'])];
      return { type: 'schema', schema, ...compact({ name, description, strict: asBoolean(inner?.['strict']) }) };
    }
    default:
      return refuseField('response_format.type', 'has to be `text`, `json_object` or `json_schema`');
  }
}

/** How a backend is told of the format. */
export interface EncodedOutput {
  readonly fields: JsonObject;
  /** Words for the system, where the field alone does not do. */
  readonly note: string | undefined;
  /** Nothing but those words asks for it. */
  readonly dropped: boolean;
}

/** Writes it. */
export function encodeOutput(conversation: Conversation, quirks: Quirks): EncodedOutput {
  const { output } = conversation;
  if (output === undefined) return { fields: {}, note: undefined, dropped: false };
  const takesAny = takesFormat(conversation, quirks);
  const takesSchema = takesAny && takes(quirks, 'response_format.json_schema');
  const takesJson = takesAny && takes(quirks, 'response_format.json_object');
  const anyObject = takesSchema ? { type: 'json_schema', json_schema: ANY_OBJECT } : undefined;
  const format = takesJson ? { type: 'json_object' } : anyObject;
  const json = format === undefined ? {} : { response_format: format };
  if (output.type === 'json') {
    const isSaid = format !== undefined && speaksOfJson(conversation);
    const note = isSaid ? undefined : 'Answer with one JSON object and nothing else.';
    return { fields: json, note, dropped: format === undefined };
  }
  const { schema, name = 'answer', description, strict } = output;
  if (takesSchema) {
    const inner = compact({ name: nameOf(name), description, schema, strict });
    return {
      fields: { response_format: { type: 'json_schema', json_schema: inner } },
      note: undefined,
      dropped: false,
    };
  }
  const note = `Answer with one JSON object and nothing else. It has to match this JSON schema:\n${JSON.stringify(schema)}`;
  return { fields: json, note, dropped: true };
}

const ANY_OBJECT = { name: 'answer', schema: { type: 'object' } };

/** Some take a format neither beside tools nor in a stream. */
function takesFormat({ tools, stream }: Conversation, quirks: Quirks): boolean {
  if (!takes(quirks, 'response_format') || (stream && !takes(quirks, 'response_format.stream'))) return false;
  return tools.length === 0 || takes(quirks, 'response_format.tools');
}

/** OpenAI and others refuse `json_object` unless some message has the word. */
function speaksOfJson({ system, turns }: Conversation): boolean {
  const has = (part: { readonly type: string; readonly text?: unknown }): boolean =>
    part.type === 'text' && typeof part.text === 'string' && /json/i.test(part.text);
  return system.some(has) || turns.some(({ parts }) => parts.some(has));
}

/** Letters, digits, `_` and `-`, 64 at most. */
function nameOf(name: string): string {
  return name.replaceAll(/[^\w-]/g, '_').slice(0, 64);
}

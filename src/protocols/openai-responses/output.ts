import type { OutputFormat } from '../../core/conversation.ts';
import { asBoolean, asObject, asWord, compact } from '../../lib/json.ts';

/** `text.format`; plain text is what is meant without it. */
export function decodeOutput(text: unknown): OutputFormat | undefined {
  const format = asObject(asObject(text)?.['format']);
  switch (format?.['type']) {
    case 'json_object':
      return { type: 'json' };
    case 'json_schema':
      return {
        type: 'schema',
        schema: asObject(format['schema']) ?? {},
        ...compact({
          name: asWord(format['name']),
          description: asWord(format['description']),
          strict: asBoolean(format['strict']),
        }),
      };
    default:
      return undefined;
  }
}

/** Writes `text.format`. The schema asks for a name. */
export function encodeOutput(output: OutputFormat | undefined): unknown {
  if (output === undefined) return undefined;
  if (output.type === 'json') return { type: 'json_object' };
  const { name = 'answer', schema, description, strict } = output;
  return compact({ type: 'json_schema', name, description, schema, strict });
}

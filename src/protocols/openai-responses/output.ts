import type { Conversation, OutputFormat } from '../../core/conversation.ts';
import { setting, weakened, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asWord, compact, type JsonObject } from '../../lib/json.ts';
import { objectIn, refuseField } from '../shared/request/fields.ts';
import { describedSchema } from '../shared/output/described-schema.ts';
import { JSON_INSTRUCTION, mentionsJson, schemaInstruction } from '../shared/output/json-instructions.ts';
import { outputSchema } from '../openai/output-schema.ts';
import { schemaIn, strictIn } from '../shared/tools/fields.ts';

/** Reads `text.format`. Plain text is the default. */
export function decodeOutput(text: unknown): OutputFormat | undefined {
  const format = objectIn(objectIn(text, 'text')?.['format'], 'text.format');
  if (format === undefined) return undefined;
  switch (format['type']) {
    case 'json_object':
      return { type: 'json' };
    case 'json_schema':
      return {
        type: 'schema',
        schema: schemaIn(format['schema'], 'text.format.schema') ?? {},
        ...compact({
          name: asWord(format['name']),
          description: asWord(format['description']),
          strict: strictIn(format['strict'], 'text.format.strict'),
        }),
      };
    case 'text':
      return undefined;
    default:
      return refuseField('text.format.type', 'has to be `text`, `json_object` or `json_schema`');
  }
}

/** How a request asks for an output format. */
export interface AskedOutput {
  /** `text.format` */
  readonly format: unknown;
  /** An instruction for the input, where the field is not enough. */
  readonly note: string | undefined;
  readonly unsupported: readonly UnsupportedFeature[];
}

/** Chooses how to ask for the output format. */
export function askOutput({ output, turns }: Conversation): AskedOutput {
  if (output?.type !== 'schema') {
    // The word must be in the input. The instructions do not count.
    const note = output === undefined || mentionsJson([], turns) ? undefined : JSON_INSTRUCTION;
    return { format: encodeOutput(output), note, unsupported: [] };
  }
  const { schema, strict, isLax } = outputSchema(output);
  // This API takes object schemas only. Others are explained in text.
  if (!isObject(schema))
    return {
      format: undefined,
      note: schemaInstruction(describedSchema({ ...output, schema })),
      unsupported: [weakened(setting('output'))],
    };
  const format = encodeOutput({ ...output, schema, strict });
  return { format, note: undefined, unsupported: isLax ? [weakened(setting('output', 'strict'))] : [] };
}

function isObject({ type, $ref: reference }: JsonObject): boolean {
  return type === 'object' || (type === undefined && reference !== undefined);
}

/** Writes `text.format`. The schema requires a name. */
export function encodeOutput(output: OutputFormat | undefined): unknown {
  if (output === undefined) return undefined;
  if (output.type === 'json') return { type: 'json_object' };
  const { name = 'answer', schema, description, strict } = output;
  return compact({ type: 'json_schema', name, description, schema, strict });
}

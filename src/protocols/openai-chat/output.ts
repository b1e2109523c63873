import type { Conversation, OutputFormat } from '../../core/conversation.ts';
import type { Quirks } from '../../core/route.ts';
import { setting, weakened, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asObject, asString, asWord, compact, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import { describedSchema } from '../shared/output/described-schema.ts';
import { JSON_INSTRUCTION, mentionsJson, schemaInstruction } from '../shared/output/json-instructions.ts';
import { outputSchema } from '../openai/output-schema.ts';
import { schemaIn, strictIn } from '../shared/tools/fields.ts';
import { takes } from './settings.ts';

/** Reads `response_format`. */
export function decodeOutput(value: unknown): OutputFormat | undefined {
  if (value === null || value === undefined) return undefined;
  const format = asObject(value) ?? refuseField('response_format', 'has to be an object');
  switch (format['type']) {
    case 'text':
      return undefined;
    case 'json_object': {
      // Fireworks, Together and others accept a schema here.
      const schema = schemaIn(format['schema'], 'response_format.schema');
      return schema === undefined ? { type: 'json' } : { type: 'schema', schema };
    }
    case 'json_schema': {
      const inner = asObject(format['json_schema']) ?? refuseField(FIELD, 'has to be an object with a `schema`');
      const schema = schemaIn(inner['schema'] ?? inner['schema_definition'], `${FIELD}.schema`) ?? {};
      const [name, description] = [asWord(inner['name']), asString(inner['description'])];
      return {
        type: 'schema',
        schema,
        ...compact({ name, description, strict: strictIn(inner['strict'], `${FIELD}.strict`) }),
      };
    }
    default:
      return refuseField('response_format.type', 'has to be `text`, `json_object` or `json_schema`');
  }
}

const FIELD = 'response_format.json_schema';

/** How a request asks for an output format. */
export interface EncodedOutput {
  readonly fields: JsonObject;
  /** An instruction for the system message, where the field is not enough. */
  readonly note: string | undefined;
  readonly unsupported: readonly UnsupportedFeature[];
}

/** Writes the output format. */
export function encodeOutput(conversation: Conversation, quirks: Quirks): EncodedOutput {
  const { output } = conversation;
  if (output === undefined) return { fields: {}, note: undefined, unsupported: [] };
  const takesAny = takesFormat(conversation, quirks);
  const takesSchema = takesAny && takes(quirks, 'response_format.json_schema');
  const takesJson = takesAny && takes(quirks, 'response_format.json_object');
  const anyObject = takesSchema ? { type: 'json_schema', json_schema: ANY_OBJECT } : undefined;
  const format = takesJson ? { type: 'json_object' } : anyObject;
  const json = format === undefined ? {} : { response_format: format };
  if (output.type === 'json') {
    const note =
      format !== undefined && mentionsJson(conversation.system, conversation.turns) ? undefined : JSON_INSTRUCTION;
    return { fields: json, note, unsupported: format === undefined ? IN_WORDS : [] };
  }
  const { name = 'answer', description } = output;
  const { schema, strict, isLax } = outputSchema(output);
  if (takesSchema) {
    const inner = compact({ name: nameOf(name), description, schema, strict });
    return {
      fields: { response_format: { type: 'json_schema', json_schema: inner } },
      note: undefined,
      unsupported: isLax ? [weakened(setting('output', 'strict'))] : [],
    };
  }
  const isObject = schema['type'] === undefined || schema['type'] === 'object';
  return {
    fields: isObject ? json : {},
    note: schemaInstruction(describedSchema({ schema, description })),
    unsupported: IN_WORDS,
  };
}

/** The request asks for the format, but nothing enforces it. */
const IN_WORDS = [weakened(setting('output'))];

const ANY_OBJECT = { name: 'answer', schema: { type: 'object' } };

/** Some backends accept a format neither beside tools nor in a stream. */
function takesFormat({ tools, stream }: Conversation, quirks: Quirks): boolean {
  if (!takes(quirks, 'response_format') || (stream && !takes(quirks, 'response_format.stream'))) return false;
  return tools.length === 0 || takes(quirks, 'response_format.tools');
}

/** Letters, digits, `_` and `-`, at most 64. */
function nameOf(name: string): string {
  return name.replaceAll(/[^\w-]/g, '_').slice(0, 64);
}

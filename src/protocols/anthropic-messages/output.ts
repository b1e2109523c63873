import type { Conversation, OutputFormat } from '../../core/conversation.ts';
import { asObject, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../fields.ts';
import type { ClaudeTraits } from '../../vendors/models/claude.ts';
import type { WireNames } from './names.ts';
import { strictSchema, toolSchema } from './schema.ts';

/** `output_format` is what `output_config.format` was called before. */
export function decodeOutput(body: JsonObject): OutputFormat | undefined {
  const format = asObject(asObject(body['output_config'])?.['format']) ?? asObject(body['output_format']);
  if (format === undefined) return undefined;
  const schema = asObject(format['schema']) ?? refuseField('output_config.format.schema', 'has to be an object');
  return { type: 'schema', schema, strict: true };
}

/** A tool whose arguments are the answer, where the model has no other way to keep to a schema. */
export interface OutputTool {
  /** As Anthropic knows it. */
  readonly name: string;
  readonly tool: JsonObject;
}

/** How an output format is asked for. */
export interface Output {
  /** `output_config.format` */
  readonly format: JsonObject | undefined;
  readonly tool: OutputTool | undefined;
}

/** Finds the way to ask for the conversation's output format. JSON of no schema cannot be asked for, and is dropped. */
export function encodeOutput(
  { output }: Conversation,
  traits: ClaudeTraits,
  names: WireNames,
  dropped: Set<string>,
): Output {
  if (output === undefined) return { format: undefined, tool: undefined };
  if (output.type === 'json') {
    dropped.add('output');
    return { format: undefined, tool: undefined };
  }
  const exact = traits.structured ? strictSchema(output.schema) : undefined;
  // A model that cannot be made to call a tool gets the schema as it is; Anthropic may refuse it.
  const schema = exact ?? (traits.forcedChoice ? undefined : output.schema);
  if (schema !== undefined) return { format: { type: 'json_schema', schema }, tool: undefined };
  const name = names.wire(`answer ${output.name ?? ''}`.trim());
  const description = output.description ?? 'Gives the answer. Its input is the whole of the answer.';
  return { format: undefined, tool: { name, tool: { name, description, input_schema: toolSchema(output.schema) } } };
}

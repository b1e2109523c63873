import type { Conversation, OutputFormat } from '../../core/conversation.ts';
import { setting, weakened, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asObject, type JsonObject } from '../../lib/json.ts';
import { objectIn, refuseField } from '../shared/request/fields.ts';
import type { ClaudeTraits } from '../../vendors/models/claude.ts';
import { describedSchema } from '../shared/output/described-schema.ts';
import { JSON_INSTRUCTION, schemaInstruction } from '../shared/output/json-instructions.ts';
import { hashedName, plainName } from '../shared/tools/names.ts';
import { plainSchema, toolSchema } from '../shared/tools/schema.ts';
import { strictSchema } from './schema.ts';
import type { StrictBudget } from './strict-budget.ts';

/** `output_format` is the former name of `output_config.format`. */
export function decodeOutput(body: JsonObject): OutputFormat | undefined {
  const config = objectIn(body['output_config'], 'output_config');
  const format =
    objectIn(config?.['format'], 'output_config.format') ?? objectIn(body['output_format'], 'output_format');
  if (format === undefined) return undefined;
  if (format['type'] !== undefined && format['type'] !== 'json_schema') {
    refuseField('output_config.format.type', 'has to be `json_schema`');
  }
  const schema = asObject(format['schema']) ?? refuseField('output_config.format.schema', 'has to be an object');
  return { type: 'schema', schema, strict: true };
}

/** A tool whose arguments are the answer, for models that cannot be held to a schema in another way. */
export interface OutputTool {
  /** The name that Anthropic gets. */
  readonly name: string;
  readonly tool: JsonObject;
}

/** How a request asks for an output format. */
export interface Output {
  /** `output_config.format` */
  readonly format?: JsonObject;
  readonly tool?: OutputTool;
  /** An instruction for the system prompt, where there is no field. */
  readonly note?: string;
}

/** Chooses how to ask for the output format. What the model is not held to is added to `unsupported`. */
export function encodeOutput(
  { output, tools }: Conversation,
  traits: ClaudeTraits,
  budget: StrictBudget,
  unsupported: UnsupportedFeature[],
): Output {
  if (output === undefined) return {};
  if (output.type === 'json') {
    unsupported.push(weakened(setting('output')));
    return { note: JSON_INSTRUCTION };
  }
  const schema = plainSchema(describedSchema(output));
  const exact = traits.structured ? strictSchema(schema) : undefined;
  if (exact !== undefined && budget.takes(exact, 'output')) return { format: { type: 'json_schema', schema: exact } };
  if (!traits.forcedChoice) {
    unsupported.push(weakened(setting('output')));
    return { note: schemaInstruction(schema) };
  }
  const { schema: input, lost } = toolSchema(schema);
  if (output.strict === true || lost.length > 0) unsupported.push(weakened(setting('output', 'strict')));
  const name = outputName(output.name, new Set(tools.map((tool) => tool.name)));
  const description = output.description ?? 'Gives the answer. Its input is the whole of the answer.';
  return { tool: { name, tool: { name, description, input_schema: input } } };
}

/** A name made from the format's name, different from all tools. */
function outputName(name: string | undefined, taken: ReadonlySet<string>): string {
  const plain = name === undefined ? 'answer' : `answer_${name}`;
  let own = plainName(plain, 128);
  while (taken.has(own)) own = hashedName(own, /[^\w-]/g, 128);
  return own;
}

import type { Conversation, FunctionTool, Tool, ToolChoice } from '../../core/conversation.ts';
import { required, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import { isForced } from '../../core/tool-choice.ts';
import type { Work } from '../../core/work.ts';
import { compact, type JsonObject } from '../../lib/json.ts';
import { foreignTools } from '../shared/tools/foreign.ts';
import { freeformDescription } from '../shared/tools/freeform.ts';
import { supportedSchema } from './schema.ts';
import { NAME } from './name.ts';

/** The tools of a request as written, and the tools that it cannot offer. */
export interface WrittenTools {
  readonly tools: readonly JsonObject[] | undefined;
  readonly toolConfig: JsonObject | undefined;
  readonly unsupported: readonly UnsupportedFeature[];
}

/**
 * Writes the tools and the choice among them. If there is an `answer` tool, its call is the answer, so the model must
 * call some tool.
 */
export function encodeTools(
  { tools, toolChoice }: Conversation,
  answer: JsonObject | undefined,
  work: Work,
): WrittenTools {
  if (toolChoice?.mode === 'native' && toolChoice.protocol !== NAME) {
    throw new UnsupportedFeatureError(required('tool_choice', 'names a tool that runs at another provider'));
  }
  const declarations = [
    ...tools.flatMap((tool) => declarationOf(tool, work) ?? []),
    ...(answer === undefined ? [] : [answer]),
  ];
  const native = tools.flatMap((tool) =>
    tool.type === 'native' && tool.protocol === NAME ? [tool.value as JsonObject] : [],
  );
  const all = [...(declarations.length === 0 ? [] : [{ functionDeclarations: declarations }]), ...native];
  if (all.length === 0 && isForced(toolChoice)) {
    throw new UnsupportedFeatureError(
      required('tool_choice', 'demands a tool, of which there is none that this backend could be given'),
    );
  }
  const isStrict = tools.some((tool) => tool.type === 'function' && tool.strict === true);
  const calling = declarations.length === 0 ? undefined : callingConfig(toolChoice, { isStrict, answer });
  return {
    tools: all.length === 0 ? undefined : all,
    toolConfig: calling === undefined ? undefined : { functionCallingConfig: calling },
    unsupported: foreignTools(tools, NAME),
  };
}

function declarationOf(tool: Tool, work: Work): JsonObject | undefined {
  switch (tool.type) {
    case 'function':
      return compact({
        name: tool.name,
        description: tool.description,
        parametersJsonSchema: schemaOf(tool, work),
      });
    case 'freeform':
      return compact({
        name: tool.name,
        description: freeformDescription(tool) || undefined,
        parametersJsonSchema: FREEFORM,
      });
    case 'native':
      return undefined;
  }
}

const FREEFORM = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };

/** A function without parameters has no schema. */
function schemaOf({ name, parameters }: FunctionTool, work: Work): JsonObject | undefined {
  if (parameters === undefined || Object.keys(parameters).length === 0) return undefined;
  const schema = supportedSchema(parameters, work, `tools[${name}]`);
  const { type, $ref: reference } = schema;
  const isObject = type === 'object' || (type === undefined && reference !== undefined);
  return isObject ? schema : { ...schema, type: 'object' };
}

function callingConfig(
  choice: ToolChoice | undefined,
  { isStrict, answer }: { readonly isStrict: boolean; readonly answer: JsonObject | undefined },
): JsonObject | undefined {
  switch (choice?.mode) {
    case 'none':
      return { mode: 'NONE' };
    case 'required':
      return { mode: 'ANY' };
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] };
    case 'allowed':
      if (answer !== undefined) return { mode: 'ANY', allowedFunctionNames: [...choice.names, answer['name']] };
      return { mode: choice.required ? 'ANY' : 'VALIDATED', allowedFunctionNames: choice.names };
    default:
      if (answer !== undefined) return { mode: 'ANY' };
      if (isStrict) return { mode: 'VALIDATED' };
      return choice === undefined ? undefined : { mode: 'AUTO' };
  }
}

import { allowedTools } from '../shared/tools/choice.ts';
import type { Conversation, FreeformTool, FunctionTool, Tool } from '../../core/conversation.ts';
import {
  field,
  leftOut,
  required,
  tool as toolNamed,
  weakened,
  type UnsupportedFeature,
} from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import { isForced } from '../../core/tool-choice.ts';
import { asObject, compact, type JsonObject } from '../../lib/json.ts';
import { FREEFORM_PARAMETERS, freeformDescription } from '../shared/tools/freeform.ts';
import type { ClaudeTraits } from '../../vendors/models/claude.ts';
import { toolSchema } from '../shared/tools/schema.ts';
import { NAME } from './name.ts';
import type { OutputTool } from './output.ts';
import { strictSchema } from './schema.ts';
import type { StrictBudget } from './strict-budget.ts';

/** What the tools of a request are written with. */
interface Context {
  readonly traits: ClaudeTraits;
  readonly budget: StrictBudget;
  /** The tool that stands in for an output format. The model must call it, or one of the client's tools. */
  readonly outputTool: OutputTool | undefined;
  /** The backend can force a tool by its name. */
  readonly named: boolean;
  /** Collects what the API or the model does not take. */
  readonly unsupported: UnsupportedFeature[];
}

/** Writes `tools` and `tool_choice`; neither where there are no tools. */
export function encodeTools(conversation: Conversation, context: Context): JsonObject {
  const { outputTool } = context;
  const tools = allowedTools(conversation)
    .map((tool) => toolOf(tool, context))
    .filter((tool) => tool !== undefined);
  const all = outputTool === undefined ? tools : [...tools, outputTool.tool];
  if (isForced(conversation.toolChoice) && tools.length === 0) {
    throw new UnsupportedFeatureError(
      required('tool_choice', 'demands a tool, of which there is none that this backend could be given'),
    );
  }
  const choice = choiceOf(conversation, context, tools.length);
  return all.length === 0 ? {} : { tools: all, ...(choice === undefined ? {} : { tool_choice: choice }) };
}

function toolOf(tool: Tool, context: Context): JsonObject | undefined {
  switch (tool.type) {
    case 'function':
      return functionOf(tool, context);
    case 'freeform':
      return freeformToolOf(tool);
    case 'native':
      if (tool.protocol === NAME) return asObject(tool.value);
      context.unsupported.push(leftOut(toolNamed(tool.name)));
      return undefined;
  }
}

function functionOf(tool: FunctionTool, context: Context): JsonObject {
  const { name, description, parameters, cacheControl } = tool;
  const { schema, lost } = toolSchema(parameters);
  for (const keyword of lost) context.unsupported.push(weakened(toolNamed(name, keyword)));
  // A schema that had to be simplified cannot be enforced.
  const exact = tool.strict === true && lost.length === 0 ? exactly(schema, context) : undefined;
  if (tool.strict === true && exact === undefined) context.unsupported.push(weakened(field('strict')));
  return compact({
    name,
    description,
    input_schema: exact ?? schema,
    strict: exact === undefined ? undefined : true,
    cache_control: cacheControl,
  });
}

/**
 * The schema in the form that Anthropic enforces; undefined if it has none, or if the request has used up its budget of
 * strict schemas.
 */
function exactly(schema: JsonObject, { traits, budget }: Context): JsonObject | undefined {
  const exact = traits.structured ? strictSchema(schema) : undefined;
  return exact !== undefined && budget.takes(exact, 'tool') ? exact : undefined;
}

function freeformToolOf(tool: FreeformTool): JsonObject {
  return compact({
    name: tool.name,
    description: freeformDescription(tool) || undefined,
    input_schema: FREEFORM_PARAMETERS,
  });
}

function choiceOf(conversation: Conversation, context: Context, count: number): JsonObject | undefined {
  const { toolChoice, settings } = conversation;
  const single = settings.parallelToolCalls === false ? { disable_parallel_tool_use: true } : {};
  const { outputTool, named } = context;
  if (outputTool !== undefined) {
    // Any tool will do: the model may have to call the client's tools before it answers.
    return (count === 0 && named) || toolChoice?.mode === 'none'
      ? { type: 'tool', name: outputTool.name }
      : { type: 'any', ...single };
  }
  if (toolChoice === undefined)
    return count > 0 && 'disable_parallel_tool_use' in single ? { type: 'auto', ...single } : undefined;
  const mode = modeOf(conversation, context);
  return mode['type'] === 'none' ? mode : { ...mode, ...single };
}

function modeOf({ toolChoice, tools }: Conversation, { traits }: Context): JsonObject {
  if (isForced(toolChoice) && !traits.forcedChoice) {
    throw new UnsupportedFeatureError(required('tool_choice', 'forces a tool call, which this model does not take'));
  }
  switch (toolChoice?.mode) {
    case 'none':
      return { type: 'none' };
    case 'required':
      return { type: 'any' };
    case 'tool':
      if (!tools.some((tool) => tool.type !== 'native' && tool.name === toolChoice.name)) {
        throw new UnsupportedFeatureError(
          required('tool_choice', `names a tool that is not among \`tools\`: ${toolChoice.name}`),
        );
      }
      return { type: 'tool', name: toolChoice.name };
    case 'native':
      if (toolChoice.protocol === NAME) return asObject(toolChoice.value) ?? { type: 'auto' };
      throw new UnsupportedFeatureError(required('tool_choice', 'forces a tool that runs at another provider'));
    case 'allowed':
      return { type: toolChoice.required ? 'any' : 'auto' };
    default:
      return { type: 'auto' };
  }
}

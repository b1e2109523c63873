import type { Conversation, Tool, ToolChoice } from '../../core/conversation.ts';
import { NotCarried } from '../../core/not-carried.ts';
import { compact, type JsonObject } from '../../lib/json.ts';
import { FREEFORM_PARAMETERS, freeformDescription, grammarOf } from '../freeform.ts';
import { functionSchema } from '../openai/function-schema.ts';
import { NAME } from './name.ts';

/** What a request says of tools, and what it could not say. */
export interface EncodedTools {
  readonly fields: JsonObject;
  /** The freeform tools that had to become functions. */
  readonly wrapped: ReadonlySet<string>;
  readonly dropped: readonly string[];
}

/** Writes `tools` and `tool_choice`. `hasCustom`: the backend knows custom tools and allowed ones. */
export function encodeTools({ tools, toolChoice }: Conversation, hasCustom: boolean): EncodedTools {
  const isForeign = (tool: Tool): boolean => tool.type === 'native' && tool.protocol !== NAME;
  const dropped = new Set(tools.flatMap((tool) => (isForeign(tool) ? [`tools[${tool.name}]`] : [])));
  let offered = tools.filter((tool) => !isForeign(tool));
  let choice = toolChoice;
  if (choice?.mode === 'allowed' && !hasCustom) {
    // To offer no others says the same.
    const { required } = choice;
    const names = new Set(choice.names);
    offered = offered.filter(({ name }) => names.has(name));
    choice = { mode: required ? 'required' : 'auto' };
  }
  const wrapped = new Set(offered.flatMap((tool) => (tool.type === 'freeform' && !hasCustom ? [tool.name] : [])));
  if (offered.length === 0) {
    if (choice !== undefined && choice.mode !== 'auto' && choice.mode !== 'none')
      throw new NotCarried('tool_choice', 'demands a tool, of which none can be offered in chat completions');
    return { fields: {}, wrapped, dropped: [...dropped] };
  }
  const fields = {
    tools: offered.map((tool) => encodeTool(tool, hasCustom, dropped)),
    tool_choice: choice === undefined ? undefined : encodeChoice(choice, offered, hasCustom),
  };
  return { fields: compact(fields), wrapped, dropped: [...dropped] };
}

function encodeTool(tool: Tool, hasCustom: boolean, dropped: Set<string>): unknown {
  if (tool.type === 'native') return tool.value;
  const { name } = tool;
  if (tool.type === 'function') {
    const { description } = tool;
    const { parameters, strict } = functionSchema(tool, dropped);
    return { type: 'function', function: compact({ name, description, parameters, strict }) };
  }
  const { type, syntax, definition } = grammarOf(tool.format);
  if (!hasCustom) {
    const description = freeformDescription(tool);
    return { type: 'function', function: compact({ name, description, parameters: FREEFORM_PARAMETERS }) };
  }
  const format = type === 'grammar' ? { type, grammar: { syntax, definition } } : tool.format;
  return { type: 'custom', custom: compact({ name, description: tool.description, format }) };
}

function encodeChoice(choice: ToolChoice, tools: readonly Tool[], hasCustom: boolean): unknown {
  const freeform = new Set(tools.flatMap((tool) => (tool.type === 'freeform' ? [tool.name] : [])));
  const reference = (name: string): JsonObject => {
    const isCustom = hasCustom && freeform.has(name);
    return isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } };
  };
  switch (choice.mode) {
    case 'tool':
      return reference(choice.name);
    case 'allowed': {
      const mode = choice.required ? 'required' : 'auto';
      return { type: 'allowed_tools', allowed_tools: { mode, tools: choice.names.map(reference) } };
    }
    case 'native':
      if (choice.protocol === NAME) return choice.value;
      throw new NotCarried('tool_choice', 'demands a tool that runs at another provider');
    default:
      return choice.mode;
  }
}

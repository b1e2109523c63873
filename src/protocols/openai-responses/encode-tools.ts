import type { Conversation, FreeformTool, FunctionTool, Tool } from '../../core/conversation.ts';
import { required, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import { compact } from '../../lib/json.ts';
import { functionSchema } from '../openai/function-schema.ts';
import { NOTHING } from '../shared/tools/schema.ts';
import { NAME } from './name.ts';
import { namespaceOf, originOf, TOOL_SEARCH } from './namespaces.ts';

/**
 * Writes tools, with those of one namespace together. For a backend, schemas are corrected and what is unsupported is
 * added to `unsupported`. Without `unsupported`, the tools are written as the client knows them.
 */
export function encodeTools(tools: readonly Tool[], unsupported?: UnsupportedFeature[]): unknown[] {
  const namespaces = new Map<string, unknown[]>();
  return tools.flatMap((tool): unknown[] => {
    if (tool.type === 'native') return tool.protocol === NAME ? [tool.value] : [];
    const origin = originOf(tool);
    if (origin?.['type'] === TOOL_SEARCH) return [origin];
    const namespace = namespaceOf(tool);
    if (namespace === undefined) return [toolOf(tool, tool.name, unsupported)];
    const { name, description, tool: ownName } = namespace;
    const others = namespaces.get(name);
    if (others !== undefined) {
      others.push(toolOf(tool, ownName, unsupported));
      return [];
    }
    const members = [toolOf(tool, ownName, unsupported)];
    namespaces.set(name, members);
    return [{ type: 'namespace', name, description: description ?? '', tools: members }];
  });
}

function toolOf(
  tool: FunctionTool | FreeformTool,
  name: string,
  unsupported: UnsupportedFeature[] | undefined,
): unknown {
  const { description } = tool;
  if (tool.type === 'freeform') return compact({ type: 'custom', name, description, format: tool.format });
  // The API rewrites strict schemas and refuses some, so a schema is never strict by default.
  const { parameters = NOTHING, strict = false } = unsupported === undefined ? tool : functionSchema(tool, unsupported);
  return compact({ type: 'function', name, description, parameters, strict });
}

/** Writes `tool_choice`. Throws UnsupportedFeatureError for a tool that runs at another provider. */
export function encodeToolChoice({ toolChoice, tools }: Conversation): unknown {
  if (toolChoice === undefined) return undefined;
  const byName = new Map<string, FunctionTool | FreeformTool>();
  for (const tool of tools) if (tool.type !== 'native' && !byName.has(tool.name)) byName.set(tool.name, tool);
  const named = (name: string): unknown => {
    const tool = byName.get(name);
    return { type: tool?.type === 'freeform' ? 'custom' : 'function', name: namespaceOf(tool)?.tool ?? name };
  };
  switch (toolChoice.mode) {
    case 'tool':
      return named(toolChoice.name);
    case 'allowed':
      return {
        type: 'allowed_tools',
        mode: toolChoice.required ? 'required' : 'auto',
        tools: toolChoice.names.map(named),
      };
    case 'native':
      if (toolChoice.protocol === NAME) return toolChoice.value;
      throw new UnsupportedFeatureError(required('tool_choice', 'asks for a tool that runs at another provider'));
    default:
      return toolChoice.mode;
  }
}

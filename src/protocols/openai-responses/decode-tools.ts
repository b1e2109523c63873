import type { FreeformTool, FunctionTool, Tool, ToolChoice, ToolOrigin } from '../../core/conversation.ts';
import { asArray, asBoolean, asObject, asString, asWord, compact, type JsonObject } from '../../lib/json.ts';
import { NAME } from './name.ts';
import { flatName, type NamespaceOrigin, TOOL_SEARCH } from './namespaces.ts';

/** Reads tools. Those of a namespace become tools of a longer name; those that run at the provider stay what they are. */
export function decodeTools(tools: readonly unknown[]): Tool[] {
  return tools.flatMap((tool) => {
    const fields = asObject(tool);
    return fields === undefined ? [] : toolFrom(fields);
  });
}

/** Of tools with one name the first. */
export function withoutDoubles(tools: readonly Tool[]): Tool[] {
  const names = new Set<string>();
  return tools.filter((tool) => {
    if (tool.type === 'native') return true;
    const isNew = !names.has(tool.name);
    names.add(tool.name);
    return isNew;
  });
}

function toolFrom(tool: JsonObject): Tool[] {
  switch (tool['type']) {
    case 'function':
      return [functionFrom(tool)];
    case 'custom':
      return [freeformFrom(tool)];
    case 'namespace':
      return namespaceFrom(tool);
    case TOOL_SEARCH:
      if (tool['execution'] !== 'client') break;
      return [{ ...functionFrom({ ...tool, name: TOOL_SEARCH }), origin: { protocol: NAME, value: tool } }];
  }
  return [{ type: 'native', protocol: NAME, name: asWord(tool['type']) ?? 'unknown', value: tool }];
}

function functionFrom(tool: JsonObject): FunctionTool {
  return {
    type: 'function',
    name: asString(tool['name']) ?? '',
    ...compact({
      description: asString(tool['description']),
      parameters: asObject(tool['parameters']),
      strict: asBoolean(tool['strict']),
    }),
  };
}

function freeformFrom(tool: JsonObject): FreeformTool {
  return {
    type: 'freeform',
    name: asString(tool['name']) ?? '',
    ...compact({ description: asString(tool['description']), format: tool['format'] ?? undefined }),
  };
}

function namespaceFrom(namespace: JsonObject): Tool[] {
  const name = asString(namespace['name']) ?? '';
  return asArray(namespace['tools']).flatMap((member) => {
    const fields = asObject(member);
    if (fields === undefined) return [];
    const tool = fields['type'] === 'custom' ? freeformFrom(fields) : functionFrom(fields);
    const value: NamespaceOrigin = {
      type: 'namespace',
      name,
      description: asWord(namespace['description']),
      tool: tool.name,
    };
    const origin: ToolOrigin = { protocol: NAME, value };
    return [{ ...tool, name: flatName(tool.name, name), origin }];
  });
}

/** Reads `tool_choice`: a word, or an object that names a tool, some tools, or a kind of tool that runs at the provider. */
export function decodeToolChoice(choice: unknown): ToolChoice | undefined {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice };
  const fields = asObject(choice);
  if (fields === undefined) return undefined;
  switch (fields['type']) {
    case 'function':
    case 'custom':
      return { mode: 'tool', name: nameOf(fields) };
    case 'allowed_tools':
      return allowedFrom(fields);
    default:
      return { mode: 'native', protocol: NAME, value: choice };
  }
}

function allowedFrom(fields: JsonObject): ToolChoice {
  const required = fields['mode'] === 'required';
  const tools = asArray(fields['tools']).flatMap((tool): JsonObject[] => {
    const named = asObject(tool);
    return named === undefined ? [] : [named];
  });
  const named = tools.filter(({ type }) => type === 'function' || type === 'custom');
  // One that runs at the provider cannot be called elsewhere; if none else is left, that is what was asked for.
  if (named.length === 0 && tools.length > 0) return { mode: 'native', protocol: NAME, value: fields };
  return { mode: 'allowed', names: named.map(nameOf), required };
}

function nameOf(tool: JsonObject): string {
  return flatName(asWord(tool['name']) ?? '', asWord(tool['namespace']));
}

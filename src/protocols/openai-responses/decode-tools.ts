import type { FreeformTool, FunctionTool, Tool, ToolOrigin } from '../../core/conversation.ts';
import { asArray, asBoolean, asObject, asString, asWord, compact, type JsonObject } from '../../lib/json.ts';
import { NAME } from './name.ts';

/** What a search for tools that the client does itself is called as a function. */
export const TOOL_SEARCH = 'tool_search';

/** The longest name that every dialect takes. */
const MOST_CHARACTERS = 64;

/** A tool of a namespace, as it stands in `Tool.origin`. */
export interface NamespaceOrigin {
  readonly type: 'namespace';
  readonly name: string;
  readonly description: string | undefined;
  /** The tool's name within it. */
  readonly tool: string;
}

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

/** Writes tools; those of one namespace together. */
export function encodeTools(tools: readonly Tool[]): unknown[] {
  const namespaces = new Map<string, unknown[]>();
  return tools.flatMap((tool): unknown[] => {
    if (tool.type === 'native') return tool.protocol === NAME ? [tool.value] : [];
    const origin = originOf(tool);
    if (origin?.['type'] === TOOL_SEARCH) return [origin];
    const namespace = namespaceOf(tool);
    if (namespace === undefined) return [toolOf(tool, tool.name)];
    const { name, description, tool: ownName } = namespace;
    const others = namespaces.get(name);
    if (others !== undefined) {
      others.push(toolOf(tool, ownName));
      return [];
    }
    const members = [toolOf(tool, ownName)];
    namespaces.set(name, members);
    return [{ type: 'namespace', name, description: description ?? '', tools: members }];
  });
}

/** The namespace that a tool is of, in the words of this dialect. */
export function namespaceOf(tool: Tool | undefined): NamespaceOrigin | undefined {
  const origin = originOf(tool);
  return origin?.['type'] === 'namespace' ? (origin as unknown as NamespaceOrigin) : undefined;
}

/** Whether a tool is the search for tools. */
export function isToolSearch(tool: Tool | undefined): boolean {
  if (tool?.type === 'native') return tool.protocol === NAME && tool.name === TOOL_SEARCH;
  return originOf(tool)?.['type'] === TOOL_SEARCH;
}

/**
 * One name for a tool and its namespace. A tool of the top level that was searched for stands in a namespace of its own
 * name.
 */
export function flatName(name: string, namespace: string | undefined): string {
  if (namespace === undefined || namespace === name) return name;
  const joined = `${namespace}${namespace.endsWith('__') ? '' : '__'}${name}`.replaceAll(/[^\w-]/g, '_');
  if (joined.length <= MOST_CHARACTERS) return joined;
  const hash = Bun.hash.xxHash32(joined).toString(16).padStart(8, '0');
  return `${joined.slice(0, MOST_CHARACTERS - hash.length - 1)}_${hash}`;
}

function originOf(tool: Tool | undefined): JsonObject | undefined {
  if (tool === undefined || tool.type === 'native' || tool.origin?.protocol !== NAME) return undefined;
  return asObject(tool.origin.value);
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

function toolOf(tool: FunctionTool | FreeformTool, name: string): unknown {
  const { description } = tool;
  if (tool.type === 'freeform') return compact({ type: 'custom', name, description, format: tool.format });
  // Said or not, a schema is not taken to be a strict one: the API would rewrite it, and refuse what it can't.
  const { parameters = { type: 'object', properties: {} }, strict = false } = tool;
  return compact({ type: 'function', name, description, parameters, strict });
}

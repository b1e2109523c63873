import type { Tool } from '../../core/conversation.ts';
import { asArray, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { hashedName } from '../shared/tools/names.ts';
import { NAME } from './name.ts';

/** The function name for a client's search for tools. */
export const TOOL_SEARCH = 'tool_search';

/** A tool of a namespace, as kept in `Tool.origin`. */
export interface NamespaceOrigin {
  readonly type: 'namespace';
  readonly name: string;
  readonly description: string | undefined;
  /** The tool's name within the namespace. */
  readonly tool: string;
}

/** The namespace of a tool, in the form of this dialect. */
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
 * One name for a tool and its namespace. A top-level tool that was found by a search is in a namespace of its own name.
 */
export function flatName(name: string, namespace: string | undefined): string {
  if (namespace === undefined || namespace === name) return name;
  const joined = `${namespace}${namespace.endsWith('__') ? '' : '__'}${name}`.replaceAll(/[^\w-]/g, '_');
  if (joined.length <= MOST_CHARACTERS) return joined;
  const hash = Bun.hash.xxHash32(joined).toString(16).padStart(8, '0');
  return `${joined.slice(0, MOST_CHARACTERS - hash.length - 1)}_${hash}`;
}

/** One name for a tool and its namespace, if it has one. */
export type FlatName = (name: string, namespace: string | undefined) => string;

/** The same for the tools of one request. If two get the same name, those in namespaces get a hash, in any order. */
export function flatNames(tools: readonly unknown[]): FlatName {
  const known = new Map<string, string>();
  const doubles = new Set<string>();
  const add = (name: string | undefined, namespace: string | undefined): void => {
    if (name === undefined) return;
    const flat = flatName(name, namespace);
    const pair = pairOf(name, namespace);
    if ((known.get(flat) ?? pair) !== pair) doubles.add(flat);
    known.set(flat, pair);
  };
  for (const value of tools) {
    const tool = asObject(value);
    const name = asWord(tool?.['name']);
    if (tool?.['type'] !== 'namespace') add(name, undefined);
    else for (const member of asArray(tool['tools'])) add(asWord(asObject(member)?.['name']), name);
  }
  if (doubles.size === 0) return flatName;
  return (name, namespace) => {
    const flat = flatName(name, namespace);
    const isPlain = namespace === undefined || namespace === name || !doubles.has(flat);
    return isPlain ? flat : hashedName(pairOf(name, namespace), /[^\w-]/g, MOST_CHARACTERS);
  };
}

function pairOf(name: string, namespace: string | undefined): string {
  return namespace === undefined || namespace === name ? name : `${namespace}/${name}`;
}

/** The longest name that every dialect takes. */
const MOST_CHARACTERS = 64;

/** A tool in the form that it had in this dialect. */
export function originOf(tool: Tool | undefined): JsonObject | undefined {
  if (tool === undefined || tool.type === 'native' || tool.origin?.protocol !== NAME) return undefined;
  return asObject(tool.origin.value);
}

import type { FreeformTool, FunctionTool, Tool, ToolChoice, ToolOrigin } from '../../core/conversation.ts';
import { field, leftOut, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asObject, asWord, compact, type JsonObject } from '../../lib/json.ts';
import { listIn, refuseField } from '../shared/request/fields.ts';
import { descriptionIn, schemaIn, strictIn, unsupportedToolFields } from '../shared/tools/fields.ts';
import { NAME } from './name.ts';
import { type FlatName, type NamespaceOrigin, TOOL_SEARCH } from './namespaces.ts';

/**
 * Reads tools. Tools of a namespace get a longer name from `flat`. Tools that run at the provider stay as they are.
 * `place` is their path.
 */
export function decodeTools(tools: readonly unknown[], flat: FlatName, place: string): Tool[] {
  return tools.flatMap((tool, index) => {
    const where = `${place}[${index}]`;
    return toolFrom(asObject(tool) ?? refuseField(where, 'has to be an object'), flat, where);
  });
}

/** The fields of tools that have no neutral form. */
export function unsupportedInTools(tools: readonly unknown[]): UnsupportedFeature[] {
  const given = tools.flatMap((tool): JsonObject[] => [asObject(tool) ?? {}]);
  const namespaces = given.filter(({ type }) => type === 'namespace');
  return [
    ...unsupportedToolFields(
      given.filter(({ type }) => type === 'function' || type === 'custom'),
      'tools[]',
      KNOWN,
    ),
    ...namespaces
      .filter(({ description }) => asWord(description) !== undefined)
      .map(({ name }) => leftOut(field(`tools[${asWord(name) ?? ''}].description`))),
    ...unsupportedToolFields(namespaces, 'tools[]', OF_NAMESPACE),
    ...unsupportedToolFields(
      namespaces.flatMap((namespace) => asArray(namespace['tools'])),
      'tools[].tools[]',
      KNOWN,
    ),
  ];
}

const KNOWN: ReadonlySet<string> = new Set(['type', 'name', 'description', 'parameters', 'strict', 'format']);
const OF_NAMESPACE: ReadonlySet<string> = new Set(['type', 'name', 'tools', 'description']);

/** Keeps the first of several tools with one name. */
export function withoutDoubles(tools: readonly Tool[]): Tool[] {
  const names = new Set<string>();
  return tools.filter((tool) => {
    if (tool.type === 'native') return true;
    const isNew = !names.has(tool.name);
    names.add(tool.name);
    return isNew;
  });
}

function toolFrom(tool: JsonObject, flat: FlatName, where: string): Tool[] {
  switch (tool['type']) {
    case 'function':
      return [functionFrom(tool, where)];
    case 'custom':
      return [freeformFrom(tool, where)];
    case 'namespace':
      return namespaceFrom(tool, flat, where);
    case TOOL_SEARCH:
      if (tool['execution'] !== 'client') break;
      return [{ ...functionFrom({ ...tool, name: TOOL_SEARCH }, where), origin: { protocol: NAME, value: tool } }];
  }
  return [{ type: 'native', protocol: NAME, name: asWord(tool['type']) ?? 'unknown', value: tool }];
}

function functionFrom(tool: JsonObject, where: string): FunctionTool {
  return {
    type: 'function',
    name: asWord(tool['name']) ?? refuseField(`${where}.name`, 'has to be a string'),
    ...compact({
      description: descriptionIn(tool['description'], `${where}.description`),
      parameters: schemaIn(tool['parameters'], `${where}.parameters`),
      strict: strictIn(tool['strict'], `${where}.strict`),
    }),
  };
}

function freeformFrom(tool: JsonObject, where: string): FreeformTool {
  return {
    type: 'freeform',
    name: asWord(tool['name']) ?? refuseField(`${where}.name`, 'has to be a string'),
    ...compact({
      description: descriptionIn(tool['description'], `${where}.description`),
      format: tool['format'] ?? undefined,
    }),
  };
}

function namespaceFrom(namespace: JsonObject, flat: FlatName, where: string): Tool[] {
  const name = asWord(namespace['name']) ?? refuseField(`${where}.name`, 'has to be a string');
  return listIn(namespace['tools'], `${where}.tools`).map((member, index) => {
    const place = `${where}.tools[${index}]`;
    const fields = asObject(member) ?? refuseField(place, 'has to be an object');
    const tool = fields['type'] === 'custom' ? freeformFrom(fields, place) : functionFrom(fields, place);
    const value: NamespaceOrigin = {
      type: 'namespace',
      name,
      description: asWord(namespace['description']),
      tool: tool.name,
    };
    const origin: ToolOrigin = { protocol: NAME, value };
    return { ...tool, name: flat(tool.name, name), origin };
  });
}

/** Reads `tool_choice`: a word, or an object for one tool, several tools, or a tool that runs at the provider. */
export function decodeToolChoice(choice: unknown, flat: FlatName): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice };
  const fields =
    asObject(choice) ?? refuseField('tool_choice', 'has to be `auto`, `none`, `required` or an object of a known type');
  switch (fields['type']) {
    case 'function':
    case 'custom':
      return { mode: 'tool', name: nameOf(fields, flat) };
    case 'allowed_tools':
      return allowedFrom(fields, flat);
    default:
      return { mode: 'native', protocol: NAME, value: choice };
  }
}

function allowedFrom(fields: JsonObject, flat: FlatName): ToolChoice {
  const required = fields['mode'] === 'required';
  const tools = listIn(fields['tools'], 'tool_choice.tools').flatMap((tool): JsonObject[] => {
    const named = asObject(tool);
    return named === undefined ? [] : [named];
  });
  const named = tools.filter(({ type }) => type === 'function' || type === 'custom');
  // Tools that run at the provider cannot be called elsewhere. If no others are left, the choice is for those.
  if (named.length === 0 && tools.length > 0) return { mode: 'native', protocol: NAME, value: fields };
  return { mode: 'allowed', names: named.map((tool) => nameOf(tool, flat)), required };
}

function nameOf(tool: JsonObject, flat: FlatName): string {
  const name = asWord(tool['name']) ?? refuseField('tool_choice', 'has to name its tool');
  return flat(name, asWord(tool['namespace']));
}

import type { Tool, ToolChoice } from '../../core/conversation.ts';
import type { UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asObject, asString, asWord, compact } from '../../lib/json.ts';
import { listIn, refuseField } from '../shared/request/fields.ts';
import { descriptionIn, schemaIn, strictIn, unsupportedToolFields } from '../shared/tools/fields.ts';
import { NAME } from './name.ts';

/**
 * Reads `tools`. Tools with a type of Anthropic's own have no schema that other dialects could offer, wherever they
 * run.
 */
export function decodeTools(value: unknown): Tool[] {
  return listIn(value ?? [], 'tools').map((entry, index): Tool => {
    const tool = asObject(entry) ?? refuseField(`tools[${index}]`, 'has to be an object');
    const type = asWord(tool['type']);
    if (type !== undefined && type !== 'custom') return { type: 'native', protocol: NAME, name: type, value: tool };
    return {
      type: 'function',
      name: asWord(tool['name']) ?? refuseField(`tools[${index}].name`, 'has to be a string'),
      ...compact({
        description: descriptionIn(tool['description'], `tools[${index}].description`),
        parameters: schemaIn(tool['input_schema'], `tools[${index}].input_schema`),
        strict: strictIn(tool['strict'], `tools[${index}].strict`),
        cacheControl: asObject(tool['cache_control']),
      }),
    };
  });
}

/** The fields of tools that have no neutral form. */
export function unsupportedInTools(value: unknown): UnsupportedFeature[] {
  const own = asArray(value).filter((tool) => (asWord(asObject(tool)?.['type']) ?? 'custom') === 'custom');
  return unsupportedToolFields(own, 'tools[]', KNOWN);
}

const KNOWN: ReadonlySet<string> = new Set(['type', 'name', 'description', 'input_schema', 'strict']);

/** Reads `tool_choice`. */
export function decodeToolChoice(value: unknown, tools: readonly Tool[]): ToolChoice | undefined {
  const choice = asObject(value);
  switch (choice?.['type']) {
    case 'auto':
      return { mode: 'auto' };
    case 'none':
      return { mode: 'none' };
    case 'any':
      return { mode: 'required' };
    case 'tool': {
      const name = asWord(choice['name']) ?? refuseField('tool_choice.name', 'has to be a string');
      return isNative(name, tools) ? { mode: 'native', protocol: NAME, value: choice } : { mode: 'tool', name };
    }
    case undefined:
      return value === undefined || value === null ? undefined : refuseField('tool_choice', 'has to have a `type`');
    default:
      return refuseField('tool_choice.type', 'has to be one of `auto`, `any`, `tool` and `none`');
  }
}

function isNative(name: string, tools: readonly Tool[]): boolean {
  return tools.some((tool) => tool.type === 'native' && asString(asObject(tool.value)?.['name']) === name);
}

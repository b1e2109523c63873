import type { FunctionTool, Tool, ToolChoice } from '../../core/conversation.ts';
import type { UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asArray, asObject, asWord, type JsonObject } from '../../lib/json.ts';
import { listIn, refuseField } from '../shared/request/fields.ts';
import { grammarOf } from '../shared/tools/freeform.ts';
import { descriptionIn, schemaIn, strictIn, unsupportedToolFields } from '../shared/tools/fields.ts';
import { NAME } from './name.ts';

/** Reads `tools` and the legacy `functions`. An unknown type is a tool of the vendor's own. */
export function decodeTools(body: JsonObject): Tool[] {
  const tools = listIn(body['tools'] ?? [], 'tools').map((tool, index) =>
    decodeTool(asObject(tool), `tools[${index}]`),
  );
  const functions = listIn(body['functions'] ?? [], 'functions').map((each, index) =>
    decodeFunction(asObject(each), `functions[${index}]`),
  );
  return [...tools, ...functions];
}

/** The fields of tools that have no neutral form. */
export function unsupportedInTools(body: JsonObject): UnsupportedFeature[] {
  const tools = asArray(body['tools']).filter((tool) => asObject(asObject(tool)?.['function']) !== undefined);
  return [
    ...unsupportedToolFields(tools, 'tools[]', OF_TOOL),
    ...unsupportedToolFields(
      tools.map((tool) => asObject(tool)?.['function']),
      'tools[].function',
      OF_FUNCTION,
    ),
    ...unsupportedToolFields(asArray(body['functions']), 'functions[]', OF_FUNCTION),
  ];
}

const OF_TOOL: ReadonlySet<string> = new Set(['type', 'function']);
const OF_FUNCTION: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict']);

/** Reads `tool_choice` and the legacy `function_call`. */
export function decodeToolChoice(body: JsonObject): ToolChoice | undefined {
  const value = body['tool_choice'] ?? body['function_call'] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === 'string') {
    const mode = MODES.get(value);
    return mode === undefined ? refuseField('tool_choice', 'has to be `auto`, `none`, `required` or a tool') : { mode };
  }
  const choice = asObject(value) ?? refuseField('tool_choice', 'has to be a word or an object');
  const named = asObject(choice['function']) ?? asObject(choice['custom']) ?? choice;
  const name = asWord(named['name']);
  if (name !== undefined) return { mode: 'tool', name };
  if (choice['type'] === 'allowed_tools') return decodeAllowed(asObject(choice['allowed_tools']) ?? {});
  if (choice['type'] === 'function' || choice['type'] === 'custom') refuseField('tool_choice', 'has to name its tool');
  return { mode: 'native', protocol: NAME, value: choice };
}

/** `any` is Mistral's word. */
const MODES: ReadonlyMap<string, 'auto' | 'none' | 'required'> = new Map([
  ['auto', 'auto'],
  ['none', 'none'],
  ['required', 'required'],
  ['any', 'required'],
]);

function decodeTool(tool: JsonObject | undefined, where: string): Tool {
  if (tool === undefined) return refuseField(where, 'has to be an object');
  const type = asWord(tool['type']);
  const ofFunction = asObject(tool['function']);
  if (type === 'function' || (type === undefined && ofFunction !== undefined)) {
    const cacheControl = asObject(tool['cache_control']);
    return {
      ...decodeFunction(ofFunction, `${where}.function`),
      ...(cacheControl === undefined ? {} : { cacheControl }),
    };
  }
  if (type === undefined) return refuseField(`${where}.type`, 'has to be a string');
  if (type !== 'custom') return { type: 'native', protocol: NAME, name: type, value: tool };
  const custom = asObject(tool['custom']);
  const name = asWord(custom?.['name']) ?? refuseField(`${where}.custom.name`, 'has to be a string');
  return {
    type: 'freeform',
    name,
    description: descriptionIn(custom?.['description'], `${where}.custom.description`),
    format: decodeFormat(custom?.['format']),
  };
}

function decodeFunction(value: JsonObject | undefined, where: string): FunctionTool {
  const name = asWord(value?.['name']) ?? refuseField(`${where}.name`, 'has to be a string');
  return {
    type: 'function',
    name,
    description: descriptionIn(value?.['description'], `${where}.description`),
    parameters: schemaIn(value?.['parameters'], `${where}.parameters`),
    strict: strictIn(value?.['strict'], `${where}.strict`),
  };
}

/** A grammar in its flat form. */
function decodeFormat(value: unknown): unknown {
  const { type, syntax, definition } = grammarOf(value);
  return type === 'grammar' ? { type, syntax, definition } : (value ?? undefined);
}

function decodeAllowed(allowed: JsonObject): ToolChoice {
  const names = listIn(allowed['tools'], 'tool_choice.allowed_tools.tools').flatMap((tool) => {
    const each = asObject(tool);
    const name = asWord((asObject(each?.['function']) ?? asObject(each?.['custom']) ?? each)?.['name']);
    return name === undefined ? [] : [name];
  });
  return { mode: 'allowed', names, required: allowed['mode'] === 'required' };
}

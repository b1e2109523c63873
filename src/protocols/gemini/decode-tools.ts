import type { Tool, ToolChoice } from '../../core/conversation.ts';
import { field, leftOut, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { asString, asWord, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import { descriptionIn, schemaIn, unsupportedToolFields } from '../shared/tools/fields.ts';
import { fieldsOf } from './camel-case.ts';
import { jsonSchemaOf } from './openapi.ts';
import { NAME } from './name.ts';
import { objectIn, repeated, repeatedObjects } from './repeated.ts';

/** Reads `tools`: each may declare functions. Every other member is a tool that runs at Google. */
export function decodeTools(value: unknown): Tool[] {
  return repeatedObjects(value, 'tools').flatMap((tool, at) =>
    Object.entries(fieldsOf(tool) ?? {}).flatMap(([name, inner]): Tool[] => {
      if (inner === undefined || inner === null) return [];
      if (name !== DECLARATIONS) return [{ type: 'native', protocol: NAME, name, value: { [name]: inner } }];
      const place = `tools[${at}].${DECLARATIONS}`;
      return repeatedObjects(inner, place).map((declaration, index) => functionFrom(declaration, `${place}[${index}]`));
    }),
  );
}

const DECLARATIONS = 'functionDeclarations';

/** The fields of tools that have no neutral form. */
export function unsupportedInTools(value: unknown): UnsupportedFeature[] {
  const declared = repeated(value).flatMap((tool) => repeated(fieldsOf(tool)?.[DECLARATIONS]).map(fieldsOf));
  return unsupportedToolFields(declared, `tools[].${DECLARATIONS}[]`, KNOWN);
}

const KNOWN: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'parametersJsonSchema']);

function functionFrom(value: JsonObject, where: string): Tool {
  const declaration = fieldsOf(value) ?? {};
  const name = asWord(declaration['name']);
  if (name === undefined) refuseField('tools.functionDeclarations.name', 'has to be the name of a function');
  const own = schemaIn(declaration['parameters'], `${where}.parameters`);
  return {
    type: 'function',
    name,
    description: descriptionIn(declaration['description'], `${where}.description`),
    parameters:
      schemaIn(declaration['parametersJsonSchema'], `${where}.parametersJsonSchema`) ??
      (own === undefined ? undefined : jsonSchemaOf(own)),
  };
}

/** Reads `toolConfig.functionCallingConfig`. `VALIDATED` is `AUTO` with calls that keep to their schemas. */
export function decodeToolChoice(value: unknown): ToolChoice | undefined {
  const config = objectIn(objectIn(value, 'toolConfig')['functionCallingConfig'], CALLING);
  const names = repeated(config['allowedFunctionNames']).map(
    (name) => asWord(name) ?? refuseField(`${CALLING}.allowedFunctionNames`, 'has to be a list of names'),
  );
  const mode = config['mode'] ?? 'MODE_UNSPECIFIED';
  switch (asString(mode)?.toUpperCase()) {
    case 'AUTO':
      return names.length === 0 ? { mode: 'auto' } : { mode: 'allowed', names, required: false };
    case 'VALIDATED':
      return names.length === 0 ? { mode: 'auto' } : { mode: 'allowed', names, required: false };
    case 'NONE':
      return { mode: 'none' };
    case 'ANY':
      return anyOf(names);
    case 'MODE_UNSPECIFIED':
      return names.length === 0 ? undefined : { mode: 'allowed', names, required: false };
    default:
      return refuseField(`${CALLING}.mode`, 'has to be `AUTO`, `ANY`, `NONE` or `VALIDATED`');
  }
}

const CALLING = 'toolConfig.functionCallingConfig';

function anyOf(names: readonly string[]): ToolChoice {
  const [only] = names;
  if (only === undefined) return { mode: 'required' };
  return names.length === 1 ? { mode: 'tool', name: only } : { mode: 'allowed', names, required: true };
}

/** The members of `toolConfig` that have no neutral form. */
export function unsupportedToolConfig(value: unknown): UnsupportedFeature[] {
  const { functionCallingConfig, ...rest } = fieldsOf(value) ?? {};
  const streamed = fieldsOf(functionCallingConfig)?.['streamFunctionCallArguments'] === true;
  const others = streamed ? { ...rest, [STREAMED]: true } : rest;
  return Object.entries(others).flatMap(([name, inner]) =>
    inner === undefined || inner === null ? [] : [leftOut(field(`toolConfig.${name}`))],
  );
}

const STREAMED = 'functionCallingConfig.streamFunctionCallArguments';

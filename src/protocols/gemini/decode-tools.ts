import type { Tool, ToolChoice } from '../../core/conversation.ts';
import { asArray, asObject, asString, asWord } from '../../lib/json.ts';
import { refuseField } from '../fields.ts';
import { fieldsOf } from './camel-case.ts';
import { jsonSchemaOf } from './openapi.ts';
import { NAME } from './name.ts';

/** Reads `tools`: each may declare functions, and each other member of it is a tool that runs at Google. */
export function decodeTools(value: unknown): Tool[] {
  return asArray(value).flatMap((tool) => {
    const fields = fieldsOf(tool) ?? {};
    return Object.entries(fields).flatMap(([name, inner]): Tool[] => {
      if (inner === undefined || inner === null) return [];
      if (name !== 'functionDeclarations') return [{ type: 'native', protocol: NAME, name, value: { [name]: inner } }];
      return asArray(inner).map((declaration) => functionFrom(declaration));
    });
  });
}

function functionFrom(value: unknown): Tool {
  const declaration = fieldsOf(value) ?? {};
  const name = asWord(declaration['name']);
  if (name === undefined) refuseField('tools.functionDeclarations.name', 'has to be the name of a function');
  const { parameters, parametersJsonSchema } = declaration;
  return {
    type: 'function',
    name,
    description: asString(declaration['description']),
    parameters: asObject(parametersJsonSchema) ?? (asObject(parameters) ? jsonSchemaOf(parameters) : undefined),
  };
}

/** Reads `toolConfig.functionCallingConfig`. `VALIDATED` is `AUTO` whose calls keep to their schemas. */
export function decodeToolChoice(value: unknown): ToolChoice | undefined {
  const config = fieldsOf(fieldsOf(value)?.['functionCallingConfig']);
  const names = asArray(config?.['allowedFunctionNames']).flatMap((name) => asWord(name) ?? []);
  const [only] = names;
  switch (config?.['mode']) {
    case 'AUTO':
      return { mode: 'auto' };
    case 'VALIDATED':
      return names.length === 0 ? { mode: 'auto' } : { mode: 'allowed', names, required: false };
    case 'NONE':
      return { mode: 'none' };
    case 'ANY':
      if (only === undefined) return { mode: 'required' };
      return names.length === 1 ? { mode: 'tool', name: only } : { mode: 'allowed', names, required: true };
    default:
      return undefined;
  }
}

/** What else `toolConfig` says. */
export function toolConfigLeftovers(value: unknown): string[] {
  const { functionCallingConfig: _, ...rest } = fieldsOf(value) ?? {};
  return Object.entries(rest).flatMap(([name, inner]) =>
    inner === undefined || inner === null ? [] : [`toolConfig.${name}`],
  );
}

// What vendors refuse in schemas, written from their documentation and their own error messages, without the gateway's code.
import type { Json } from '../../kit/json.ts';
import { demand } from '../spoken.ts';

const COMBINED = ['anyOf', 'oneOf', 'allOf', 'enum', 'not'];
const OPENAI_FORMATS = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid']);
const OPENAI_REFUSED = [
  'oneOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'propertyNames',
  'prefixItems',
  'contains',
  'uniqueItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
  'default',
  'nullable',
];

/** A function's parameters, be they strict or not. */
export function checkOpenaiParameters(parameters: Json, strict: boolean): void {
  const where = String(JSON.stringify(parameters)).slice(0, 300);
  demand(isObject(parameters) && parameters.type === 'object', `schema must have type 'object': ${where}`);
  for (const word of COMBINED) demand(parameters[word] === undefined, `'${word}' at the top level: ${where}`);
  demand(isObject(parameters.properties), `object schema missing properties: ${where}`);
  for (const { schema } of schemasIn(parameters)) {
    demand(typeof schema !== 'boolean', `a schema that is ${schema}`);
    demand(schema.type !== 'array' || schema.items !== undefined || schema.prefixItems, 'array schema missing items');
  }
  if (strict) checkOpenaiStrict(parameters);
}

/** A schema that is sent with `strict: true`. */
export function checkOpenaiStrict(root: Json): void {
  demand(root.type === 'object' && root.anyOf === undefined, 'the root of a strict schema is no object');
  let [properties, values] = [0, 0];
  for (const { schema, depth } of schemasIn(root)) {
    for (const word of OPENAI_REFUSED) demand(schema[word] === undefined, `'${word}' is not permitted`);
    demand(depth <= 10, `${depth} levels of nesting`);
    demand(schema.format === undefined || OPENAI_FORMATS.has(schema.format), `the format ${schema.format}`);
    if (schema.$ref !== undefined) {
      demand(Object.keys(schema).length === 1 && schema.$ref.startsWith('#'), `a reference: ${JSON.stringify(schema)}`);
      continue;
    }
    demand(schema.type !== undefined || schema.anyOf !== undefined, "schema must have a 'type' key");
    values += schema.enum?.length ?? 0;
    if (![schema.type].flat().includes('object')) continue;
    demand(schema.additionalProperties === false, "'additionalProperties' is required to be false");
    const names = Object.keys(schema.properties ?? {}).toSorted();
    demand(names.join() === (schema.required ?? []).toSorted().join(), "'required' has to include every key");
    properties += names.length;
  }
  demand(properties <= 5000 && values <= 1000, `${properties} properties, ${values} values`);
}

/** The strict schemas of a request to Anthropic. */
export function checkAnthropicStrict(tools: readonly Json[], output: Json): void {
  const strict = tools.filter((tool) => tool.strict === true).map(({ input_schema: schema }) => schema);
  demand(strict.length <= 20, `${strict.length} strict tools`);
  let [optional, unions] = [0, 0];
  for (const root of [...strict, ...(output === undefined ? [] : [output])]) {
    for (const { schema } of schemasIn(root)) {
      const text = JSON.stringify(schema);
      for (const word of ['oneOf', 'not', 'patternProperties', 'minimum', 'maximum', 'multipleOf', 'minLength'])
        demand(schema[word] === undefined, `'${word}' is not supported: ${text}`);
      for (const word of ['maxLength', 'maxItems', 'uniqueItems'])
        demand(schema[word] === undefined, `'${word}' is not supported: ${text}`);
      demand((schema.minItems ?? 0) <= 1, 'minItems over 1');
      demand(schema.$ref === undefined || schema.$ref.startsWith('#/'), `an external or recursive $ref: ${text}`);
      for (const part of schema.allOf ?? []) demand(part.$ref === undefined, 'allOf with $ref');
      if (schema.anyOf !== undefined || Array.isArray(schema.type)) unions++;
      if (![schema.type].flat().includes('object')) continue;
      demand(schema.additionalProperties === false, `additionalProperties has to be false: ${text}`);
      const required = schema.required ?? [];
      optional += Object.keys(schema.properties ?? {}).filter((name) => !required.includes(name)).length;
    }
  }
  demand(optional <= 24, `${optional} optional parameters`);
  demand(unions <= 16, `${unions} parameters with unions`);
}

/** The schema of a tool, at its root. */
export function checkAnthropicInput(schema: Json): void {
  demand(isObject(schema) && schema.type === 'object', `input_schema.type: Field required: ${JSON.stringify(schema)}`);
  for (const word of ['anyOf', 'oneOf', 'allOf'])
    demand(schema[word] === undefined, `input_schema does not support ${word} at the top level`);
}

function isObject(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All schemas within a schema, with the number of objects and lists around each. */
function* schemasIn(schema: Json, depth = 0): Generator<{ readonly schema: Json; readonly depth: number }> {
  yield { schema, depth };
  if (!isObject(schema)) return;
  for (const key of ['properties', 'patternProperties'])
    for (const inner of Object.values(schema[key] ?? {})) yield* schemasIn(inner, depth + 1);
  for (const key of ['$defs', 'definitions'])
    for (const inner of Object.values(schema[key] ?? {})) yield* schemasIn(inner, depth);
  for (const key of ['anyOf', 'oneOf', 'allOf']) for (const inner of schema[key] ?? []) yield* schemasIn(inner, depth);
  if (schema.items !== undefined) yield* schemasIn(schema.items, depth + 1);
  if (isObject(schema.additionalProperties)) yield* schemasIn(schema.additionalProperties, depth + 1);
}

import { asObject, asString, type JsonObject } from '../../lib/json.ts';
import { fieldsOf } from './camel-case.ts';
import { repeated } from './repeated.ts';

/** Converts a schema from Google's subset of OpenAPI (`parameters`, `responseSchema`) to JSON Schema. */
export function jsonSchemaOf(value: unknown): JsonObject {
  const schema = fieldsOf(value) ?? {};
  // Has no prototype: a keyword `__proto__` would replace it.
  const result = Object.create(null) as Record<string, unknown>;
  for (const [keyword, inner] of Object.entries(schema)) {
    switch (keyword) {
      case 'type':
        result['type'] = typeOf(inner);
        break;
      case 'properties':
        result['properties'] = propertiesOf(inner, schema['propertyOrdering']);
        break;
      case 'items':
        result['items'] = jsonSchemaOf(inner);
        break;
      case 'additionalProperties':
        result['additionalProperties'] = typeof inner === 'boolean' ? inner : jsonSchemaOf(inner);
        break;
      case 'anyOf':
      case 'oneOf':
      case 'allOf':
      case 'prefixItems':
        result[keyword] = repeated(inner).map((part) => jsonSchemaOf(part));
        break;
      case 'required':
      case 'enum':
        result[keyword] = repeated(inner);
        break;
      case 'example':
        result['examples'] = [inner];
        break;
      case 'defs':
      case '$defs':
        result['$defs'] = propertiesOf(inner, undefined);
        break;
      case 'ref':
        result['$ref'] = inner;
        break;
      case 'format':
        // It only announces `enum`.
        if (inner !== 'enum') result['format'] = inner;
        break;
      case 'nullable':
      case 'propertyOrdering':
        break;
      default:
        result[keyword] = COUNTS.has(keyword) && typeof inner === 'string' ? Number(inner) : inner;
    }
  }
  return schema['nullable'] === true ? orNull(result) : result;
}

/** Protobuf writes 64-bit numbers as strings. */
const COUNTS = new Set(['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties']);

function typeOf(value: unknown): unknown {
  return Array.isArray(value) ? value.map((type: unknown) => typeOf(type)) : (asString(value)?.toLowerCase() ?? value);
}

/** The model writes properties in this order. */
function propertiesOf(value: unknown, order: unknown): JsonObject {
  const properties = asObject(value) ?? {};
  const names = new Set([...repeated(order).flatMap((name) => asString(name) ?? []), ...Object.keys(properties)]);
  return Object.fromEntries(
    [...names].filter((name) => Object.hasOwn(properties, name)).map((name) => [name, jsonSchemaOf(properties[name])]),
  );
}

function orNull(schema: JsonObject): JsonObject {
  const { type, enum: values } = schema;
  if (typeof type !== 'string' || type === 'null') return { anyOf: [schema, { type: 'null' }] };
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {}),
  };
}

import { asArray, asObject, asString, type JsonObject } from '../../lib/json.ts';
import { resolved } from '../shared/tools/schema.ts';

/**
 * Whether a schema is in the subset of JSON Schema that OpenAI accepts with `strict: true`
 * (https://developers.openai.com/api/docs/guides/structured-outputs, "Supported schemas"). OpenAI refuses others.
 */
export function fitsStrict(root: JsonObject): boolean {
  return root['type'] === 'object' && root['anyOf'] === undefined && new StrictCheck(root).passes(root, 0);
}

const MOST_PROPERTIES = 5000;
const MOST_LEVELS = 10;
const MOST_ENUM_VALUES = 1000;
/** The limit for all names of properties and definitions, and all values of `enum` and `const`, together. */
const MOST_CHARACTERS = 120_000;
/** An `enum` with more texts than this has a limit of characters. */
const LONG_ENUM = 250;
const MOST_CHARACTERS_OF_LONG_ENUM = 15_000;

const TYPES: ReadonlySet<unknown> = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);
const FORMATS: ReadonlySet<unknown> = new Set('date-time time date duration email hostname ipv4 ipv6 uuid'.split(' '));
const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'type title description properties required additionalProperties items enum const anyOf $defs definitions $schema ' +
    'pattern format multipleOf minimum maximum exclusiveMinimum exclusiveMaximum minItems maxItems'
  ).split(' '),
);

class StrictCheck {
  #properties = 0;
  #enumValues = 0;
  #characters = 0;

  constructor(private readonly root: JsonObject) {}

  /** Visits each schema where it stands. References may be circular. */
  passes(value: unknown, level: number): boolean {
    const schema = asObject(value);
    if (schema === undefined || level > MOST_LEVELS) return false;
    const reference = schema['$ref'];
    // A reference must stand alone.
    if (reference !== undefined) return Object.keys(schema).length === 1 && this.#refers(reference);
    if (!Object.keys(schema).every((key) => KEYWORDS.has(key))) return false;
    const { format } = schema;
    return (
      (format === undefined || FORMATS.has(format)) &&
      this.#hasType(schema) &&
      this.#hasValues(schema) &&
      this.#isClosed(schema, level) &&
      this.#passesItems(schema, level) &&
      this.#passesEach(schema, level) &&
      this.#passesDefinitions(schema, level)
    );
  }

  #refers(reference: unknown): boolean {
    return typeof reference === 'string' && asObject(resolved(reference, this.root)) !== undefined;
  }

  #hasType({ type, anyOf }: JsonObject): boolean {
    if (type === undefined) return anyOf !== undefined;
    return Array.isArray(type) ? type.length > 0 && type.every((one) => TYPES.has(one)) : TYPES.has(type);
  }

  #hasValues(schema: JsonObject): boolean {
    const values = asArray(schema['enum']);
    if (schema['enum'] !== undefined && values.length === 0) return false;
    const units = values.reduce<number>((sum, value) => sum + (asString(value)?.length ?? 0), 0);
    if (values.length > LONG_ENUM && units > MOST_CHARACTERS_OF_LONG_ENUM) return false;
    this.#enumValues += values.length;
    this.#characters += units + (asString(schema['const'])?.length ?? 0);
    return this.#enumValues <= MOST_ENUM_VALUES && this.#characters <= MOST_CHARACTERS;
  }

  /** An object must require all of its properties and allow no others. */
  #isClosed(schema: JsonObject, level: number): boolean {
    const { properties, required, additionalProperties } = schema;
    if (!isOf(schema, 'object')) return properties === undefined && required === undefined;
    const members = asObject(properties);
    if (members === undefined || additionalProperties !== false) return false;
    const names = Object.keys(members);
    const demanded = new Set(asArray(required));
    if (demanded.size !== names.length || !names.every((name) => demanded.has(name))) return false;
    this.#properties += names.length;
    this.#characters += names.reduce((sum, name) => sum + name.length, 0);
    if (this.#properties > MOST_PROPERTIES || this.#characters > MOST_CHARACTERS) return false;
    return Object.values(members).every((member) => this.passes(member, level + 1));
  }

  #passesItems(schema: JsonObject, level: number): boolean {
    const { items } = schema;
    return isOf(schema, 'array') ? this.passes(items, level + 1) : items === undefined;
  }

  #passesEach({ anyOf }: JsonObject, level: number): boolean {
    if (anyOf === undefined) return true;
    const parts = asArray(anyOf);
    return parts.length > 0 && parts.every((part) => this.passes(part, level));
  }

  #passesDefinitions(schema: JsonObject, level: number): boolean {
    return DEFINITIONS.every((place) => {
      const definitions = schema[place] === undefined ? {} : asObject(schema[place]);
      if (definitions === undefined) return false;
      for (const name of Object.keys(definitions)) this.#characters += name.length;
      return (
        this.#characters <= MOST_CHARACTERS &&
        Object.values(definitions).every((definition) => this.passes(definition, level))
      );
    });
  }
}

const DEFINITIONS = ['$defs', 'definitions'];

function isOf({ type }: JsonObject, name: string): boolean {
  return type === name || (Array.isArray(type) && type.includes(name));
}

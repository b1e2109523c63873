import type { z } from 'zod';
import { DemoError } from './error.ts';

/** The JSON object of a request, with the one field that every endpoint needs. */
export function readBody(body: string | Uint8Array | undefined): Record<string, unknown> & { model: string } {
  const value = parseJson(body);
  if (!isObject(value)) {
    throw new DemoError(
      400,
      'We could not parse the JSON body of your request. (The OpenAI API expects a JSON object.)',
    );
  }
  if (value.model === undefined) throw new DemoError(400, 'you must provide a model parameter');
  if (typeof value.model !== 'string') throw wrongType('model', 'a string', value.model);
  return { ...value, model: value.model };
}

/** Checks the body against what an endpoint takes; the first thing wrong becomes a 400 that names it as OpenAI does. */
export function check<Schema extends z.ZodType>(schema: Schema, body: object): z.infer<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  if (issue === undefined) throw result.error;
  const param = nameOf(issue.path);
  const value = issue.path.reduce<unknown>((at, key) => (Object(at) as Record<PropertyKey, unknown>)[key], body);
  throw issueError(issue, param, value);
}

function issueError(issue: z.core.$ZodIssue, param: string, value: unknown): DemoError {
  if (value === undefined) {
    return new DemoError(400, `Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' });
  }
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(param, issue.expected, value);
    case 'invalid_union':
      return wrongType(param, 'another type', value);
    case 'invalid_value': {
      const allowed = issue.values.map((one) => `'${String(one)}'`).join(', ');
      const message = `Invalid value: ${JSON.stringify(value)}. Supported values are: ${allowed}.`;
      return new DemoError(400, message, { param, code: 'invalid_value' });
    }
    case 'too_small': {
      if (issue.origin === 'array') {
        return new DemoError(400, `Invalid '${param}': empty array.`, { param, code: 'empty_array' });
      }
      return outOfRange(param, value, `>= ${issue.minimum}`, 'integer_below_min_value');
    }
    case 'too_big':
      return outOfRange(param, value, `<= ${issue.maximum}`, 'integer_above_max_value');
    default:
      return new DemoError(400, `Invalid '${param}': ${issue.message}.`, { param, code: 'invalid_value' });
  }
}

function wrongType(param: string, expected: string, value: unknown): DemoError {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
  const message = `Invalid type for '${param}': expected ${expected}, but got ${got} instead.`;
  return new DemoError(400, message, { param, code: 'invalid_type' });
}

function outOfRange(param: string, value: unknown, allowed: string, code: string): DemoError {
  const message = `Invalid '${param}': expected a value ${allowed}, but got ${JSON.stringify(value)} instead.`;
  return new DemoError(400, message, { param, code });
}

/** `messages[0].role`, as OpenAI writes it. */
function nameOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    return name === '' ? String(key) : `${name}.${String(key)}`;
  }, '');
}

function parseJson(body: string | Uint8Array | undefined): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

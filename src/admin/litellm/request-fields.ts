import { Refusal } from '../../core/refusal.ts';
import { asObject } from '../../lib/json.ts';

/** The members of a request's body. */
export type Fields = Readonly<Record<string, unknown>>;

/** Fields that say nothing about a key or a team here, whatever is in them. */
const WITHOUT_EFFECT = new Set([
  // Older Python clients send one when they make a key.
  'api_key',
  'send_invite_email',
  'soft_budget_cooldown',
  'tpm_limit_type',
  'rpm_limit_type',
  'key_type',
  'created_by',
  'updated_by',
]);

/**
 * The body as an object with fields of `known` names alone. Throws a Refusal for what is no object, and for a field that has
 * no counterpart and is not empty: a limit that nobody keeps would be worse than an error.
 */
export function fieldsOf(body: unknown, known: ReadonlySet<string>): Fields {
  const fields = asObject(body);
  if (fields === undefined) throw new Refusal('invalid_request', 'The body must be a JSON object.', { param: 'body' });
  for (const [name, value] of Object.entries(fields)) {
    if (known.has(name) || WITHOUT_EFFECT.has(name) || isEmpty(value)) continue;
    throw new Refusal(
      'invalid_request',
      `\`${name.slice(0, 100)}\` of LiteLLM's API has no counterpart here. Leave it out: it would have no effect.`,
      { param: name.slice(0, 100) },
    );
  }
  return fields;
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A field that is text. Undefined: it is not there, or null. Throws a Refusal for anything else. */
export function textField(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrong(name, 'a text');
}

/** A field that is a number of 0 or more. */
export function numberField(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && value >= 0) return value;
  throw wrong(name, 'a number of 0 or more');
}

/** A field that is a list of texts. */
export function listField(fields: Fields, name: string): string[] | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw wrong(name, 'a list of texts');
}

/** The Refusal of a field that is of another kind. */
export function wrong(name: string, allowed: string): Refusal {
  return new Refusal('invalid_request', `\`${name}\` must be ${allowed}.`, { param: name });
}

import { asArray, asObject, type JsonObject } from '../../lib/json.ts';

/**
 * The limits for all strict schemas of one request: tools, optional parameters, and parameters of several types.
 * Anthropic refuses more.
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs#schema-complexity-limits
 */
const MOST: Complexity = { tools: 20, optional: 24, unions: 16 };

interface Complexity {
  readonly tools: number;
  readonly optional: number;
  readonly unions: number;
}

/** What is left for further schemas. */
export class StrictBudget {
  #left = MOST;

  /** Takes what a schema needs. Returns false, and takes nothing, if not enough is left. */
  takes(schema: JsonObject, kind: 'tool' | 'output'): boolean {
    const { optional, unions } = complexityOf(schema);
    const left = {
      tools: this.#left.tools - (kind === 'tool' ? 1 : 0),
      optional: this.#left.optional - optional,
      unions: this.#left.unions - unions,
    };
    if (Math.min(left.tools, left.optional, left.unions) < 0) return false;
    this.#left = left;
    return true;
  }
}

const OF_NAMES = ['properties', '$defs', 'definitions'];
const OF_LIST = ['anyOf', 'allOf'];

/** The costs of a schema; definitions count once. */
function complexityOf(root: JsonObject): { readonly optional: number; readonly unions: number } {
  let optional = 0;
  let unions = 0;
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const schema = asObject(waiting.pop());
    if (schema === undefined) continue;
    const required = new Set(asArray(schema['required']));
    for (const name of Object.keys(asObject(schema['properties']) ?? {})) if (!required.has(name)) optional++;
    if (schema['anyOf'] !== undefined || Array.isArray(schema['type'])) unions++;
    for (const key of OF_NAMES) for (const inner of Object.values(asObject(schema[key]) ?? {})) waiting.push(inner);
    for (const key of OF_LIST) for (const inner of asArray(schema[key])) waiting.push(inner);
    waiting.push(schema['items']);
  }
  return { optional, unions };
}

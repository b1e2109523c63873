import type { z } from 'zod';
import { nearest } from '../lib/nearest.ts';
import type { ConfigPath } from './problem.ts';
import { nameHere, topLevelName } from './other-names.ts';
import { litellmKey } from './litellm-config.ts';
import { allowedBy, isShowable, schemaAt, shapeOf } from './shape.ts';

/** A problem at a path: what is wrong, and in parentheses what to do or what is allowed. */
export interface Finding {
  path: ConfigPath;
  message: string;
}

/** A zod issue in plain English; each unknown key is a finding of its own. Needs `reportInput`. */
export function describeIssue(
  root: z.core.$ZodType,
  issue: z.core.$ZodIssue,
  isExpanded: (path: ConfigPath) => boolean,
): Finding[] {
  const { path } = issue;
  if (issue.code === 'invalid_union' && isMap(issue.input)) {
    // Text or a map is allowed; report what is wrong with the map.
    const inner = issue.errors.find((issues) => issues.every(({ path: place }) => place.length > 0)) ?? [];
    const issues = issue.errors.find((each) => each.some(({ code }) => code === 'unrecognized_keys')) ?? inner;
    if (issues.length > 0) {
      return issues.flatMap((each) => describeIssue(root, { ...each, path: [...path, ...each.path] }, isExpanded));
    }
  }
  const schema = schemaAt(root, path);
  if (issue.code === 'unrecognized_keys') {
    const shape = schema && shapeOf(schema);
    const known = shape?.kind === 'map' ? Object.keys(shape.keys) : [];
    const foreign = path.length === 0 ? litellmKey(issue.keys) : undefined;
    if (foreign !== undefined) return [foreign];
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known, root) }));
  }
  if (issue.code === 'invalid_key') return [{ path, message: issue.issues[0]?.message ?? issue.message }];
  if (issue.code === 'custom' && !issue.params) return [{ path, message: issue.message }];
  const allowed = schema ? allowedBy(schema) : 'nothing';
  const isQuotable = schema !== undefined && isShowable(schema) && !isExpanded(path);
  if (typeof issue.input === 'string' && issue.input !== '' && schema !== undefined && isListOfTexts(schema))
    return [{ path, message: `must be a list: ${isQuotable && isWord(issue.input) ? `[${issue.input}]` : '[…]'}` }];
  const wrong = refusal(issue.input, allowed, isQuotable);
  return [{ path, message: `${wrong} (${guess(issue)}${allowed})` }];
}

/** Says what a key of another program is called here, if it is one. */
function unknownKey(key: string, known: readonly string[], root: z.core.$ZodType): string {
  const here = nameHere(key, known);
  if (here !== undefined) return `unknown key "${key}" (did you mean "${here}"?)`;
  const shape = shapeOf(root);
  const atTop = shape.kind === 'map' ? topLevelName(key, Object.keys(shape.keys)) : undefined;
  return atTop === undefined
    ? unknownMessage('key', key, known)
    : `unknown key "${key}" (did you mean "${atTop}", at the top of the file?)`;
}

function isListOfTexts(schema: z.core.$ZodType): boolean {
  const shape = shapeOf(schema);
  return shape.kind === 'list' && shapeOf(shape.items).kind === 'text';
}

function isMap(input: unknown): boolean {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

/** The allowed value that was probably meant, as the beginning of a remedy; empty if none is near. */
function guess(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_value' || typeof issue.input !== 'string') return '';
  const words = issue.values.filter((value) => typeof value === 'string');
  const [near] = nearest(issue.input, words, 1);
  return near === undefined ? '' : `did you mean "${near}"? `;
}

/** `unknown backend "opnai" (did you mean "openai"?)`; lists the known names if none is near. */
export function unknownMessage(noun: string, name: string, known: readonly string[]): string {
  const [near] = nearest(name, known, 1);
  const wrong = `unknown ${noun} "${shorten(name)}"`;
  if (near !== undefined) return `${wrong} (did you mean "${near}"?)`;
  if (known.length === 0) return `${wrong} (there is none)`;
  const rest = known.length > MAX_LISTED ? `, … ${known.length - MAX_LISTED} more` : '';
  return `${wrong} (known: ${known.slice(0, MAX_LISTED).join(', ')}${rest})`;
}

const MAX_LISTED = 20;

function refusal(input: unknown, allowed: string, isQuotable: boolean): string {
  if (input === undefined) return 'is missing';
  if (input === null) return 'has no value';
  if (input === '') return 'is empty';
  if (Array.isArray(input))
    return input.length === 0 && allowed.startsWith('a list') ? 'is an empty list' : 'cannot be a list';
  if (typeof input === 'object') return 'cannot be a map';
  // "api_key:sk-…" without a space is text in the place of a map. So only single words are quoted, and only of values.
  const isValue = !allowed.startsWith('a map') && !allowed.startsWith('a list');
  if (typeof input !== 'string')
    return isQuotable
      ? `cannot be ${typeof input === 'number' ? input : JSON.stringify(input)}`
      : `cannot be this ${typeof input}`;
  return isQuotable && isValue && isWord(input) ? `cannot be "${input}"` : 'cannot be this text';
}

function isWord(text: string): boolean {
  return /^[\w./%+-]{1,40}$/.test(text);
}

function shorten(name: string): string {
  return name.length > 64 ? `${name.slice(0, 63)}…` : name;
}

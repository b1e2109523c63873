// What the schemas of all dialects have in common.
import { z } from 'zod';
import { demand } from '../spoken.ts';

/** An object that may have no other fields. */
export const object = z.strictObject;
export const text = z.string().min(1);
export const base64 = z.base64().min(1);

export function functionName(longest: number) {
  return z
    .string()
    .max(longest)
    .regex(/^[\w-]+$/);
}

/** The ids in one message, or in one turn where results of several calls come together. */
export interface CallsAndResults {
  readonly calls: readonly string[];
  readonly results: readonly string[];
}

/** Throws unless every call is followed by its result, before anything else is said, and every result is of a call. */
export function pairedWithResults(messages: readonly CallsAndResults[]): void {
  let open = new Set<string>();
  for (const { calls, results } of messages) {
    for (const id of results) demand(open.delete(id), `a result of no call: ${id}`);
    if (results.length > 0) continue;
    demand(open.size === 0, `calls without results: ${[...open].join(', ')}`);
    open = new Set(calls);
    demand(open.size === calls.length, 'two calls of one id');
  }
  demand(open.size === 0, `calls without results: ${[...open].join(', ')}`);
}

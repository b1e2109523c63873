import type { z } from 'zod';
import { describeIssue, type Finding } from '../config/messages.ts';
import { Refusal } from '../core/refusal.ts';

/** For a body that is not what its operation takes: every finding at once, each with its place. */
export function bodyProblem(error: z.ZodError, schema: z.ZodType | undefined): Refusal {
  if (schema === undefined)
    return new Refusal('invalid_request', 'This takes no body. Send the request without one.', { param: 'body' });
  return problemOf('body', findingsOf(error, schema));
}

/** The same for the query. */
export function queryProblem(error: z.ZodError, schema: z.ZodObject): Refusal {
  return problemOf('query', findingsOf(error, schema));
}

function findingsOf(error: z.ZodError, schema: z.ZodType): Finding[] {
  return error.issues.flatMap((issue) => describeIssue(schema, issue, () => false));
}

function problemOf(where: 'body' | 'query', findings: readonly Finding[]): Refusal {
  const lines = findings.map(({ path, message }) => `${pathText(path) ?? `the ${where}`}: ${message}`);
  const param = pathText(findings[0]?.path ?? []);
  return new Refusal('invalid_request', `${lines.join('; ')}.`, param === undefined ? {} : { param });
}

/** `budgets[0].usd`; undefined for the whole. */
function pathText(path: readonly PropertyKey[]): string | undefined {
  if (path.length === 0) return undefined;
  return path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

import type { Matched } from '../../core/endpoint-row.ts';

/** OpenAI's endpoints below each base that its clients use: with `/v1`, without, and Azure's two. */
export function atEveryBase(endpoints: ReadonlyMap<string, Matched>): Record<string, Matched> {
  return Object.fromEntries(
    [...endpoints].flatMap(([path, endpoint]) => BASES.map((base) => [base + path, at(base, endpoint)] as const)),
  );
}

/** Splits a path at one of these bases, or at the base of Vertex AI's copy of the API. Other paths have no base. */
export function belowBase(path: string): { readonly base: string; readonly path: string } {
  const base = BASE.exec(path)?.[0] ?? '';
  return { base, path: path.slice(base.length) };
}

/** An endpoint below a base. Azure's clients put Azure's API version into each query, which does not pass. */
export function at(base: string, endpoint: Matched): Matched {
  const ownQueryFields = ownQueryFieldsAt(base);
  return ownQueryFields === undefined ? endpoint : { ...endpoint, ownQueryFields };
}

/** What of a query belongs to the base by which a client comes. */
export function ownQueryFieldsAt(base: string): ReadonlySet<string> | undefined {
  return base.startsWith(AZURE) ? AZURE_QUERY : undefined;
}

/** https://learn.microsoft.com/azure/foundry/openai/api-version-lifecycle: the classic API, and the one with `/v1`. */
const AZURE = '/openai';
const BASES = ['', '/v1', AZURE, `${AZURE}/v1`];
const AZURE_QUERY: ReadonlySet<string> = new Set(['api-version']);

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview has the last one. */
const BASE = /^(?:\/v1(?:beta1)?\/projects\/[^/]+\/locations\/[^/]+\/endpoints\/openapi|(?:\/openai)?(?:\/v1)?)(?=\/)/;

/** That base, of some project, for examples. */
export const VERTEX_BASE = '/v1/projects/p/locations/l/endpoints/openapi';

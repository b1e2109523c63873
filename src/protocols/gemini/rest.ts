import type { EndpointRow } from '../../core/endpoint-row.ts';
import type { Through } from '../../core/through.ts';
import { restOfApi } from '../shared/rest-of-api.ts';
import { NAME } from './name.ts';

/** What callers may ask for. https://ai.google.dev/api, and what the official SDK calls. */
const CALLERS =
  /^\/(?:(?:files|cachedContents|batches|tunedModels|fileSearchStores|operations|interactions|agents)(?:[/:]|$)|models\/[^/]+\/operations(?:\/|$)|models\/[^/]+:(?:batchGenerateContent|asyncBatchEmbedContent|predict|predictLongRunning|computeTokens)$)/;

/** What gives out tokens, with which a client would get past the gateway, and what everybody has in common. */
const ACCOUNT = /^\/(?:auth_tokens|authTokens|webhooks)(?:[/:]|$)/;

const BASE = /^(?:\/(upload|download))?(?:\/v1(?:beta|alpha)?)?(?=\/)/;
/** OpenAI and Anthropic have paths of such names below `/v1`, and below nothing. */
const OWN = /^\/(?:upload|download|v1beta|v1alpha)\//;
/** A collection, in which the next segment is a name; after names there may be words. */
const COLLECTIONS: ReadonlySet<string> = new Set(
  'files cachedContents batches tunedModels fileSearchStores documents operations interactions agents'.split(' '),
);

/** The rest of Gemini's API. Which version of it, the backend's URL says. */
export const REST: readonly EndpointRow[] = restOfApi({
  api: 'gemini',
  protocol: NAME,
  // Its SDKs take what a name is out of URLs by `[a-z0-9]+`, and refuse others.
  idForm: 'name',
  below: (whole) => {
    const [base, root] = BASE.exec(whole) ?? [];
    return base === undefined ? undefined : { path: whole.slice(base.length), root: root as Through['root'] };
  },
  isTold: (whole) => !OWN.test(whole),
  callers: CALLERS,
  account: ACCOUNT,
  idsIn: namesIn,
  addresses: /^https?:\/\/[^?#]*?(\/v1\w*\/files\/[\w.~-]+:download(?:\?.*)?)$/,
  content: /:download$/,
  examples: [
    '/v1beta/files',
    '/v1beta/cachedContents/1',
    '/upload/v1beta/files',
    '/v1beta/models/mine:batchGenerateContent',
    '/v1alpha/auth_tokens',
    '/v1/files',
  ],
});

/** The names in a path, without what is asked of the last (`:cancel`). */
function namesIn(path: string): string[] {
  const segments = path.split('/');
  return segments.flatMap((segment, index) => {
    const [name = ''] = segment.split(':');
    return COLLECTIONS.has(segments[index - 1] ?? '') && name !== '' && !COLLECTIONS.has(name) ? [name] : [];
  });
}

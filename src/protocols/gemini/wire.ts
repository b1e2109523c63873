import { dialectOf } from '../../vendors/dialects.ts';
import type { Wire } from '../protocol.ts';
import { limitHeaders, readLimits } from './limits.ts';
import { modelName } from './camel-case.ts';
import { NAME } from './name.ts';
import { renameModel } from './rename-model.ts';

/** Paths and headers of Google's API. */
export const wire: Wire = {
  address: (operation, { model, stream, body }) => {
    const resource = modelPath(model);
    switch (operation) {
      case 'generate':
        // Without `alt=sse` a stream is a JSON array, which nobody wants to read.
        return stream ? `${resource}:streamGenerateContent?alt=sse` : `${resource}:generateContent`;
      case 'count_tokens':
        return `${resource}:countTokens`;
      case 'embed':
        return `${resource}:${isForOneText(body) ? 'embedContent' : 'batchEmbedContents'}`;
      case 'native':
        return undefined;
    }
  },
  credential: dialectOf(NAME).credential,
  headers: dialectOf(NAME).headers,
  headerPrefixes: ['x-goog-'],
  alsoServes: [],
  requestIdHeader: 'x-request-id',
  query: withoutOwnFields,
  renameModel,
  readLimits,
  limitHeaders,
};

/** The client's key is the gateway's business, and how a stream is written is told by the address. All else stays as it is. */
function withoutOwnFields(query: string): string {
  if (query === '') return query;
  const fields = query.slice(1).split('&');
  const others = fields.filter((field) => !OWN_FIELDS.some((name) => new URLSearchParams(field).has(name)));
  if (others.length === fields.length) return query;
  return others.length === 0 ? '' : `?${others.join('&')}`;
}

const OWN_FIELDS = ['key', 'alt'];

/** Nothing in a name, which may be a client's where an alias is a wildcard, leads out of the backend's base. */
function modelPath(model: string): string {
  const segments = modelName(model).split('/');
  const climbs = segments.some((segment) => segment === '' || segment === '.' || segment === '..');
  return climbs ? `/models/${encodeURIComponent(model)}` : `/${segments.map(encodeURIComponent).join('/')}`;
}

/** Translated requests are always for several; a client of this dialect may have sent one text. */
function isForOneText(body: Readonly<Record<string, unknown>> | undefined): boolean {
  return body !== undefined && body['requests'] === undefined && body['content'] !== undefined;
}

import { pathOf } from '../../core/upstream-url.ts';
import { dialectOf } from '../../vendors/dialects.ts';
import type { Wire } from '../protocol.ts';
import { limitHeaders, readLimits } from './limits.ts';
import { modelName } from './camel-case.ts';
import { NAME } from './name.ts';
import { renameModel } from './rename-model.ts';

/**
 * Query fields that a client may not pass on: its key, the form of a stream, and fields that change the form of answers
 * or who pays. https://cloud.google.com/apis/docs/system-parameters
 */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  'key',
  'alt',
  'access-token',
  'oauth-token',
  'callback',
  'fields',
  'httpmethod',
  'quotauser',
  'upload-protocol',
  'uploadtype',
  'xgafv',
]);

/** Paths and headers of Google's API. */
export const wire: Wire = {
  outputLimit: { names: ['maxOutputTokens', 'max_output_tokens'], within: ['generationConfig', 'generation_config'] },
  address: (operation, { model, stream, body }) => {
    // With a wildcard alias, the client may have chosen the name.
    const resource = `/${pathOf(modelName(model))}`;
    switch (operation) {
      case 'generate':
        // Without `alt=sse` a stream is a JSON array.
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
  ownQueryFields: OWN_FIELDS,
  renameModel,
  readLimits,
  limitHeaders,
};

/** Translated requests always use the method for several texts. A client of this dialect may have sent one. */
function isForOneText(body: Readonly<Record<string, unknown>> | undefined): boolean {
  return body !== undefined && body['requests'] === undefined && body['content'] !== undefined;
}

import type { UpstreamRequest } from '../../../core/route.ts';
import type { UpstreamAnswer } from '../../../core/upstream-answer.ts';
import { pathSegment } from '../../../core/upstream-url.ts';
import { asObject, asString, parseObject } from '../../../lib/json.ts';
import { memberSpans } from '../../../lib/json-span.ts';
import { headersForNewBody } from '../answer-headers.ts';
import { anthropicError, anthropicErrorType } from '../anthropic-error.ts';
import { withMembers, withoutMember } from '../../../lib/json-members.ts';
import { textAnswer, textOf } from '../text-answer.ts';
import type { Transport } from '../transport.ts';

const VERSION = 'vertex-2023-10-16';

/**
 * Claude on Vertex AI: Anthropic's messages, but for the model in the path and the API's version in the body.
 * https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai
 */
export function vertexClaude(transport: Transport): Transport {
  return {
    ...transport,
    send: async (request) => {
      const response = await transport.send(shaped(request));
      return response.status >= 400 && response.status <= 599 ? errorAnswer(response) : response;
    },
  };
}

function shaped(request: UpstreamRequest): UpstreamRequest {
  const { call, body } = request;
  const isKnown = call?.operation === 'generate' || call?.operation === 'count_tokens';
  if (!isKnown || typeof body !== 'string') return request;
  const versioned =
    memberSpans(body, 'anthropic_version').length > 0 ? body : withMembers(body, { anthropic_version: VERSION });
  if (call.operation === 'count_tokens') {
    return { ...request, target: '/models/count-tokens:rawPredict', body: versioned };
  }
  // Only `@`, which stands before the date, is left as it is.
  const model = pathSegment(call.model).replaceAll('%40', '@');
  const method = call.stream ? 'streamRawPredict' : 'rawPredict';
  return { ...request, target: `/models/${model}:${method}`, body: withoutMember(versioned, 'model') };
}

/** Anthropic's errors as they are; Google's own, of its access control and quotas, in Anthropic's shape. */
async function errorAnswer(response: UpstreamAnswer): Promise<UpstreamAnswer> {
  const { status, headers } = response;
  const text = await textOf(response);
  if (parseObject(text)?.['type'] === 'error') {
    return textAnswer(text, { status, headers: headersForNewBody(headers, 'application/json') });
  }
  // Some of its services put the error into a list.
  const own = parseObject(text.replace(/^\s*\[|\]\s*$/g, ''));
  const message = asString(asObject(own?.['error'])?.['message']) ?? 'Vertex AI gave no reason.';
  const body = anthropicError(anthropicErrorType(status), message);
  return textAnswer(body, { status, headers: headersForNewBody(headers, 'application/json') });
}

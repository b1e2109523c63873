import type { UpstreamRequest } from '../../core/route.ts';
import { memberSpans } from '../../lib/json-span.ts';
import { withMembers, withoutMember } from '../json-members.ts';
import type { Transport } from '../transport.ts';

const VERSION = 'vertex-2023-10-16';

/**
 * Claude on Vertex AI: Anthropic's messages, but for the model in the path and the API's version in the body.
 * https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai
 */
export function vertexClaude(transport: Transport): Transport {
  return { ...transport, send: (request) => transport.send(shaped(request)) };
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
  const model = encodeURIComponent(call.model).replaceAll('%40', '@');
  const method = call.stream ? 'streamRawPredict' : 'rawPredict';
  return { ...request, target: `/models/${model}:${method}`, body: withoutMember(versioned, 'model') };
}

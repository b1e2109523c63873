import type { UpstreamCall, UpstreamRequest } from '../../../core/route.ts';
import type { UpstreamAnswer } from '../../../core/upstream-answer.ts';
import { pathSegment } from '../../../core/upstream-url.ts';
import { asCount, asNumber, asObject, parseObject } from '../../../lib/json.ts';
import { memberSpans } from '../../../lib/json-span.ts';
import { headersForNewBody } from '../answer-headers.ts';
import { anthropicError } from '../anthropic-error.ts';
import { withMembers, withoutMember } from '../../../lib/json-members.ts';
import { textAnswer, textOf } from '../text-answer.ts';
import type { Transport } from '../transport.ts';
import { bedrockError, messageOf } from './errors.ts';
import { asServerSentEvents } from './events.ts';
import { encodedForAws } from './signature.ts';

const VERSION = 'bedrock-2023-05-31';

/**
 * Claude on Amazon Bedrock by InvokeModel: Anthropic's messages, but for the model and the streaming in the path, the
 * API's version and betas in the body, and streams and errors in AWS's framing.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
 */
export function bedrockClaude(transport: Transport): Transport {
  return {
    ...transport,
    send: async (request) => {
      const { call, body } = request;
      if (call === undefined || typeof body !== 'string' || !isKnown(call)) return transport.send(request);
      const response = await transport.send(shaped(request, call, body));
      const { status } = response;
      if (status >= 200 && status <= 299) return goodAnswer(response, call);
      // What is neither good nor an error is no answer of Bedrock's, and has no form in another dialect.
      return status >= 400 && status <= 599 ? errorAnswer(response) : response;
    },
  };
}

function isKnown({ operation }: UpstreamCall): boolean {
  return operation === 'generate' || operation === 'count_tokens';
}

function shaped(request: UpstreamRequest, call: UpstreamCall, body: string): UpstreamRequest {
  const { 'anthropic-version': _version, 'anthropic-beta': betas, ...headers } = request.headers;
  const counts = call.operation === 'count_tokens';
  const path = counts ? 'count-tokens' : call.stream ? 'invoke-with-response-stream' : 'invoke';
  const own = invocation(body, betas);
  return {
    ...request,
    target: `/model/${encodedForAws(call.model, pathSegment)}/${path}`,
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: call.stream && !counts ? 'application/vnd.amazon.eventstream' : 'application/json',
    },
    body: counts ? countRequest(own) : own,
  };
}

/** The body of InvokeModel. What the client has put there itself stays. */
function invocation(body: string, betas: string | undefined): string {
  const own = withoutMember(withoutMember(body, 'model'), 'stream');
  const isThere = (name: string): boolean => memberSpans(own, name).length > 0;
  const list = betas?.split(',').flatMap((beta) => beta.trim() || []) ?? [];
  return withMembers(own, {
    ...(isThere('anthropic_version') ? {} : { anthropic_version: VERSION }),
    ...(list.length === 0 || isThere('anthropic_beta') ? {} : { anthropic_beta: list }),
  });
}

/** CountTokens takes the body of an invocation, which is none without `max_tokens`. */
function countRequest(body: string): string {
  const budget = asNumber(asObject(parseObject(body)?.['thinking'])?.['budget_tokens']) ?? 0;
  const whole = memberSpans(body, 'max_tokens').length > 0 ? body : withMembers(body, { max_tokens: budget + 1 });
  return JSON.stringify({ input: { invokeModel: { body: Buffer.from(whole).toString('base64') } } });
}

async function goodAnswer(response: UpstreamAnswer, { operation, stream }: UpstreamCall): Promise<UpstreamAnswer> {
  if (operation === 'count_tokens') {
    const tokens = asCount(parseObject(await textOf(response))?.['inputTokens']);
    const text = JSON.stringify({ input_tokens: tokens });
    return textAnswer(text, { headers: headersOf(response, 'application/json') });
  }
  if (!stream || !isEventStream(response)) return response;
  const { status, body } = response;
  return { status, headers: headersOf(response, 'text/event-stream'), body: asServerSentEvents(body) };
}

async function errorAnswer(response: UpstreamAnswer): Promise<UpstreamAnswer> {
  const text = await textOf(response);
  const exception = response.headers.get('x-amzn-errortype') ?? undefined;
  const { type, status = response.status } = bedrockError(exception, response.status);
  const headers = headersOf(response, 'application/json');
  return textAnswer(anthropicError(type, messageOf(text)), { status, headers });
}

function isEventStream(response: UpstreamAnswer): boolean {
  return response.headers.get('content-type')?.startsWith('application/vnd.amazon.eventstream') === true;
}

/** With the request's ID where Anthropic's clients look for it. */
function headersOf({ headers: given }: UpstreamAnswer, contentType: string): Headers {
  const headers = headersForNewBody(given, contentType);
  const id = headers.get('x-amzn-requestid');
  if (id !== null && !headers.has('request-id')) headers.set('request-id', id);
  return headers;
}

import type { Failure } from '../core/failure.ts';
import { isMadeUp } from '../core/operation.ts';
import { operationFor } from '../routing/cooling.ts';
import type { AttemptContext } from './settle.ts';

/**
 * Whether it may be for what the client chose that a backend refuses the gateway's account (401, 402, 403, no quota) or
 * does not find what is asked for (404). If in doubt it is: then the next route is tried and nobody is blamed.
 */
export function clientMayHaveCaused(ongoing: AttemptContext, failure: Failure): boolean {
  if (hasChosen(ongoing, ACCOUNT_HEADERS) || hasChosenQuery(ongoing)) return true;
  const status = failure.meantStatus ?? failure.status;
  // Where it is said in words that the account has nothing left, that is so for all.
  if (status === 402 && failure.status !== 402) return false;
  // What an account may do at all (401, no quota) is asked before anything of the request is looked at.
  if (status !== 402 && status !== 403 && status !== 404) return false;
  if (servesOthers(ongoing)) return true;
  if (status === 402) return false;
  return (
    hasChosen(ongoing, FEATURE_HEADERS) ||
    isMadeUp(operationFor(ongoing.attempt.route, ongoing.exchange)) ||
    (status === 403 && isFirewalls(ongoing, failure)) ||
    refersElsewhere(ongoing.exchange.body?.fields)
  );
}

/** Whether the client chose how the answer looks, so that it is no wonder if it cannot be read. */
export function clientChoseForm({ exchange, sentHeaders, sentTarget = '' }: AttemptContext): boolean {
  const { accept } = exchange.headers;
  const isOdd = accept !== undefined && sentHeaders?.['accept'] === accept && !USUAL_ACCEPT.test(accept);
  return isOdd || hasChosenQuery({ exchange, sentTarget });
}

/** Whether it may be the size of what the client sent for which the connection was closed: not every server says so first. */
export function clientSentTooMuch(ongoing: AttemptContext): boolean {
  return ongoing.exchange.bytesIn >= LARGE_BODY_BYTES && servesOthers(ongoing);
}

/** What a body may weigh at most where servers and proxies are left as they come. */
const LARGE_BODY_BYTES = 1024 * 1024;
const USUAL_ACCEPT = /json|event-stream|\*\/\*/i;
/** Which of a provider's accounts is asked. */
const ACCOUNT_HEADERS = ['openai-organization', 'openai-project', 'x-goog-user-project'];
/** What only some accounts and models may, or know. */
const FEATURE_HEADERS = ['anthropic-beta', 'openai-beta'];
/** What SDKs put into every query. */
const HARMLESS_QUERY: ReadonlySet<string> = new Set(['alt=json', 'alt=sse', 'beta=true']);
/** While a route has served somebody within this time, one that it turns away tells of nobody else. */
const SERVES_OTHERS_MS = 10_000;

function hasChosen(
  { exchange, sentHeaders }: Pick<AttemptContext, 'exchange' | 'sentHeaders'>,
  names: readonly string[],
): boolean {
  return names.some((name) => exchange.headers[name] !== undefined && sentHeaders?.[name] === exchange.headers[name]);
}

function hasChosenQuery({ exchange, sentTarget = '' }: Pick<AttemptContext, 'exchange' | 'sentTarget'>): boolean {
  const at = sentTarget.indexOf('?');
  if (exchange.query === '' || at === -1) return false;
  const sent = new URLSearchParams(sentTarget.slice(at));
  for (const [name, value] of new URLSearchParams(exchange.query)) {
    if (sent.has(name, value) && !HARMLESS_QUERY.has(`${name}=${value}`)) return true;
  }
  return false;
}

/** Content that a provider will not have, a price over what is left, an input that the model cannot take. */
function servesOthers({ attempt, exchange, context }: AttemptContext): boolean {
  const { latency, model, modelLabel } = attempt.route;
  // What is measured is of all that a wildcard stands for, and mostly of conversations.
  if (exchange.endpoint?.operation !== 'generate' || model !== modelLabel || latency.ewmaMs === 0) return false;
  return context.clock.now() - latency.measuredAt < SERVES_OTHERS_MS;
}

/** Firewalls in front of providers answer in pages, and go by a prompt's words or, if they are told it, by the client's address. */
function isFirewalls({ exchange, context }: AttemptContext, { error }: Failure): boolean {
  return error === undefined || (context.snapshot.forwardsClientIp && exchange.peer !== '');
}

/** Things that are looked up, fetched or unlocked for a request, and inputs that not every model takes. */
const REFERENCES: ReadonlySet<string> = new Set([
  'cachedContent',
  'cached_content',
  'connector_id',
  'container',
  'container_id',
  'conversation',
  'deployment_id',
  'file',
  'fileData',
  'fileUri',
  'file_data',
  'file_id',
  'file_ids',
  'file_uri',
  'file_url',
  'image_url',
  'inlineData',
  'inline_data',
  'input_audio',
  'labels',
  'mcp_servers',
  'models',
  'plugins',
  'previous_response_id',
  'prompt',
  'provider',
  'safety_identifier',
  'server_url',
  'service_tier',
  'skills',
  'source',
  'thread',
  'url',
  'vector_store_ids',
  'voice',
]);
/** Whose members have names of the client's making: what its own functions say of themselves, are told and answer. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  'args',
  'arguments',
  'functionDeclarations',
  'function_declarations',
  'input_schema',
  'metadata',
  'parameters',
  'response',
  'schema',
]);
/** A request of more than this is not looked through: it may hold anything. */
const MOST_VALUES = 20_000;

function refersElsewhere(fields: Readonly<Record<string, unknown>> | undefined): boolean {
  // Nothing is left of it once a stream has begun.
  if (fields === undefined) return true;
  if (hasServerTools(fields['tools'])) return true;
  const left: unknown[] = [fields];
  for (let seen = 0; left.length > 0; seen++) {
    if (seen > MOST_VALUES) return true;
    const value = left.pop();
    if (Array.isArray(value)) {
      if (left.length + value.length > MOST_VALUES) return true;
      for (const item of value) left.push(item);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        // A text is no reference to a kept prompt.
        const isReference = REFERENCES.has(key) && member !== null && (key !== 'prompt' || typeof member === 'object');
        if (isReference) return true;
        const isOwn = OWN_NAMES.has(key) || (key === 'input' && (value as { type?: unknown }).type === 'tool_use');
        if (typeof member === 'object' && !isOwn) left.push(member);
      }
    }
  }
  return false;
}

/** Tools that run at the provider, which not every account and model has. */
export function hasServerTools(tools: unknown): boolean {
  if (!Array.isArray(tools)) return tools !== undefined && tools !== null;
  return tools.some((tool: unknown) => {
    if (typeof tool !== 'object' || tool === null) return true;
    const { type } = tool as { readonly type?: unknown };
    if (type !== undefined) return type !== 'function' && type !== 'custom';
    return !('input_schema' in tool) && Object.keys(tool).some((key) => !OWN_NAMES.has(key));
  });
}

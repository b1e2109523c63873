import type { Attempt } from '../core/attempt.ts';
import { consumptionOf } from '../core/consumption.ts';
import { tokensOfBytes } from '../core/estimate-tokens.ts';
import type { Endpoint } from '../core/exchange.ts';
import type { FailureKind } from '../core/failure.ts';
import type { Usage } from '../core/record.ts';
import { protocolOf } from '../protocols/registry.ts';
import type { Consumption } from '../core/token-classes.ts';

/** After these an attempt has not failed: the gateway or the client has ended it. */
export const GIVEN_UP: ReadonlySet<FailureKind> = new Set([
  'hedge_lost',
  'client_gone',
  'total_timeout',
  'shutting_down',
]);

/**
 * What an attempt used: as its backend has told, and where it has not, by an estimate from what was asked and what was
 * seen. Undefined where there is nothing to pay for, or nobody knows.
 */
export function usageOfAttempt(attempt: Attempt): Consumption | undefined {
  const { exchange, usage, failure, isCounted } = attempt;
  if (!attempt.isSent || attempt.isActed || !isPaidFor(exchange.endpoint)) return undefined;
  const isWhole = failure === undefined || isCounted;
  if (usage !== undefined && isWhole && isToldAll(attempt, usage)) return consumptionOf(usage);
  if (usage === undefined && !hasBegun(attempt)) return undefined;
  // Of what is neither text nor vectors nothing is known by its length.
  if (usage === undefined && !hasTokens(exchange.endpoint)) return askedUsage(attempt);
  return consumptionOf(estimated(attempt, usage, isWhole), true);
}

/** What is looked up or counted costs nothing, and what is passed through may tell of what was paid for before. */
function isPaidFor(endpoint: Endpoint | undefined): boolean {
  return endpoint?.handler === 'model' && endpoint.operation !== 'count_tokens';
}

function askedUsage({ exchange: { endpoint, body }, upstreamProtocol }: Attempt): Consumption | undefined {
  if (endpoint === undefined || body === undefined || upstreamProtocol === undefined) return undefined;
  const units = protocolOf(upstreamProtocol).askedUnits?.(endpoint, body.fields);
  return units && consumptionOf({ ...UNKNOWN, units });
}

function hasTokens(endpoint: Endpoint | undefined): boolean {
  return endpoint?.operation === 'generate' || endpoint?.operation === 'embed';
}

/** A backend that has failed before it said anything is not paid; one that was given up has had the request. */
function hasBegun({ failure, saidBytes }: Attempt): boolean {
  return failure === undefined || saidBytes > 0 || GIVEN_UP.has(failure.kind);
}

/** Servers that do not count report nothing, or zeros. */
function isToldAll({ exchange, saidBytes }: Attempt, { promptTokens, completionTokens }: Usage): boolean {
  if (exchange.endpoint?.operation !== 'generate') return true;
  if (promptTokens === undefined || promptTokens === 0 || completionTokens === undefined) return false;
  return completionTokens > 0 || saidBytes === 0;
}

function estimated(attempt: Attempt, usage: Usage | undefined, isWhole: boolean): Usage {
  const { exchange, saidBytes, injectedBytes, unseenOutput, failure } = attempt;
  const { promptTokens = 0, completionTokens = 0 } = usage ?? {};
  // A backend that answers in one piece writes on when nobody waits any more.
  const isUnseen = saidBytes === 0 && failure !== undefined && GIVEN_UP.has(failure.kind);
  const said = isUnseen ? unseenOutput : tokensOfBytes(saidBytes);
  return {
    ...(usage ?? UNKNOWN),
    promptTokens: promptTokens > 0 ? promptTokens : exchange.estimatedInput + tokensOfBytes(injectedBytes),
    // The counts of a stream that has not ended may be those of its beginning.
    completionTokens: isWhole && completionTokens > 0 ? completionTokens : Math.max(completionTokens, said),
  };
}

const UNKNOWN: Usage = {
  promptTokens: undefined,
  completionTokens: undefined,
  cachedTokens: undefined,
  reasoningTokens: undefined,
};

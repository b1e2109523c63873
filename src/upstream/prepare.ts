import type { Attempt } from '../core/attempt.ts';
import { releaseBytes } from '../core/buffered-bytes.ts';
import { tooComplex } from '../core/body-work.ts';
import { transportFailure } from '../core/failure.ts';
import type { Failure } from '../core/failure.ts';
import { Refusal } from '../core/refusal.ts';
import type { Route, UpstreamRequest } from '../core/route.ts';
import { UnsupportedFeatureError } from '../core/unsupported-feature-error.ts';
import type { Protocol } from '../protocols/protocol.ts';
import type { Context } from '../context.ts';
import { leastLoss } from '../translation/least-loss.ts';
import type { Translation } from '../translation/translation.ts';
import { upstreamProtocolFor } from '../translation/upstream-protocol.ts';
import { bodyFor } from './body.ts';

/** What an attempt would send. */
export interface Prepared {
  /** The dialect in which the backend is asked. */
  readonly protocol: Protocol;
  /** Undefined where it is the client's own. */
  readonly translation: Translation | undefined;
  readonly body: UpstreamRequest['body'];
}

/** Makes what an attempt sends, and notes on it what had to be left out. Returns the failure of one that cannot be sent. */
export function prepare(attempt: Attempt, client: Protocol, context: Context): Prepared | Failure {
  const { exchange, route } = attempt;
  let protocol = upstreamProtocolFor(route, client, exchange.endpoint?.operation ?? 'native');
  try {
    if (protocol === client) return { protocol, translation: undefined, body: bodyFor(attempt, protocol, context) };
    const least = leastLoss(attempt, { client, upstream: protocol }, context);
    protocol = least.upstream;
    attempt.dropped = least.translation.dropped;
    return { protocol, translation: least.translation, body: least.translation.body };
  } catch (error) {
    return notCarried(error, attempt, protocol, context);
  }
}

/** Ends an attempt that is not sent. */
export function unsent(refusal: Refusal, failure: Failure, attempt: Attempt, context: Context): Failure {
  attempt.refusal = refusal;
  attempt.end({ failure });
  releaseBytes(attempt, context);
  return failure;
}

/** Nothing is sent: the request, or what it asks for, has no form in the backend's dialect. */
function notCarried(error: unknown, attempt: Attempt, upstream: Protocol, context: Context): Failure {
  const refusal =
    error instanceof UnsupportedFeatureError ? refusalOf(error, attempt.route, upstream) : (tooComplex(error) ?? error);
  if (!(refusal instanceof Refusal)) throw error;
  return unsent(refusal, transportFailure('not_carried', refusal.details.param), attempt, context);
}

function refusalOf({ field, details }: UnsupportedFeatureError, { backend }: Route, { name }: Protocol): Refusal {
  return new Refusal(
    'not_carried',
    `The field \`${field}\` ${details}. The backend ${backend.name} uses the dialect ${name}: leave the field out, or use a model of another backend.`,
    { param: field },
  );
}

import { reportOf } from '../routing/report.ts';
import type { Exchange } from '../core/exchange.ts';
import type { GatewayErrorCode } from '../core/refusal.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { aliasNamed, usable } from '../admission/accept.ts';
import { runPolicies } from '../admission/run-policies.ts';
import type { Context } from '../context.ts';
import { finish } from '../records/finish.ts';
import { ownResponse } from './client-headers.ts';

/** When the models came to be: a fixed day, for it means nothing here and must not change from call to call. */
const CREATED = Date.UTC(2025, 0, 1);

/** Answers what needs no backend: the aliases, and what operators ask for. */
export async function answerLocally(exchange: Exchange, client: Protocol, context: Context): Promise<Response> {
  const { body, status } = await answerOf(exchange, client, context);
  const own = JSON.stringify(body);
  const text = context.snapshot.scrubber?.scrubText(own) ?? own;
  exchange.delivery.status = status;
  exchange.delivery.bytesOut = Buffer.byteLength(text);
  finish(exchange, context);
  const headers = { 'content-type': 'application/json' };
  return ownResponse(text, { status, headers }, { exchange, protocol: client });
}

async function answerOf(
  exchange: Exchange,
  { models }: Protocol,
  context: Context,
): Promise<{ body: unknown; status: number }> {
  const { endpoint } = exchange;
  const { snapshot, clock } = context;
  // Operators must get through when everybody is at a limit.
  if (endpoint?.kind === 'models' || endpoint?.kind === 'model_by_id')
    await runPolicies(snapshot.policies, exchange, context);
  switch (endpoint?.kind) {
    case 'models':
      return { body: models.list(usable(exchange.caller, snapshot), CREATED), status: 200 };
    case 'model_by_id':
      return { body: models.one(aliasNamed(endpoint.target, exchange, snapshot).name, CREATED), status: 200 };
    case 'backends': {
      const backends = Array.from(snapshot.backends.values(), ({ live }) => reportOf(live, clock));
      const requests = { running: context.running(), waiting: context.queue.waiting };
      return { body: { backends, requests }, status: 200 };
    }
    case 'status':
      return { body: context.status(), status: 200 };
    case 'reload': {
      const outcome = await context.reload();
      if (outcome.result === 'refused') exchange.delivery.errorCode = 'invalid_config' satisfies GatewayErrorCode;
      return { body: outcome, status: outcome.result === 'reloaded' ? 200 : 422 };
    }
    default:
      throw new Error(`${exchange.path} is not answered here`);
  }
}

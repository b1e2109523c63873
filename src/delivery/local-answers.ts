import { reportOf } from '../routing/report.ts';
import type { Exchange } from '../core/exchange.ts';
import type { GatewayErrorCode } from '../core/refusal.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { aliasNamed, usable } from '../admission/accept.ts';
import type { Context } from '../context.ts';
import { finish } from '../records/finish.ts';
import { showTaps } from '../records/taps.ts';
import { ownResponse } from './client-headers.ts';

/** When the models came to be: a fixed day, for it means nothing here and must not change from call to call. */
const CREATED = Date.UTC(2025, 0, 1);

interface LocalAnswer {
  readonly body: unknown;
  /** 200 unless told. */
  readonly status?: number;
}

type Answering = (exchange: Exchange, client: Protocol, context: Context) => LocalAnswer | Promise<LocalAnswer>;

/** Answers what needs no backend, as JSON, once it is admitted. */
export function local(answering: Answering) {
  return async (
    admitted: void | Promise<void>,
    exchange: Exchange,
    client: Protocol,
    context: Context,
  ): Promise<Response> => {
    await admitted;
    const { body, status = 200 } = await answering(exchange, client, context);
    const own = JSON.stringify(body);
    const bytes = encoder.encode(context.snapshot.scrubber?.scrubText(own) ?? own);
    showTaps(exchange, bytes, context.log);
    exchange.delivery.status = status;
    exchange.delivery.bytesOut = bytes.byteLength;
    finish(exchange, context);
    const headers = { 'content-type': 'application/json' };
    return ownResponse(bytes, { status, headers }, { exchange, protocol: client });
  };
}

/** The models that the caller may ask for. */
export function modelList({ caller }: Exchange, { models }: Protocol, { snapshot }: Context): LocalAnswer {
  return { body: models.list(usable(caller, snapshot), CREATED) };
}

/** One of them, by its name in the path. */
export function oneModel(exchange: Exchange, { models }: Protocol, { snapshot }: Context): LocalAnswer {
  return { body: models.one(aliasNamed(exchange.endpoint?.target ?? '', exchange, snapshot).name, CREATED) };
}

/** How the gateway itself is. */
export function gatewayStatus(_exchange: Exchange, _client: Protocol, context: Context): LocalAnswer {
  return { body: context.status() };
}

/** The backends as they are now, and what runs and waits. */
export function backendList(_exchange: Exchange, _client: Protocol, context: Context): LocalAnswer {
  const { snapshot, clock, queue, running } = context;
  const backends = Array.from(snapshot.backends.values(), ({ live }) => reportOf(live, clock));
  return { body: { backends, requests: { running: running(), waiting: queue.waiting } } };
}

/** Reads the config again, and tells what came of it. */
export async function configReload(exchange: Exchange, _client: Protocol, context: Context): Promise<LocalAnswer> {
  const outcome = await context.reload();
  if (outcome.result === 'refused') exchange.delivery.errorCode = 'invalid_config' satisfies GatewayErrorCode;
  return { body: outcome, status: outcome.result === 'reloaded' ? 200 : 422 };
}

const encoder = new TextEncoder();

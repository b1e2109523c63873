import type { Attempt } from '../core/attempt.ts';
import type { Body, Exchange } from '../core/exchange.ts';
import { quirksFor } from '../core/quirks.ts';
import type { Route } from '../core/route.ts';
import { TooComplex } from '../core/work.ts';
import type { WorkLimits } from '../core/work.ts';
import { asObject } from '../lib/json.ts';
import type { FittedRequest, Protocol } from '../protocols/protocol.ts';
import type { Context } from '../context.ts';
import { namesOf } from '../translation/dropped-names.ts';
import { injectionFor } from '../translation/translation-for.ts';

/** The original body with the route's model and the serving alias's system prompt. Throws TooComplex. */
export function bodyFor(
  attempt: Attempt,
  protocol: Protocol,
  context: Context,
): string | Uint8Array<ArrayBuffer> | undefined {
  const { exchange, route } = attempt;
  const { body, endpoint } = exchange;
  if (body === undefined) return undefined;
  const own = withModel(route, exchange, body, protocol);
  if (typeof own !== 'string') return own;
  const { work } = context.snapshot;
  checkGrowth(body, own, work);
  if (endpoint?.conversation !== true) return own;
  const fitted = fittedFor(route, protocol, own, body.fields);
  if (fitted.unsupported.length > 0) attempt.dropped = namesOf(fitted.unsupported);
  const { text: readable } = fitted;
  const injection = injectionFor(attempt, context);
  if (injection === undefined) return readable;
  const fields = readable === own ? body.fields : parsedAgain(readable);
  const whole = protocol.injectSystem(readable, fields, injection, endpoint.operation);
  checkGrowth(body, whole, work);
  return whole;
}

/** A request of the backend's dialect without what the route's model would refuse of other models' turns. */
function fittedFor(route: Route, protocol: Protocol, text: string, fields: Record<string, unknown>): FittedRequest {
  const { model, backend } = route;
  const quirks = quirksFor(backend.quirks, model);
  const readable = protocol.removeForeignSignatures(text, fields, model, quirks);
  const now = readable === text ? fields : parsedAgain(readable);
  return protocol.fitToModel?.(readable, now, model, quirks) ?? { text: readable, unsupported: [] };
}

function parsedAgain(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

/** What is put in wherever a key stands, and it may stand there any number of times. No text is copied before this. */
function checkGrowth({ text = '' }: Body, edited: string, { units }: WorkLimits): void {
  if (edited.length - text.length > units) throw new TooComplex('units', units, '');
}

function withModel(
  { model }: Route,
  { endpoint, caller }: Exchange,
  body: Body,
  protocol: Protocol,
): string | Uint8Array<ArrayBuffer> {
  if (endpoint?.model !== undefined) {
    const { text = '' } = body;
    return protocol.wire.renameModel?.(text, model) ?? text;
  }
  const { modelIs } = endpoint ?? {};
  // A prompt that the provider keeps has a model of its own; but not for whoever may ask for some models only.
  const isOfPrompt = modelIs === 'optional' && leavesModelToPrompt(body) && caller?.models === undefined;
  return body.withModel(modelIs === 'absent' || isOfPrompt ? undefined : model);
}

function leavesModelToPrompt({ fields }: Body): boolean {
  return fields['model'] === undefined && asObject(fields['prompt']) !== undefined;
}

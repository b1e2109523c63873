import type { Body, Exchange } from '../core/exchange.ts';
import { quirksFor } from '../core/quirks.ts';
import type { Route } from '../core/route.ts';
import { TooComplex } from '../core/work.ts';
import type { WorkLimits } from '../core/work.ts';
import { asObject } from '../lib/json.ts';
import type { Fitted, Protocol } from '../protocols/protocol.ts';
import type { Context } from '../context.ts';
import { promptFor } from '../translation/translation-for.ts';

/** The original body with the route's model and the serving alias's system prompt. Throws TooComplex. */
export function bodyFor(
  route: Route,
  exchange: Exchange,
  protocol: Protocol,
  context: Context,
): string | Uint8Array<ArrayBuffer> | undefined {
  const { body, endpoint } = exchange;
  if (body === undefined) return undefined;
  const own = withModel(route, exchange, body, protocol);
  if (typeof own !== 'string') return own;
  const { work } = context.snapshot;
  checkGrowth(body, own, work);
  if (endpoint?.conversation !== true) return own;
  const fitted = fittedFor(route, protocol, own, body.fields);
  if (fitted.dropped.length > 0) exchange.dropped = fitted.dropped;
  const { text: readable } = fitted;
  const prompt = promptFor(route, exchange, context);
  if (prompt === undefined) return readable;
  const fields = readable === own ? body.fields : parsedAgain(readable);
  const whole = protocol.injectSystem(readable, fields, prompt, endpoint.operation);
  checkGrowth(body, whole, work);
  return whole;
}

/** A request of the backend's dialect without what the route's model would refuse of other models' turns. */
function fittedFor(route: Route, protocol: Protocol, text: string, fields: Record<string, unknown>): Fitted {
  const { model, backend } = route;
  const quirks = quirksFor(backend.quirks, model);
  const readable = protocol.removeForeign(text, fields, model, quirks);
  const now = readable === text ? fields : parsedAgain(readable);
  return protocol.removeUnfit?.(readable, now, model, quirks) ?? { text: readable, dropped: [] };
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

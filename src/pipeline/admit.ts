import type { Arrival, Exchange } from '../core/exchange.ts';
import { Refusal } from '../core/refusal.ts';
import type { Context } from './context.ts';

/** Lets a request in, or throws the Refusal that says why not. From the head alone: nothing is read for a stranger. */
export function admitCaller(exchange: Exchange, arrival: Arrival, draining: boolean, { snapshot }: Context): void {
  if (draining) {
    throw new Refusal(
      'shutting_down',
      'The gateway is shutting down. Send the request again: another instance will take it.',
      {
        headers: { 'retry-after': '1', connection: 'close' },
      },
    );
  }
  snapshot.keyCheck?.check(exchange.request.headers);
  if (arrival.endpoint !== undefined) return;
  const { method, path, allow } = arrival;
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  if (allow !== undefined) {
    throw new Refusal('method_not_allowed', `${method} is not possible on ${shown}. Use ${allow}.`, {
      headers: { allow },
    });
  }
  throw new Refusal(
    'unknown_path',
    `There is no ${shown} here. The base URL of an OpenAI client ends in /v1; see docs for the endpoints.`,
  );
}

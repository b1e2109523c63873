import type { Gateway } from '../gateway.ts';

/** True if requests can be served: the gateway is not stopping, and an enabled backend is there to serve them. */
export function isReady(gateway: Gateway): boolean {
  return !gateway.draining && gateway.snapshot.backends.size > 0;
}

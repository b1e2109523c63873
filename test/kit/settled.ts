import type { Upstream } from './upstream.ts';

/** Polls until `condition` gives anything but undefined or false and does not throw; then returns what it gave. */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 10 }: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<Exclude<T, undefined | false>> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown = new Error(`did not come true: ${condition.toString()}`);
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    } catch (error) {
      failure = error;
    }
    if (performance.now() >= deadlineMs) throw new Error(`not within ${timeoutMs} ms`, { cause: failure });
    await Bun.sleep(everyMs);
  }
}

/** Waits until no request is in flight at any of these upstreams: what must hold after every scenario. */
export async function settled(...upstreams: readonly Upstream[]): Promise<void> {
  await eventually(() => {
    const open = upstreams.filter((upstream) => upstream.inFlight > 0);
    if (open.length === 0) return true;
    const paths = open.flatMap((upstream) =>
      upstream.requests.filter((one) => one.outcome === 'open').map((one) => one.path),
    );
    throw new Error(`still in flight: ${paths.join(', ')}`);
  });
  const fault = upstreams.flatMap((upstream) => upstream.faults)[0];
  if (fault !== undefined) throw new Error('an upstream failed', { cause: fault });
}

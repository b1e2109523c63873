import type { Clock } from './clock.ts';

/** Resolves to true after `ms` milliseconds, or to false as soon as `outcome` is settled before. */
export async function takesLonger(outcome: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  const { promise: due, resolve } = Promise.withResolvers<true>();
  const cancel = clock.after(ms, () => resolve(true));
  const known = outcome.then(
    () => false,
    () => false,
  );
  const longer = await Promise.race([known, due]);
  cancel();
  return longer;
}

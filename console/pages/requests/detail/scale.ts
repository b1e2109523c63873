/** Marks of an axis from 0: 4 to 8 round numbers of milliseconds. */
export function ticksOf(totalMs: number): number[] {
  if (totalMs <= 0) return [0];
  const rough = totalMs / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? power * 10;
  const ticks: number[] = [];
  for (let at = 0; at <= totalMs; at += step) ticks.push(at);
  return ticks;
}

/** Where a time is on the axis, in percent of its length. */
export function place(ms: number, totalMs: number): number {
  return totalMs <= 0 ? 0 : Math.min(100, Math.max(0, (ms / totalMs) * 100));
}

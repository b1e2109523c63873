const NANO_DIGITS = 9;
const NANO = 10n ** BigInt(NANO_DIGITS);

/** How many decimals amounts have that add up to this one: cents of thousands, millionths of what is below a USD. */
export function usdDecimals(totalNanoUsd: bigint): number {
  return totalNanoUsd >= 1000n * NANO ? 2 : totalNanoUsd >= NANO ? 4 : 6;
}

/** An amount of 0 or more, rounded half up: `1,234.50`. What is less than can be shown is not shown as nothing: `<0.01`. */
export function roundedUsd(nanoUsd: bigint, decimals: number): string {
  const unit = 10n ** BigInt(NANO_DIGITS - decimals);
  const rounded = (nanoUsd + unit / 2n) / unit;
  if (rounded === 0n && nanoUsd > 0n) return `<0.${'1'.padStart(decimals, '0')}`;
  const digits = rounded.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, -decimals).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
  return `${whole}.${digits.slice(-decimals)}`;
}

/** A bar for a part of the most there is, to scale, in at most `width` characters; what is more than nothing is seen. */
export function barText(part: bigint, most: bigint, width: number): string {
  if (part <= 0n || most <= 0n) return '';
  const eighths = Number((part * BigInt(width * EIGHTHS.length) + most / 2n) / most);
  const [whole, rest] = [Math.floor(eighths / EIGHTHS.length), eighths % EIGHTHS.length];
  return '█'.repeat(whole) + (EIGHTHS[rest] ?? '') || '▏';
}

/** By how many eighths of a character are full. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

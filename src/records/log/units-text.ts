import type { Usage } from '../../core/record.ts';

/** A duration for people: `0.4ms`, `310ms`, `1.24s`, `2m05s`. */
export function durationText(ms: number): string {
  if (ms < 9.95) return `${Math.round(ms * 10) / 10}ms`;
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)}s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

/** Token counts for people: `900 (800 cached)→5 tok`; undefined where none is known. */
export function tokensText(usage: Usage | undefined): string | undefined {
  if (usage?.promptTokens === undefined && usage?.completionTokens === undefined) return undefined;
  const cached = usage.cachedTokens === undefined || usage.cachedTokens === 0 ? '' : ` (${usage.cachedTokens} cached)`;
  return `${usage.promptTokens ?? '?'}${cached}→${usage.completionTokens ?? '?'} tok`;
}

/** Nano-USD for people, in three digits that count: `0.0123 USD`, `12.35 USD`; undefined where the cost is not known. */
export function usdText(nanoUsd: number | undefined): string | undefined {
  if (nanoUsd === undefined) return undefined;
  const usd = nanoUsd / NANO;
  if (usd >= 1 || nanoUsd === 0) return `${usd.toFixed(usd === 0 ? 0 : 2)} USD`;
  const decimals = Math.min(9, 2 - Math.floor(Math.log10(usd)));
  return `${usd.toFixed(decimals).replace(/0+$/, '')} USD`;
}

const NANO = 1e9;

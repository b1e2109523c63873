import type { Environment } from '../../../lib/environment.ts';

/** What a stream leads to: a terminal with colours, one without, or no terminal at all (a file, a pipe, the journal). */
export type Terminal = 'color' | 'plain' | 'none';

/**
 * What one of the process's streams leads to. `NO_COLOR` (https://no-color.org) comes first, then `FORCE_COLOR` and
 * `CLICOLOR_FORCE` (https://bixense.com/clicolors), which count where there is no terminal, too. Without either, a
 * terminal has colours unless it is dumb.
 */
export function terminalOf({ isTTY }: { readonly isTTY?: boolean }, env: Environment): Terminal {
  const isDumb = env['TERM'] === 'dumb';
  const without = isTTY === true || isDumb ? 'plain' : 'none';
  if (isFilled(env['NO_COLOR'])) return without;
  if (isOn(env['FORCE_COLOR']) || isOn(env['CLICOLOR_FORCE'])) return 'color';
  const isRefused = isDumb || isFilled(env['FORCE_COLOR']) || env['CLICOLOR'] === '0';
  return isTTY === true && !isRefused ? 'color' : without;
}

function isFilled(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

function isOn(value: string | undefined): boolean {
  return isFilled(value) && value !== '0' && value !== 'false';
}

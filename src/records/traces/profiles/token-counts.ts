import type { Consumption } from '../../../core/token-classes.ts';
import type { AttemptSubject } from '../attribute-row.ts';

/** Counts of tokens as traces tell them: wholes that contain their parts. */
export interface TokenCounts {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
  readonly audioIn: number;
  readonly audioOut: number;
  readonly imageIn: number;
  readonly imageOut: number;
}

/** What an attempt used. Undefined of one that nobody has to pay for. */
export function tokenCounts({ tried, trace }: AttemptSubject): TokenCounts | undefined {
  const { usage } = tried;
  // The tokens of a response that is fetched again were counted when it was made.
  return usage === undefined || trace.operation === 'fetch_response' ? undefined : countsOf(usage);
}

function countsOf(usage: Consumption): TokenCounts {
  const { cacheRead, reasoning, audioIn, audioOut, imageIn, imageOut } = usage;
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h;
  const input = usage.input + cacheRead + cacheWrite + audioIn + imageIn;
  const output = usage.output + reasoning + audioOut + imageOut;
  return { input, output, cacheRead, cacheWrite, reasoning, audioIn, audioOut, imageIn, imageOut };
}

/** A row's value of a part: what is 0 is not told. */
export function part(name: keyof TokenCounts): (subject: AttemptSubject) => number | undefined {
  return (subject) => {
    const count = tokenCounts(subject)?.[name];
    return count === 0 ? undefined : count;
  };
}

/** A row's value of a whole. */
export function whole(name: 'input' | 'output'): (subject: AttemptSubject) => number | undefined {
  return (subject) => tokenCounts(subject)?.[name];
}

/** What an attempt cost, in USD. */
export function costUsd({ tried }: AttemptSubject): number | undefined {
  return tried.cost ? tried.cost.nanoUsd / 1e9 : undefined;
}

/** How long the attempt that served took to its first content, in milliseconds. */
export function firstContentMs({ record, tried }: AttemptSubject): number | undefined {
  if (tried.isServing !== true || record.ttftMs === undefined || tried.startedMs === undefined) return undefined;
  return Math.max(0, record.ttftMs - tried.startedMs);
}

import type { Usage } from './record.ts';
import { TOKEN_CLASSES, type Consumption, type TokenClasses } from './token-classes.ts';

/**
 * A backend's report in classes that do not overlap. Those of the input sum to `promptTokens`, those of the output to
 * `completionTokens`, whatever the report says of parts: a part that is larger than what is left of its whole is cut.
 */
export function consumptionOf(usage: Usage, estimated = false): Consumption {
  return {
    ...inputClasses(usage),
    ...outputClasses(usage),
    serverTools: usage.serverTools ?? NOTHING,
    units: usage.units,
    tier: usage.tier,
    statedNanoUsd: usage.statedNanoUsd,
    estimated,
  };
}

/** The sum of what several attempts used; undefined of none. A tier and a stated cost are those of all, or of none. */
export function sumOfConsumptions(all: readonly Consumption[]): Consumption | undefined {
  const [first, ...rest] = all;
  return rest.reduce<Consumption | undefined>((sum, one) => (sum === undefined ? one : added(sum, one)), first);
}

/** All tokens of it. */
export function totalTokens(classes: TokenClasses): number {
  let total = 0;
  for (const name of TOKEN_CLASSES) total += classes[name];
  return total;
}

const NOTHING: Consumption['serverTools'] = Object.freeze({});

type InputClass = 'input' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'audioIn' | 'imageIn';

/** Sound and images in the cache are read at the cache's price. */
function inputClasses(usage: Usage): Pick<TokenClasses, InputClass> {
  const { cachedAudioTokens = 0, cachedImageTokens = 0 } = usage;
  const all = new Whole(usage.promptTokens);
  const cacheRead = all.take(usage.cachedTokens);
  const written = all.take(usage.cacheWriteTokens ?? usage.cacheWrite1hTokens);
  const cacheWrite1h = Math.min(usage.cacheWrite1hTokens ?? 0, written);
  const audioIn = all.take((usage.promptAudioTokens ?? 0) - cachedAudioTokens);
  const imageIn = all.take((usage.promptImageTokens ?? 0) - cachedImageTokens);
  return { input: all.rest, cacheRead, cacheWrite5m: written - cacheWrite1h, cacheWrite1h, audioIn, imageIn };
}

function outputClasses(usage: Usage): Pick<TokenClasses, 'output' | 'reasoning' | 'audioOut' | 'imageOut'> {
  const all = new Whole(usage.completionTokens);
  const reasoning = all.take(usage.reasoningTokens);
  const audioOut = all.take(usage.completionAudioTokens);
  const imageOut = all.take(usage.completionImageTokens);
  return { output: all.rest, reasoning, audioOut, imageOut };
}

/** A number of tokens of which classes take their parts. */
class Whole {
  rest: number;

  constructor(all = 0) {
    this.rest = all;
  }

  take(part = 0): number {
    const taken = Math.min(Math.max(0, part), this.rest);
    this.rest -= taken;
    return taken;
  }
}

function added(one: Consumption, other: Consumption): Consumption {
  const sum = { ...one } as Record<keyof TokenClasses, number>;
  for (const name of TOKEN_CLASSES) sum[name] += other[name];
  return {
    ...sum,
    serverTools: bothOf(one.serverTools, other.serverTools),
    units:
      one.units === undefined || other.units === undefined
        ? (one.units ?? other.units)
        : bothOf(one.units, other.units),
    tier: one.tier === other.tier ? one.tier : undefined,
    statedNanoUsd:
      one.statedNanoUsd === undefined || other.statedNanoUsd === undefined
        ? undefined
        : one.statedNanoUsd + other.statedNanoUsd,
    estimated: one.estimated || other.estimated,
  };
}

function bothOf(one: Consumption['serverTools'], other: Consumption['serverTools']): Record<string, number> {
  const sum: Record<string, number> = { ...one };
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

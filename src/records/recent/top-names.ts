/** What a name has come to. */
export interface NameSums {
  requests: number;
  failed: number;
  nanoUsd: number;
}

/** By what requests are told apart. */
export const TOP_DIMENSIONS = ['caller', 'alias', 'model', 'backend'] as const;

export type TopDimension = (typeof TOP_DIMENSIONS)[number];

/** The names of one request; undefined: it has none. */
export type Names = Readonly<Record<TopDimension, string | undefined>>;

/** More names than these in one step are counted as one, which has no name. */
const MOST_NAMES = 200;
const OTHERS = Symbol('others');
type Key = string | undefined | typeof OTHERS;

type Step = Readonly<Record<TopDimension, Map<Key, NameSums>>>;

/** Who asks, for what and of whom, in the last so many steps of time. */
export class TopNames {
  readonly #steps: { number: number; step: Step }[] = [];

  constructor(
    private readonly stepMs: number,
    private readonly length: number,
  ) {}

  add(at: number, names: Names, requests: number, failed: number, nanoUsd: number): void {
    const step = this.#stepOf(Math.floor(at / this.stepMs));
    if (step === undefined) return;
    addTo(step.caller, names.caller, requests, failed, nanoUsd);
    addTo(step.alias, names.alias, requests, failed, nanoUsd);
    addTo(step.model, names.model, requests, failed, nanoUsd);
    addTo(step.backend, names.backend, requests, failed, nanoUsd);
  }

  /** The sums of each name from `from` on; those beyond the most names are left out. */
  since(from: number, dimension: TopDimension): Map<string | undefined, NameSums> {
    const first = Math.floor(from / this.stepMs);
    const sums = new Map<string | undefined, NameSums>();
    for (const { number, step } of this.#steps) {
      if (number < first) continue;
      for (const [name, { requests, failed, nanoUsd }] of step[dimension]) {
        if (name !== OTHERS) addTo(sums, name, requests, failed, nanoUsd);
      }
    }
    return sums;
  }

  /** Undefined: it is too old. */
  #stepOf(number: number): Step | undefined {
    const newest = this.#steps[0];
    if (newest?.number === number) return newest.step;
    const found = this.#steps.find((each) => each.number === number);
    if (found !== undefined) return found.step;
    if (newest !== undefined && number <= newest.number - this.length) return undefined;
    const step = { caller: new Map(), alias: new Map(), model: new Map(), backend: new Map() };
    this.#steps.push({ number, step });
    this.#steps.sort((one, other) => other.number - one.number);
    this.#steps.splice(this.length);
    return step;
  }
}

function addTo<K extends Key>(
  to: Map<K | typeof OTHERS, NameSums>,
  name: K,
  ...[requests, failed, nanoUsd]: [number, number, number]
): void {
  const sums = to.get(name) ?? begin(to, name);
  sums.requests += requests;
  sums.failed += failed;
  sums.nanoUsd += nanoUsd;
}

function begin<K extends Key>(to: Map<K | typeof OTHERS, NameSums>, name: K): NameSums {
  const key = to.size < MOST_NAMES ? name : OTHERS;
  const known = to.get(key);
  if (known !== undefined) return known;
  const sums = { requests: 0, failed: 0, nanoUsd: 0 };
  to.set(key, sums);
  return sums;
}

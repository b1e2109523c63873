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
/** A name, or all those that there was no room for. */
export type Key = string | undefined | typeof OTHERS;

type Step = Readonly<Record<TopDimension, Map<Key, NameSums>>>;

/** Who asks, for what and of whom, in the last so many steps of time. */
export class TopNames {
  /** The newest first. */
  readonly #steps: { readonly number: number; readonly step: Step }[] = [];

  constructor(
    private readonly stepMs: number,
    private readonly length: number,
    /** Has what is too old for this, in longer steps. */
    private readonly older?: TopNames,
  ) {}

  /** On a request's path: it allocates nothing for names that the step has. */
  add(at: number, names: Names, sums: Readonly<NameSums>): void {
    const number = Math.floor(at / this.stepMs);
    const newest = this.#steps[0];
    const step = newest?.number === number ? newest.step : this.#stepOf(number);
    if (step === undefined) return this.older?.add(at, names, sums);
    addTo(step.caller, names.caller, sums);
    addTo(step.alias, names.alias, sums);
    addTo(step.model, names.model, sums);
    addTo(step.backend, names.backend, sums);
  }

  /** The sums of each name from `from` on; those beyond the most names of a step are left out. */
  since(from: number, dimension: TopDimension): Map<Key, NameSums> {
    const first = Math.floor(from / this.stepMs);
    const all = this.older?.since(from, dimension) ?? new Map<Key, NameSums>();
    for (const { number, step } of this.#steps) {
      if (number < first) continue;
      for (const [name, sums] of step[dimension]) if (name !== OTHERS) addTo(all, name, sums);
    }
    return all;
  }

  /** Undefined: it is too old. */
  #stepOf(number: number): Step | undefined {
    const found = this.#steps.find((each) => each.number === number);
    if (found !== undefined) return found.step;
    const newest = this.#steps[0];
    if (newest !== undefined && number <= newest.number - this.length) return undefined;
    const step = { caller: new Map(), alias: new Map(), model: new Map(), backend: new Map() };
    this.#steps.push({ number, step });
    this.#steps.sort((one, other) => other.number - one.number);
    const first = (this.#steps[0]?.number ?? 0) - this.length;
    while ((this.#steps.at(-1)?.number ?? Infinity) <= first) this.#handOver();
    return step;
  }

  #handOver(): void {
    const last = this.#steps.pop();
    if (last === undefined || this.older === undefined) return;
    const to = this.older.#stepOf(Math.floor((last.number * this.stepMs) / this.older.stepMs));
    if (to === undefined) return;
    for (const dimension of TOP_DIMENSIONS) {
      for (const [name, sums] of last.step[dimension]) addTo(to[dimension], name, sums);
    }
  }
}

function addTo(to: Map<Key, NameSums>, name: Key, { requests, failed, nanoUsd }: Readonly<NameSums>): void {
  const sums = to.get(name) ?? begin(to, name);
  sums.requests += requests;
  sums.failed += failed;
  sums.nanoUsd += nanoUsd;
}

function begin(to: Map<Key, NameSums>, name: Key): NameSums {
  const key = to.size < MOST_NAMES ? name : OTHERS;
  const known = to.get(key);
  if (known !== undefined) return known;
  const sums = { requests: 0, failed: 0, nanoUsd: 0 };
  to.set(key, sums);
  return sums;
}

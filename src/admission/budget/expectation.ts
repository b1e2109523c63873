import { QuantileHistogram } from '../../lib/quantile-histogram.ts';
import { Recent } from '../../lib/recent.ts';
import type { RequestSize } from './request-size.ts';

/** How many tokens a request is expected to take. */
export interface Expected {
  readonly input: number;
  readonly output: number;
}

/** While nothing is learnt: a long answer of a chat. */
const OUTPUT_TOKENS = 1000;
/** While nothing is learnt: for code and most languages, the length of a text makes it look shorter than it is. */
const INPUT_RATIO = 4 / 3;
/** What stands around the texts. */
const FRAME_TOKENS = 10;
/** With fewer samples, a quantile would be decided by one of them. */
const LEAST_SAMPLES = 10;
/** After so many more the percentiles are sought anew. */
const SAMPLES_BETWEEN = 8;
/** So many pairs of caller and alias are remembered. */
const MOST_PAIRS = 10_000;
/** Ratios are learnt as whole numbers. */
const SCALE = 1000;
const SHARE = 0.95;

/** What was learnt of one caller's requests for one alias. */
interface Learnt {
  readonly outputs: QuantileHistogram;
  readonly ratios: QuantileHistogram;
  /** The percentiles of these, undefined while too little is known. */
  output: number | undefined;
  ratio: number | undefined;
  /** How many were learnt since they were sought. */
  fresh: number;
}

/** Learns from what requests took how much the next will take: the 95th percentile, by caller and alias. */
export class Expectation {
  readonly #learnt = new Recent<Learnt>(MOST_PAIRS);

  /** What a request is expected to take, and not more output than it asks for. */
  of(caller: string, alias: string, { input, mostOutput }: RequestSize): Expected {
    const { output = OUTPUT_TOKENS, ratio = INPUT_RATIO } = this.#learnt.get(keyOf(caller, alias)) ?? NOTHING;
    return {
      // What was learnt of short requests must not make long ones look short.
      input: Math.ceil(input * Math.max(1, ratio)) + FRAME_TOKENS,
      output: Math.ceil(Math.min(output, mostOutput)),
    };
  }

  /** Notes what one took that came to its end. */
  learn(caller: string, alias: string, { input }: RequestSize, took: Expected): void {
    const key = keyOf(caller, alias);
    const learnt = this.#learnt.get(key) ?? this.#learnt.add(key, nothingYet());
    learnt.outputs.add(took.output);
    if (input > 0) learnt.ratios.add((took.input / input) * SCALE);
    if (++learnt.fresh < SAMPLES_BETWEEN && learnt.output !== undefined) return;
    learnt.fresh = 0;
    learnt.output = learnt.outputs.quantile(SHARE);
    const ratio = learnt.ratios.quantile(SHARE);
    learnt.ratio = ratio === undefined ? undefined : ratio / SCALE;
  }
}

const NOTHING: Partial<Learnt> = {};

function nothingYet(): Learnt {
  return {
    outputs: new QuantileHistogram(LEAST_SAMPLES),
    ratios: new QuantileHistogram(LEAST_SAMPLES),
    output: undefined,
    ratio: undefined,
    fresh: 0,
  };
}

function keyOf(caller: string, alias: string): string {
  return `${caller}\0${alias}`;
}

import { QuantileHistogram } from '../../lib/quantile-histogram.ts';
import { Recent } from '../../lib/recent.ts';
import type { RequestSize } from './request-size.ts';

/** How many tokens a request is expected to have. */
export interface Expected {
  readonly input: number;
  readonly output: number;
}

/** While nothing is learnt: of most tokenizers and languages a token has more than three bytes of UTF-8. */
const TOKENS_PER_BYTE = 1 / 3;
/** Learnt of short requests, which are little text, less would make long ones look short. */
const LEAST_TOKENS_PER_BYTE = 1 / 4;
/** While nothing is learnt: a long answer of a chat. */
const OUTPUT_TOKENS = 1000;
/** About what providers count for a picture or a page of a document. */
const TOKENS_PER_MEDIUM = 1500;
/** With fewer samples, a quantile would be decided by one of them. */
const LEAST_SAMPLES = 10;
/** So many pairs of caller and alias are remembered. */
const MOST_PAIRS = 10_000;
/** What is learnt of the size of a text is kept as so many times the tokens of a byte. */
const SCALE = 1000;
const SHARE = 0.95;

/** What was learnt of one caller's requests for one alias. */
interface Learnt {
  readonly output: QuantileHistogram;
  readonly perByte: QuantileHistogram;
  /** The same as numbers, so that they are not sought for each request. */
  outputTokens: number | undefined;
  tokensPerByte: number | undefined;
  /** How many were learnt since. */
  fresh: number;
}

/** After so many samples more the percentiles are sought anew. */
const SAMPLES_BETWEEN = 8;

/** Learns from what requests took how much the next will take: the 95th percentile, by caller and alias. */
export class Expectation {
  readonly #learnt = new Recent<Learnt>(MOST_PAIRS);

  /** What a request is expected to take, and not more output than it asks for. */
  of(caller: string, alias: string, { bytes, media, mostOutput }: RequestSize): Expected {
    const learnt = this.#learnt.get(keyOf(caller, alias));
    const perByte = learnt?.tokensPerByte ?? TOKENS_PER_BYTE;
    return {
      input: Math.ceil(bytes * perByte) + media * TOKENS_PER_MEDIUM,
      output: Math.ceil(Math.min(learnt?.outputTokens ?? OUTPUT_TOKENS, mostOutput)),
    };
  }

  /** Notes what one took that came to its end. */
  learn(caller: string, alias: string, { bytes, media }: RequestSize, took: Expected): void {
    const key = keyOf(caller, alias);
    const learnt = this.#learnt.get(key) ?? this.#learnt.add(key, nothingYet());
    learnt.output.add(took.output);
    // What pictures cost tells nothing of texts.
    if (media === 0 && bytes > 0) learnt.perByte.add((took.input / bytes) * SCALE);
    if (++learnt.fresh < SAMPLES_BETWEEN && learnt.outputTokens !== undefined) return;
    learnt.fresh = 0;
    learnt.outputTokens = learnt.output.quantile(SHARE);
    const perByte = learnt.perByte.quantile(SHARE);
    learnt.tokensPerByte = perByte === undefined ? undefined : Math.max(LEAST_TOKENS_PER_BYTE, perByte / SCALE);
  }
}

function nothingYet(): Learnt {
  return {
    output: new QuantileHistogram(LEAST_SAMPLES),
    perByte: new QuantileHistogram(LEAST_SAMPLES),
    outputTokens: undefined,
    tokensPerByte: undefined,
    fresh: 0,
  };
}

function keyOf(caller: string, alias: string): string {
  return `${caller}\0${alias}`;
}

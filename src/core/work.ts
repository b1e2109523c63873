import { jsonExtent, USUAL_EXTENT } from '../lib/json-extent.ts';

/** How much work one exchange may make beyond the reading of its bytes. */
export interface WorkLimits {
  /** How deep objects and lists may stand within each other (`server.max_nesting`). */
  readonly nesting: number;
  /** Objects, lists and texts that are looked at, and what references stand for, each time (`server.max_values`). */
  readonly values: number;
  /** UTF-16 units that references are replaced by and data are decoded to (`server.max_body_mb`). */
  readonly units: number;
}

/** The limits where nobody has configured any: those of the config's defaults. */
export const DEFAULT_WORK: WorkLimits = { ...USUAL_EXTENT, units: 100 * 1024 * 1024 };

/**
 * What one exchange may still make the gateway do. Whatever walks, expands or decodes what somebody else has written
 * draws on it first, so that no input costs more than its limits; what takes time in proportion to its bytes, once, need
 * not. Each attempt begins with what the reading of the request has left (`forAttempt`).
 */
export class Work {
  #values = 0;
  #units = 0;

  constructor(readonly limits: WorkLimits = DEFAULT_WORK) {}

  /** The budget of one try: what is drawn there is not missing in the next. */
  forAttempt(): Work {
    const work = new Work(this.limits);
    work.#values = this.#values;
    work.#units = this.#units;
    return work;
  }

  /** Takes for looking at `count` values. `place` is the field in which they stand. Throws TooComplex. */
  takeValues(count: number, place: string): void {
    this.#values += count;
    if (this.#values > this.limits.values) throw new TooComplex('values', this.limits.values, place);
  }

  /** Takes for making `count` UTF-16 units, before they are made. Throws TooComplex. */
  takeUnits(count: number, place: string): void {
    this.#units += count;
    if (this.#units > this.limits.units) throw new TooComplex('units', this.limits.units, place);
  }

  /** Looks at a JSON text before it is parsed and walked, and takes for its values. Throws TooComplex. */
  takeJson(text: string, place: string): void {
    const { nesting } = this.limits;
    const extent = jsonExtent(text, { nesting, values: this.limits.values - this.#values });
    if (extent.nesting > nesting) throw new TooComplex('nesting', nesting, place);
    this.takeValues(extent.values, place);
  }
}

/** Somebody has written what would take more work than is allowed: a client its request, or a backend its answer. */
export class TooComplex extends Error {
  override readonly name = 'TooComplex';

  constructor(
    readonly limit: keyof WorkLimits,
    readonly most: number,
    /** The field: `tools[3].parameters`; empty for the whole body. */
    readonly place: string,
  ) {
    super(`${place === '' ? 'the body' : place} is beyond the limit of ${most} ${limit}`);
  }
}

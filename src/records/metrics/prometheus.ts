// The text format of Prometheus, version 0.0.4. Our own because a series, once looked up, must cost a request
// nanoseconds: the libraries hash its labels each time.
// https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md

/** Something that a scrape shows. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: Labels;
  render(): string;
}

type Labels = readonly string[];

/** One number that only grows. */
export class CounterSeries {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }
}

/** Numbers that only grow, one for each set of label values. */
export class Counter implements Family {
  readonly type = 'counter';
  readonly #series: SeriesTree<CounterSeries>;

  constructor(
    readonly name: string,
    readonly help: string,
    readonly labels: Labels = [],
    /** So many of what is counted are shown as 1: whole numbers add up exactly, fractions do not. */
    private readonly per = 1,
  ) {
    this.#series = new SeriesTree(labels, () => new CounterSeries());
  }

  /** The number of these label values, in the order of the labels; to be kept by whoever counts often. */
  series(...values: string[]): CounterSeries {
    return this.#series.at(values);
  }

  render(): string {
    let text = head(this);
    for (const [labels, { value }] of this.#series.all) text += line(this.name, labels, value / this.per);
    return text;
  }
}

/** What a gauge is made of. */
export interface GaugeSettings {
  readonly name: string;
  readonly help: string;
  /** `counter` where what is read only grows. */
  readonly type?: 'gauge' | 'counter';
  readonly labels?: Labels;
  /** The values of the labels and the number, for each series that there is now. */
  read(): Iterable<Sample>;
}

/** One series of a gauge. */
export type Sample = readonly [values: Labels, value: number];

/** Numbers that go up and down, read when they are scraped. */
export class Gauge implements Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly labels: Labels;

  constructor(private readonly settings: GaugeSettings) {
    const { name, help, type = 'gauge', labels = [] } = settings;
    this.name = name;
    this.help = help;
    this.type = type;
    this.labels = labels;
  }

  render(): string {
    const { name, labels } = this;
    const { read } = this.settings;
    let text = head(this);
    for (const [values, value] of read()) text += line(name, labelText(labels, values), value);
    return text;
  }
}

/** How many observations fell into each bucket. */
export class HistogramSeries {
  /** Not cumulative; the last is for what is beyond all bounds. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(private readonly bounds: Float64Array) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket++;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    this.sum += value;
  }
}

/** How observations are distributed, for each set of label values. */
export class Histogram implements Family {
  readonly type = 'histogram';
  readonly #bounds: Float64Array;
  readonly #series: SeriesTree<HistogramSeries>;

  /** `bounds` are the upper bounds of the buckets, ascending and finite. */
  constructor(
    readonly name: string,
    readonly help: string,
    bounds: readonly number[],
    readonly labels: Labels = [],
  ) {
    this.#bounds = Float64Array.from(bounds);
    this.#series = new SeriesTree(labels, () => new HistogramSeries(this.#bounds));
  }

  /** As of a counter. */
  series(...values: string[]): HistogramSeries {
    return this.#series.at(values);
  }

  render(): string {
    let text = head(this);
    for (const [labels, { counts, sum }] of this.#series.all) {
      let total = 0;
      for (const [bucket, count] of counts.entries()) {
        total += count;
        const bound = labelText(['le'], [number(this.#bounds[bucket] ?? Infinity)]);
        text += line(`${this.name}_bucket`, labels === '' ? bound : `${labels},${bound}`, total);
      }
      text += line(`${this.name}_sum`, labels, sum) + line(`${this.name}_count`, labels, total);
    }
    return text;
  }
}

/** Series by their label values, a map for each label: finding one again makes no text of its labels. */
class SeriesTree<S> {
  /** Each series after the text of its labels, in the order of their making. */
  readonly all: [labels: string, series: S][] = [];
  readonly #root = new Branch<S>();

  constructor(
    private readonly names: Labels,
    private readonly make: () => S,
  ) {}

  at(values: Labels): S {
    let branch = this.#root;
    for (let i = 0; i < values.length; i++) branch = branch.at(values[i] ?? '');
    return (branch.series ??= this.#added(values));
  }

  #added(values: Labels): S {
    const { names } = this;
    if (values.length !== names.length) throw new RangeError(`${values.length} values for labels ${names.join(', ')}`);
    const series = this.make();
    this.all.push([labelText(names, values), series]);
    return series;
  }
}

class Branch<S> {
  series: S | undefined = undefined;
  readonly #next = new Map<string, Branch<S>>();

  at(value: string): Branch<S> {
    let branch = this.#next.get(value);
    if (branch === undefined) this.#next.set(value, (branch = new Branch()));
    return branch;
  }
}

function head({ name, help, type }: Family): string {
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${number(value)}\n`;
}

function labelText(names: Labels, values: Labels): string {
  return names.map((name, index) => `${name}="${escaped(values[index] ?? '')}"`).join(',');
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function number(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

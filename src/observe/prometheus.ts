// The text format of Prometheus, version 0.0.4. Our own because a series, once looked up, must cost a request
// nanoseconds: the libraries hash its labels each time.

/** Something that a scrape shows. */
export interface Family {
  readonly name: string;
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
  readonly #series = new Map<string, CounterSeries>();

  constructor(
    readonly name: string,
    private readonly help: string,
    private readonly labels: Labels = [],
  ) {}

  /** The number of these label values, in the order of the labels; to be kept by whoever counts often. */
  series(...values: string[]): CounterSeries {
    return found(this.#series, labelText(this.labels, values), () => new CounterSeries());
  }

  render(): string {
    let text = head(this.name, this.help, 'counter');
    for (const [labels, { value }] of this.#series) text += line(this.name, labels, value);
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

  constructor(private readonly settings: GaugeSettings) {
    this.name = settings.name;
  }

  render(): string {
    const { name, help, type = 'gauge', labels = [], read } = this.settings;
    let text = head(name, help, type);
    for (const [values, value] of read()) text += line(name, labelText(labels, values), value);
    return text;
  }
}

/** How many observations fell into each bucket. */
export class HistogramSeries {
  /** Not cumulative; the last is for what is beyond all bounds. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(private readonly bounds: readonly number[]) {
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
  readonly #series = new Map<string, HistogramSeries>();

  constructor(
    readonly name: string,
    private readonly help: string,
    /** The upper bounds of the buckets, ascending. */
    private readonly bounds: readonly number[],
    private readonly labels: Labels = [],
  ) {}

  /** As of a counter. */
  series(...values: string[]): HistogramSeries {
    return found(this.#series, labelText(this.labels, values), () => new HistogramSeries(this.bounds));
  }

  render(): string {
    let text = head(this.name, this.help, 'histogram');
    for (const [labels, { counts, sum }] of this.#series) {
      let total = 0;
      for (const [bucket, count] of counts.entries()) {
        total += count;
        const bound = labelText(['le'], [number(this.bounds[bucket] ?? Infinity)]);
        text += line(`${this.name}_bucket`, labels === '' ? bound : `${labels},${bound}`, total);
      }
      text += line(`${this.name}_sum`, labels, sum) + line(`${this.name}_count`, labels, total);
    }
    return text;
  }
}

function found<V>(series: Map<string, V>, key: string, make: () => V): V {
  let value = series.get(key);
  if (value === undefined) series.set(key, (value = make()));
  return value;
}

function head(name: string, help: string, type: string): string {
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

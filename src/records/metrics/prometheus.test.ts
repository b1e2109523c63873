import { describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import { Metrics } from './metrics.ts';
import { Counter, Gauge, Histogram } from './prometheus.ts';
import { record, refused, rescued } from '../record.fixture.ts';

interface Parsed {
  help: string;
  type: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

/** Families by name, as a scraper that forgives nothing would read them. */
function parse(text: string): Map<string, Parsed> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Parsed>();
  const seen = new Set<string>();
  let name = '';
  let family: Parsed | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-z_:][a-z0-9_:]*) ((?:[^\\]|\\[\\n])*)$/.exec(line);
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line);
    if (help !== null) {
      name = help[1]!;
      if (families.has(name)) throw new Error(`a second family ${name}`);
      families.set(name, (family = { help: unescaped(help[2]!), type: '', samples: [] }));
    } else if (type !== null) {
      if (type[1] !== name || family?.type !== '') throw new Error(`out of place: ${line}`);
      family.type = type[2]!;
    } else {
      const sample = parseSample(line);
      if (family === undefined || !namesOf(name, family.type).includes(sample.name)) throw new Error(`stray: ${line}`);
      const identity = line.slice(0, line.lastIndexOf(' '));
      if (seen.has(identity)) throw new Error(`twice: ${identity}`);
      seen.add(identity);
      family.samples.push(sample);
    }
  }
  return families;
}

function parseSample(line: string): Parsed['samples'][number] {
  const match = /^([a-z_:][a-z0-9_:]*)(?:\{(.+)\})? (\+Inf|-Inf|NaN|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/.exec(line);
  if (match === null) throw new Error(`no sample: ${line}`);
  const labels: Record<string, string> = {};
  let rest = match[2] ?? '';
  while (rest !== '') {
    const label = /^([a-z_][a-z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?:,(?=.)|$)/.exec(rest);
    if (label === null || Object.hasOwn(labels, label[1]!)) throw new Error(`labels: ${line}`);
    labels[label[1]!] = unescaped(label[2]!);
    rest = rest.slice(label[0].length);
  }
  return { name: match[1]!, labels, value: Number(match[3]!.replace('Inf', 'Infinity')) };
}

function namesOf(family: string, type: string): string[] {
  if (type === '') return [];
  return type === 'histogram' ? [`${family}_bucket`, `${family}_sum`, `${family}_count`] : [family];
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

/** What must hold of each series of a histogram: buckets in order and cumulative, the last as many as were counted. */
function checkHistogram(name: string, { samples }: Parsed): void {
  let previous = { bound: -Infinity, count: 0 };
  for (const sample of samples) {
    if (sample.name === `${name}_bucket`) {
      const bound = Number(sample.labels['le']!.replace('Inf', 'Infinity'));
      expect(bound).toBeGreaterThan(previous.bound);
      expect(sample.value).toBeGreaterThanOrEqual(previous.count);
      previous = { bound, count: sample.value };
    } else if (sample.name === `${name}_count`) {
      expect(previous).toEqual({ bound: Infinity, count: sample.value });
      previous = { bound: -Infinity, count: 0 };
    }
  }
}

const anyText = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', 'n', ',', '}', ' ', 'é', '🦊'), maxLength: 8 });

describe('a counter', () => {
  test('adds to the series of its label values, in whatever way it is looked up', () => {
    const counter = new Counter('c_total', 'help', ['a', 'b']);
    const kept = counter.series('x', 'y');
    kept.add();
    counter.series('x', 'y').add(2);
    counter.series('y', 'x').add(10);
    expect(counter.series('x', 'y')).toBe(kept);
    expect(counter.render()).toBe(
      '# HELP c_total help\n# TYPE c_total counter\nc_total{a="x",b="y"} 3\nc_total{a="y",b="x"} 10\n',
    );
  });

  test('without labels has one series', () => {
    const counter = new Counter('c_total', 'help');
    counter.series().add(4);
    expect(parse(counter.render()).get('c_total')?.samples).toEqual([{ name: 'c_total', labels: {}, value: 4 }]);
  });

  test('takes as many values as it has labels', () => {
    const counter = new Counter('c_total', 'help', ['a', 'b']);
    expect(() => counter.series('x')).toThrow(RangeError);
    expect(() => counter.series('x', 'y', 'z')).toThrow(RangeError);
    expect(counter.render()).toBe('# HELP c_total help\n# TYPE c_total counter\n');
  });

  test('tells any label values apart, and a parser reads them back', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText), { maxLength: 20 }), (all) => {
        const counter = new Counter('c_total', 'help', ['a', 'b']);
        const expected = new Map<string, number>();
        for (const [a, b] of all) {
          counter.series(a, b).add();
          const key = JSON.stringify([a, b]);
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
        const { samples } = parse(counter.render()).get('c_total')!;
        expect(
          new Map(samples.map(({ labels, value }) => [JSON.stringify([labels['a'], labels['b']]), value])),
        ).toEqual(expected);
      }),
    );
  });
});

describe('a histogram', () => {
  test('has cumulative buckets, their bounds included, that end in infinity', () => {
    const histogram = new Histogram('h', 'help', [1, 2], ['l']);
    for (const value of [0.5, 1, 1.5, 99]) histogram.series('x').observe(value);
    expect(histogram.render()).toBe(
      '# HELP h help\n# TYPE h histogram\n' +
        'h_bucket{l="x",le="1"} 2\nh_bucket{l="x",le="2"} 3\nh_bucket{l="x",le="+Inf"} 4\n' +
        'h_sum{l="x"} 102\nh_count{l="x"} 4\n',
    );
  });

  test('counts in each bucket what is not above its bound', () => {
    const bounds = [0.005, 0.1, 1, 30];
    const value = fc.oneof(fc.constantFrom(0, ...bounds), fc.double({ min: 0, max: 100, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const histogram = new Histogram('h', 'help', bounds);
        const series = histogram.series();
        for (const value of values) series.observe(value);
        const family = parse(histogram.render()).get('h')!;
        checkHistogram('h', family);
        for (const [index, bound] of [...bounds, Infinity].entries()) {
          expect(family.samples[index]?.value).toBe(values.filter((value) => value <= bound).length);
        }
        expect(family.samples.at(-2)?.value).toBeCloseTo(values.reduce((total, value) => total + value, 0));
      }),
    );
  });
});

test('a gauge is read at each scrape, with whatever series there are by then', () => {
  let samples: [string[], number][] = [];
  const gauge = new Gauge({ name: 'g', help: 'help', labels: ['l'], read: () => samples });
  expect(gauge.render()).toBe('# HELP g help\n# TYPE g gauge\n');
  samples = [
    [['a'], 1.5],
    [['b'], -Infinity],
    [['c'], NaN],
  ];
  expect(gauge.render()).toEndWith('g{l="a"} 1.5\ng{l="b"} -Inf\ng{l="c"} NaN\n');
});

test('a family without series still tells its help and type', () => {
  const families = [new Counter('c', 'one\ntwo \\ "three"', ['l']), new Histogram('h', 'help', [1], ['l'])];
  const parsed = parse(families.map((family) => family.render()).join(''));
  expect(parsed.get('c')).toEqual({ help: 'one\ntwo \\ "three"', type: 'counter', samples: [] });
  expect(parsed.get('h')).toEqual({ help: 'help', type: 'histogram', samples: [] });
});

test('all that the gateway tells is well-formed', () => {
  const metrics = new Metrics({
    backends: () => [
      {
        name: 'a "b"\\',
        up: true,
        draining: false,
        inFlight: 1,
        models: [{ model: 'm\n', cooling: false, refused: false }],
      },
    ],
    queueDepth: () => 0,
    aliases: () => [],
    bufferedBytes: () => 0,
    bufferedLimitBytes: () => 0,
    droppedLogLines: () => 0,
    version: '1.2.3',
  });
  for (const each of [record(), rescued(0), refused(429, 'rate_limited'), record({ interrupted: true })]) {
    metrics.record(each);
  }
  const families = parse(metrics.render());
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family);
  expect([...families.values()].filter(({ type }) => type === 'histogram')).toHaveLength(4);
  const named = [...families].map(([name, { type }]) => [name.endsWith('_total'), type] as const);
  expect(named.every(([total, type]) => total === (type === 'counter'))).toBe(true);
});

// What features and the catalogue make their metrics of, with the prefix that all have.
import type { Sample } from './prometheus.ts';
import { Counter, Gauge, Histogram } from './prometheus.ts';

const PREFIX = 'llm_proxy_';

/** Numbers that only grow, one for each set of label values; so many of what is counted are shown as 1. */
export function counter(name: string, help: string, labels: readonly string[] = [], per = 1): Counter {
  return new Counter(PREFIX + name, help, labels, per);
}

/** One number that only grows, and is kept elsewhere. */
export function counterRead(name: string, help: string, read: () => number): Gauge {
  return new Gauge({ name: PREFIX + name, help, type: 'counter', read: () => [[[], read()]] });
}

/** The same, one for each set of label values. */
export function countersRead(
  name: string,
  help: string,
  labels: readonly string[],
  read: () => Iterable<Sample>,
): Gauge {
  return new Gauge({ name: PREFIX + name, help, type: 'counter', labels, read });
}

/** Distributions; `bounds` are the upper bounds of their buckets, ascending and finite. */
export function histogram(
  name: string,
  help: string,
  bounds: readonly number[],
  labels: readonly string[] = [],
): Histogram {
  return new Histogram(PREFIX + name, help, bounds, labels);
}

/** Numbers that go up and down, read at each scrape. */
export function gauge(name: string, help: string, labels: readonly string[], read: () => Iterable<Sample>): Gauge {
  return new Gauge({ name: PREFIX + name, help, labels, read });
}

/** One number that goes up and down, read at each scrape. */
export function single(name: string, help: string, read: () => number): Gauge {
  return gauge(name, help, [], () => [[[], read()]]);
}

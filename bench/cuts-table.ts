// How docs/benchmarks.md tells what `cuts` found.
import { CUT_SHARE } from './cuts-plan.ts';
import type { Table } from './tables.ts';

export const CUTS: Table = {
  scenario: 'cuts',
  title: 'Broken streams that the client notices',
  figure: 'noticed',
  unit: '%',
  target: undefined,
  also: {
    text: 'of texts, %',
    remark: 'of calls after text, %',
    call: 'of calls, %',
    firstMs: 'first content, ms',
    firstP95Ms: '95th percentile, ms',
  },
  about: ({ cutStreams, streamRounds }) =>
    `${cutStreams * streamRounds} streams of two seconds (40 events, one every 50 ms), by \`models.<alias>.commit\`: a third are ` +
    `text, a third ten words and then a tool call, a third a tool call at once. The first backend breaks off ${CUT_SHARE * 100} % of ` +
    'them, each after an event that is drawn at random, the same in all rows; the second is sound. The figure is how many of those ' +
    'the client gets an error for; of the others it has the whole answer of the second backend. “First content” is of all streams, from ' +
    'the request to the first event that the client has. It comes later where a stream is held; the end does not.',
};

// What the benchmark's tables are about, and what llm-proxy is to reach in each.
import { CUTS } from './cuts-table.ts';
import { HEDGES } from './hedging.ts';
import type { Ask } from './load.ts';
import type { Sizes } from './measure.ts';
import { ACCOUNTS } from './accounts.ts';

/** One scenario as a table: which figure it is about, in what unit, and what llm-proxy is to reach. */
export interface Table {
  scenario: string;
  title: string;
  figure: string;
  unit: string;
  /** The most that llm-proxy may need: times the bare proxy's figure, or the figure itself. */
  target:
    | { times: number; of?: readonly string[]; than?: string; isPaired?: true }
    | { atMost: number }
    | { moreThanBare: number }
    | undefined;
  /** Further figures worth a column: name → heading. */
  also: Record<string, string>;
  about: (sizes: Sizes) => string;
}

/** The ways to ask llm-proxy for a stream of which one passes as it is, by their rows' names. */
export const TRANSLATED: readonly (readonly [row: string, ask: Ask])[] = [
  ['chat client, chat backend', { dialect: 'chat', alias: 'bench' }],
  ['Anthropic client, chat backend', { dialect: 'messages', alias: 'bench' }],
  ['chat client, Anthropic backend', { dialect: 'chat', alias: 'bench-claude' }],
];
const [[UNHEDGED], [HEDGED]] = HEDGES as [(typeof HEDGES)[number], (typeof HEDGES)[number]];
const [[PASSED], ...REWRITTEN] = TRANSLATED as [(typeof TRANSLATED)[number], ...(typeof TRANSLATED)[number][]];

/** All tables, in the order of the page. */
export const TABLES: Table[] = [
  {
    scenario: 'plain',
    title: 'CPU time per 1 KB request',
    figure: 'cpuMicros',
    unit: 'µs',
    target: { times: 1.4 },
    also: { perSecond: 'requests/s' },
    about: (sizes) =>
      `${sizes.plainRequests} requests of 1 KB over 16 keep-alive connections, answered with a 360-byte completion ` +
      `(Portkey: ${sizes.portkeyRequests} requests). “+ prompt” is llm-proxy with a system prompt added to every ` +
      'request, which no other row does. The requests per second are what this machine did with clients, proxy and ' +
      'upstream sharing its cores: they are no capacity figure.',
  },
  {
    scenario: 'refused',
    title: 'CPU time per refused request',
    figure: 'cpuMicros',
    unit: 'µs',
    target: { times: 0.55, of: ['llm-proxy, 429'], than: 'llm-proxy' },
    also: { perSecond: 'requests/s' },
    about: (sizes) =>
      `${sizes.plainRequests} requests that a rate limit refuses with 429, key and body read, the line in the log ` +
      'included, beside as many that are served. “×” is of a served one.',
  },
  {
    scenario: 'accounts',
    title: 'CPU time per request with keys, budgets and a ledger',
    figure: 'cpuMicros',
    unit: 'µs',
    target: { times: 1.15, of: [ACCOUNTS.all], than: ACCOUNTS.none, isPaired: true },
    also: { perSecond: 'requests/s' },
    about: (sizes) =>
      `${sizes.plainRequests} requests as above to llm-proxy alone, with what it does after the last of them (1.5 s). “All ` +
      'accounts” is a key of a list, a team with tokens per minute and a hard budget in USD, a price, and the ledger ' +
      'in SQLite, its thread included; “keys alone” is the same key and team without limits and with no ledger: what is ' +
      'not configured is to cost nothing. “×” is the median of the rounds’ own ratios to the first row.',
  },
  {
    scenario: 'latency',
    title: 'Latency at 80 % of the throughput',
    figure: 'p99Ms',
    unit: 'ms',
    target: { moreThanBare: 1 },
    also: { p50Ms: 'median, ms', perSecond: 'requests/s' },
    about: (sizes) =>
      `${sizes.latencySeconds} s of requests at a steady pace, eight tenths of what llm-proxy could just do with clients ` +
      'and upstream on the same cores, the same pace for all: the 99th percentile, from the moment at which a request ' +
      'was due. Clients, proxy and upstream wait for each other’s cores, which is most of what there is to see.',
  },
  {
    scenario: 'large',
    title: 'CPU time per 1 MB request',
    figure: 'cpuMicros',
    unit: 'µs',
    target: { times: 1 },
    also: {},
    about: (sizes) =>
      `${sizes.largeRequests} requests with a conversation of 1 MB (ASCII prose in messages of 4 KB) over 4 ` +
      'keep-alive connections, answered with the same 360 bytes. nginx does not parse the body.',
  },
  {
    scenario: 'picture',
    title: 'CPU time per picture of 1 MB',
    figure: 'cpuMicros',
    unit: 'µs',
    target: { times: 1 },
    also: {},
    about: (sizes) =>
      `${sizes.largeRequests} requests with one picture of 1 MB in base64 and a question about it, in the same way.`,
  },
  {
    scenario: 'stream',
    title: 'CPU time per streamed chunk',
    figure: 'cpuMicros',
    unit: 'µs',
    target: { times: 1.15 },
    also: {},
    about: (sizes) =>
      `${sizes.streams} concurrent streams of ${sizes.chunks} server-sent events each, one every 50 ms. Opening and ` +
      'closing the streams is included.',
  },
  {
    scenario: 'translated',
    title: 'CPU time per translated chunk',
    figure: 'cpuMicros',
    unit: 'µs',
    target: { times: 2, of: REWRITTEN.map(([row]) => row), than: PASSED },
    also: { lagMedianMs: 'median lag, ms' },
    about: (sizes) =>
      `The same ${sizes.streams} streams of ${sizes.chunks} events through llm-proxy alone: to a client of the ` +
      'backend’s dialect, and to two of another, for whom every event is said anew. “×” is of the first row. Lag is ' +
      'the time from the upstream sending the first text to the client having it, with all streams beginning at once: ' +
      'a translation that held a text back until the next would add the 50 ms between them.',
  },
  {
    scenario: 'memory',
    title: 'Resident memory per open stream',
    figure: 'kilobytes',
    unit: 'KB',
    target: { times: 1.2 },
    also: { idleMegabytes: 'idle, MB' },
    about: (sizes) =>
      `Resident memory with ${sizes.streams} streams open, less that of the same process idle after a warm-up, ` +
      'divided by the streams. Each figure is of a newly started process.',
  },
  {
    scenario: '10000',
    title: 'Resident memory per stream, very many',
    figure: 'kilobytes',
    unit: 'KB',
    target: { atMost: 60 },
    also: {},
    about: (sizes) =>
      `${sizes.openStreams} streams open at once, an event every 2.5 s each: as many as the usual limit of 20,000 open ` +
      'files lets one process hold with a connection to either side.',
  },
  {
    scenario: 'start',
    title: 'Start to ready',
    figure: 'ms',
    unit: 'ms',
    target: { atMost: 150 },
    also: {},
    about: (sizes) =>
      `From starting the executable with the config above to the first 200 of /health, ${sizes.starts} times, ` +
      'the files in the page cache.',
  },
  {
    scenario: '2000',
    title: '2000 streams at once',
    figure: 'allBegunMs',
    unit: 'ms',
    target: { atMost: 2000 },
    also: { lagMedianMs: 'median lag, ms', lagMaxMs: 'worst lag, ms' },
    about: () =>
      'On connections that stand already, 2000 streams are asked for in the same moment. The figure is the time until ' +
      'the last of them has its first event. Lag is the time from the upstream sending a stream’s first event to the ' +
      'client having it. All of them wait for two cores or whatever there is: compare the rows, not the milliseconds.',
  },
  {
    scenario: 'hedging',
    title: 'Hedging: the slowest answers',
    figure: 'p99Ms',
    unit: 'ms',
    target: { times: 0.5, of: [HEDGED], than: UNHEDGED },
    also: { p95Ms: '95th, ms', p50Ms: 'median, ms', extraPercent: 'extra requests, %' },
    about: (sizes) =>
      `${sizes.hedgedRequests} plain requests at 100 a second, by turns to two backends that answer after 60 to 180 ms, but ` +
      'after 1 to 3 s four times in a hundred, drawn from a seed: the 99th percentile of the latency, with ' +
      '`models.<alias>.hedge` as the row says (after, at_most). “×” is of the first row. Extra requests are what the ' +
      'backends got more than the clients asked for: they are paid for as far as a provider bills what is aborted.',
  },
  CUTS,
];

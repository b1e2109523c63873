// What the benchmark found, as a table for the terminal and as docs/benchmarks.md.
import { cpus, release, totalmem } from 'node:os';
import { version } from '../package.json';
import { HEDGES } from './hedging.ts';
import type { Ask } from './load.ts';
import type { Sample, Sizes } from './measure.ts';
import { CUTS } from './cuts-table.ts';
import { nginxVersion } from './proxies.ts';

/** One proxy in one scenario. */
export interface Result {
  scenario: string;
  proxy: string;
  samples: Sample[];
  /** Why there are no samples. */
  notMeasured?: string;
}

/** One scenario as a table: which figure it is about, in what unit, and what llm-proxy is to reach. */
export interface Table {
  scenario: string;
  title: string;
  figure: string;
  unit: string;
  /** The most that llm-proxy may need: times the bare proxy's figure, or the figure itself. */
  target:
    | { times: number; of?: readonly string[]; than?: string }
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

const TABLES: Table[] = [
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

/** A result that nothing has been measured for yet. */
export function rowOf(scenario: string, proxy: string): Result {
  return { scenario, proxy, samples: [] };
}

/** The tables for a terminal. */
export function toText(results: readonly Result[]): string {
  return present(results)
    .map(
      ({ table, rows }) =>
        `${table.title}\n${rows.map((row) => `  ${cellsOf(table, row, rows).join(' | ')}`).join('\n')}`,
    )
    .join('\n\n');
}

/** The whole page. */
export function toMarkdown(results: readonly Result[], sizes: Sizes): string {
  const tables = present(results).map(({ table, rows }) => {
    const head = ['proxy', table.unit, 'spread', '× bare', 'target', 'failures', ...Object.values(table.also)];
    const lines = [head, head.map(() => '---'), ...rows.map((row) => cellsOf(table, row, rows))];
    const text = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
    return `## ${table.title}\n\n${table.about(sizes)}\n\n${text}\n`;
  });
  return `${intro(sizes)}\n${tables.join('\n')}`;
}

function intro(sizes: Sizes): string {
  const cores = cpus();
  return `# Benchmarks

<!-- Written by \`make bench\`: do not edit by hand. -->

What the gateway costs beside the least that a proxy can do. All rows of a table are from one run on one machine, on
loopback, taken in turn (A B C, A B C, …). A figure is the median of its rounds (${sizes.rounds} for requests, after one
that only warms up; ${sizes.streamRounds} for streams), the spread the least and the most of them, and “× bare” the
median over that of the bare proxy.

- **bare Bun**: \`bench/bare.ts\`, some thirty lines. Parses the request, sets the model, forwards it, and looks at every
  chunk of a stream. No limits, no logs, no metrics, no failover. It is the yardstick.
- **nginx**: \`proxy_pass\` with keep-alive and an access log, one worker. Parses no body. It is the floor.
- **llm-proxy**: the executable of \`make dev\` with a key to check, two backends with cooldown and fallback, detection
  rules, rate limits, the queue, backend limits, health checks, metrics, masking, and a log line in a file for every
  request.
- **Portkey**: the npm package on Node.js as it comes, for the small request only.

CPU time is user and system time of all threads and child processes, from \`/proc\`; the kernel counts it in steps of
10 ms, 3 % of the shortest round. Clients and upstream are processes of their own on raw
sockets. **Not measured**: TLS, a network, compressed answers, and what real models do to latency, beside which all of this is small.

Machine: ${cores[0]?.model ?? 'unknown CPU'}, ${cores.length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Linux ${release()}
(${process.arch}). llm-proxy ${version}, Bun ${Bun.version}, nginx ${nginxVersion() ?? '–'}, Node.js ${nodeVersion() ?? '–'}.
${new Date().toISOString().slice(0, 10)}.

To repeat it: \`make bench\` (Linux; under ten minutes; \`ARGS=--quick\` or \`ARGS="--only plain"\` for a part, which
prints and leaves this page alone).
`;
}

function present(results: readonly Result[]): { table: Table; rows: Result[] }[] {
  return TABLES.map((table) => ({ table, rows: results.filter(({ scenario }) => scenario === table.scenario) })).filter(
    ({ rows }) => rows.length > 0,
  );
}

function cellsOf(table: Table, row: Result, rows: readonly Result[]): string[] {
  const also = Object.keys(table.also);
  if (row.samples.length === 0) {
    return [row.proxy, `not measured: ${row.notMeasured ?? ''}`, ...Array.from({ length: 4 + also.length }, () => '')];
  }
  const values = row.samples.map((sample) => sample.figures[table.figure] ?? NaN);
  const middle = median(values);
  const base = (table.target !== undefined && 'times' in table.target ? table.target.than : undefined) ?? 'bare Bun';
  const bare = rows.find(({ proxy }) => proxy === base);
  const times = bare === undefined || bare === row ? NaN : middle / median(figures(bare, table.figure));
  const failures = row.samples.reduce((sum, sample) => sum + sample.failures, 0);
  return [
    row.proxy,
    format(middle),
    `${format(Math.min(...values))}–${format(Math.max(...values))}`,
    Number.isNaN(times) ? '' : `${times.toFixed(2)}×`,
    judgedIn(table).includes(row.proxy) ? targetOf(table, middle, times) : '',
    String(failures),
    ...also.map((name) => format(median(figures(row, name)))),
  ];
}

function judgedIn({ target }: Table): readonly string[] {
  return (target !== undefined && 'times' in target ? target.of : undefined) ?? ['llm-proxy'];
}

function targetOf({ target, unit }: Table, value: number, times: number): string {
  if (target === undefined) return '';
  if ('moreThanBare' in target) {
    const more = value - value / times;
    return `≤ ${target.moreThanBare} ${unit} over bare: ${more <= target.moreThanBare ? 'met' : '**not met**'} (${more.toFixed(2)})`;
  }
  const [reached, text] =
    'times' in target
      ? [times <= target.times, `≤ ${target.times}×`]
      : [value <= target.atMost, `≤ ${target.atMost} ${unit}`];
  return `${text}: ${reached ? 'met' : '**not met**'}`;
}

function figures(result: Result, name: string): number[] {
  return result.samples.map((sample) => sample.figures[name] ?? NaN);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[(sorted.length - 1) >> 1] ?? NaN;
  return (low + (sorted[sorted.length >> 1] ?? NaN)) / 2;
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function nodeVersion(): string | undefined {
  const path = Bun.which('node');
  return path === null ? undefined : Bun.spawnSync([path, '--version']).stdout.toString().trim();
}

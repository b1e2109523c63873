// What the benchmark found, as a table for the terminal and as docs/benchmarks.md.
import { cpus, release, totalmem } from 'node:os';
import { version } from '../package.json';
import type { Sample, Sizes } from './measure.ts';
import { nginxVersion } from './proxies.ts';
import { TABLES, type Table } from './tables.ts';

/** One proxy in one scenario. */
export interface Result {
  scenario: string;
  proxy: string;
  samples: Sample[];
  /** Why there are no samples. */
  notMeasured?: string;
}

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
  const times = bare === undefined || bare === row ? NaN : timesOf(table, row, bare);
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

/** Of two medians; or, where `isPaired`, the median of what each round says: noise that lasts is in both of a pair. */
function timesOf({ figure, target }: Table, row: Result, bare: Result): number {
  const [values, base] = [figures(row, figure), figures(bare, figure)];
  const isPaired = target !== undefined && 'times' in target && target.isPaired === true;
  return isPaired ? median(values.map((value, round) => value / (base[round] ?? NaN))) : median(values) / median(base);
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

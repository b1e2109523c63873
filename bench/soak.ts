// `make soak`: steady mixed traffic with faults, leaving clients and reloads, for ten minutes unless told.
//   bun bench/soak.ts [--minutes 10] [--rate 150]
// Exits 1 if memory or file descriptors grow, latency rises, or the log and the counters disagree at the end.
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { send } from '../test/kit/client.ts';
import { startGateway } from '../test/kit/gateway.ts';
import type { Gateway } from '../test/kit/gateway.ts';
import { chatAnswer, chatEvents, cutAfter, sse, stallAfter, status } from '../test/kit/replies.ts';
import type { Reply } from '../test/kit/replies.ts';
import { startUpstream } from '../test/kit/upstream.ts';
import type { SeenRequest, Upstream } from '../test/kit/upstream.ts';

const KEY = 'key-of-the-soak-0001';
const HEADERS = { authorization: `Bearer ${KEY}` };
const SAMPLE_EVERY_MS = 2000;
const RELOAD_EVERY_MS = 30_000;
/** Of the last minute's memory over that of the first, and of the latencies, which a shared machine makes rough. */
const MOST_GROWTH = 1.1;
const MOST_LATENCY_GROWTH = 2;

interface Sample {
  readonly atMs: number;
  readonly residentMiB: number;
  readonly files: number;
}

/** Of `GET /admin/backends`. */
interface View {
  readonly backends: readonly { readonly in_flight: number }[];
  readonly requests: { readonly running: number; readonly waiting: number };
}

if (process.platform !== 'linux') {
  console.error('The soak reads memory and file descriptors from /proc: it runs on Linux only.');
  process.exit(1);
}
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, rate: { type: 'string', default: '150' } },
});
const minutes = Number(values.minutes);
const perSecond = Number(values.rate);
if (!(minutes >= 2) || !(perSecond > 0)) {
  console.error('--minutes takes 2 or more, --rate requests per second');
  process.exit(2);
}
const failures = await soak();
for (const failure of failures) console.error(`FAILED: ${failure}`);
console.log(failures.length === 0 ? 'The soak held.' : `${failures.length} things did not hold.`);
process.exit(failures.length === 0 ? 0 : 1);

async function soak(): Promise<string[]> {
  const upstreams = await Promise.all([startUpstream(misbehave), startUpstream(misbehave)]);
  const gateway = await startGateway({ config: configOf(upstreams, 0) });
  const startedAt = performance.now();
  const endAt = startedAt + minutes * 60_000;
  const samples: Sample[] = [];
  const latencies: number[][] = [];
  const sampling = setInterval(() => samples.push(sampleOf(gateway, startedAt)), SAMPLE_EVERY_MS);
  let reloads = 0;
  const reloading = setInterval(() => gateway.writeConfig(configOf(upstreams, ++reloads)), RELOAD_EVERY_MS);
  const open = new Set<Promise<void>>();
  let sent = 0;
  while (performance.now() < endAt) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
    for (; sent < due; sent++) {
      const exchange = ask(gateway, sent, (ms) => {
        (latencies[Math.floor((performance.now() - startedAt) / 60_000)] ??= []).push(ms);
      }).finally(() => open.delete(exchange));
      open.add(exchange);
    }
    await Bun.sleep(5);
  }
  clearInterval(reloading);
  await Promise.all(open);
  clearInterval(sampling);
  const found = [...judge(samples, latencies), ...(await booksOf(gateway))];
  console.log(`${sent} requests in ${minutes} minutes, ${reloads} reloads`);
  await gateway.stop();
  await Promise.all(upstreams.map((upstream) => upstream.stop().catch(() => undefined)));
  return found;
}

/** Everything is on; limits are wide, time limits short. */
function configOf(upstreams: readonly Upstream[], round: number): object {
  return {
    proxy_api_key: KEY,
    backends: upstreams.map(({ url }, index) => ({ name: `b${index}`, url, api_key: `sk-backend-${index}-0000001` })),
    models: { m: { routes: upstreams.map((_, index) => ({ backend: `b${index}`, model: 'm', priority: index })) } },
    routing: { balance: round % 2 === 0 ? 'random' : 'round_robin' },
    fallback: { cooldown_seconds: 0.2, max_retries: 2, backoff_initial: '5ms', backoff_max: '20ms' },
    detection: { error_codes: ['429', '5xx'], error_patterns: ['overloaded'] },
    rate_limit: { enabled: true, global_rps: 10_000, per_ip_rps: 10_000, per_model_rps: { m: 10_000 } },
    concurrency: { enabled: true, max_requests: 200, max_queue_size: 500, queue_timeout: '5s', per_backend_limit: 100 },
    health_check: { enabled: true, interval: '1s' },
    timeout: { first_byte_timeout: '2s', read_timeout: '1s', total_timeout: '10s' },
    logging: { base_dir: './logs', separate_files: true, console_level: 'error', max_file_size_mb: 20 },
  };
}

/** Nine of ten requests are served well. */
function misbehave(request: SeenRequest): Reply {
  if (request.method !== 'POST') return chatAnswer('ok');
  const { stream } = JSON.parse(request.text) as { stream?: boolean };
  const isStream = stream === true;
  const events = chatEvents(Array.from({ length: 8 }, (_, n) => ` word${n}`));
  const dice = Math.random();
  if (dice > 0.1) return isStream ? sse(events, { gapMs: 10 }) : chatAnswer('words '.repeat(50));
  if (dice > 0.075) return status(429, { retryAfter: 0 });
  if (dice > 0.05) return status(503);
  if (dice > 0.03 || !isStream) return status(500);
  return dice > 0.01 ? cutAfter(events.slice(0, 4), { gapMs: 5 }) : stallAfter(events.slice(0, 4));
}

/** One exchange: three of ten are streams, one of twenty clients leaves. Tells how long a good plain one took. */
async function ask(gateway: Gateway, n: number, took: (ms: number) => void): Promise<void> {
  const stream = n % 10 < 3;
  const from = performance.now();
  try {
    const answer = await send(`${gateway.url}/v1/chat/completions`, {
      headers: HEADERS,
      body: { model: 'm', stream, messages: [{ role: 'user', content: 'lorem ipsum '.repeat(60) }] },
    });
    if (n % 20 === 7) {
      answer.leave({ reset: true });
      return;
    }
    await answer.whole();
    if (!stream && answer.status === 200) took(performance.now() - from);
    answer.leave();
  } catch (error) {
    console.error(`request ${n}: ${String(error)}`);
  }
}

function judge(samples: readonly Sample[], latencies: readonly (readonly number[])[]): string[] {
  const found: string[] = [];
  const minuteOf = ({ atMs }: Sample): number => Math.floor(atMs / 60_000);
  const rows = Array.from({ length: minutes }, (_, minute) => {
    const within = samples.filter((sample) => minuteOf(sample) === minute);
    return {
      minute: minute + 1,
      'resident MiB': round(median(within.map(({ residentMiB }) => residentMiB))),
      files: median(within.map(({ files }) => files)),
      'p50 ms': round(quantile(latencies[minute] ?? [], 0.5)),
      'p99 ms': round(quantile(latencies[minute] ?? [], 0.99)),
    };
  });
  console.table(rows);
  const [first, second, last] = [rows[0], rows[1], rows.at(-1)];
  if (first === undefined || second === undefined || last === undefined) return ['nothing was measured'];
  if (last['resident MiB'] > first['resident MiB'] * MOST_GROWTH) found.push('resident memory grew by more than 10 %');
  if (last.files > first.files * 1.2 + 10) found.push('file descriptors grew');
  if (last['p50 ms'] > second['p50 ms'] * MOST_LATENCY_GROWTH + 1) found.push('latency rose');
  return found;
}

/** Nothing is held, and the log and the counters tell the same number of requests. */
async function booksOf(gateway: Gateway): Promise<string[]> {
  const found: string[] = [];
  await Bun.sleep(2500);
  const view = (await (await send(`${gateway.url}/admin/backends`, { headers: HEADERS })).json()) as View;
  const held = view.backends.reduce((sum, { in_flight: inFlight }) => sum + inFlight, 0);
  if (held + view.requests.running + view.requests.waiting > 0)
    found.push(`still held: ${JSON.stringify(view.requests)}`);
  const { text } = await (await send(`${gateway.url}/metrics`, { headers: HEADERS })).whole();
  const counts = [...text.matchAll(/^llm_proxy_requests_total\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
  const counted = counts.reduce((sum, count) => sum + count, 0);
  await Bun.sleep(500);
  const lines = gateway.logs().length;
  if (lines !== counted) found.push(`${lines} request lines, ${counted} requests counted`);
  if (/llm_proxy_log_lines_dropped_total [1-9]/.test(text)) found.push('log lines were dropped');
  return found;
}

function sampleOf({ pid }: Gateway, startedAt: number): Sample {
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  const files = readdirSync(`/proc/${pid}/fd`).length;
  return { atMs: performance.now() - startedAt, residentMiB: Number(resident) / 1024, files };
}

function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

function quantile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? NaN;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

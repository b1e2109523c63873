// Thousands of exchanges with misbehaving backends, clients that leave and reloads in between; whatever happens, the
// promises hold. `FAULTS_SEED=7 FAULTS_EXCHANGES=5000 bun test test/faults` replays or extends a campaign.
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { chatAnswer } from '../kit/replies.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { SeenRequest, Upstream } from '../kit/upstream.ts';
import { planOf, replyTo } from './plan.ts';
import { play, traceIdOf } from './play.ts';
import type { Ending } from './play.ts';

const { FAULTS_SEED, FAULTS_EXCHANGES } = process.env;
const SEEDS = FAULTS_SEED === undefined ? [1, 2, 3] : [Number(FAULTS_SEED)];
const EXCHANGES = Number(FAULTS_EXCHANGES ?? 1000);
const AT_ONCE = 16;
const RELOAD_EVERY = 100;
const MAX_RETRIES = 2;
/** `chain` goes on with `pair`; each alias has one try and its retries, and each of three routes one redo. */
const MOST_ATTEMPTS = 2 * (MAX_RETRIES + 1);
const ROUTES = 3;

function configOf(upstreams: readonly Upstream[], round: number): object {
  const names = ['a', 'b', 'c'];
  const route = (backend: string, priority = 1) => ({ backend, model: 'm', priority });
  return {
    backends: names.map((name, index) => ({ name, url: upstreams[index]?.url, max_concurrency: 6 })),
    models: {
      one: { routes: [route('a')] },
      pair: { routes: [route('a'), route('b')] },
      chain: { routes: [route('c')] },
    },
    routing: { balance: round % 2 === 0 ? 'random' : 'least_busy' },
    fallback: {
      max_retries: MAX_RETRIES,
      cooldown_seconds: 0.05,
      backoff_initial: '5ms',
      backoff_max: '20ms',
      retry_after_max: '50ms',
      alias_fallback: { chain: ['pair'] },
    },
    timeout: { connect_timeout: '1s', first_byte_timeout: '200ms', read_timeout: '200ms', total_timeout: '5s' },
    stream: { keepalive: '100ms' },
    concurrency: { enabled: true, max_requests: 12, max_queue_size: 2 + (round % 3), queue_timeout: '2s' },
    rate_limit: { enabled: true, global_rps: 5000, burst_factor: 1 },
    logging: { base_dir: './logs', separate_files: true, console_level: 'error' },
  };
}

test.each(SEEDS)('seed %d', async (seed) => {
  const seen = new Map<number, number>();
  const script = (request: SeenRequest) => {
    if (request.method !== 'POST') return chatAnswer('ok');
    const n = Number(/^exchange (\d+)$/.exec(request.json.messages[0].content)?.[1]);
    const attempt = seen.get(n) ?? 0;
    seen.set(n, attempt + 1);
    return replyTo(planOf(seed, n), attempt);
  };
  const upstreams = await Promise.all([script, script, script].map(startUpstream));
  const gateway = await startGateway({ config: configOf(upstreams, 0) });
  const endings = new Map<Ending, number>();
  const broken: string[] = [];
  let next = 0;
  let memoryBefore = 0;
  const client = async (): Promise<void> => {
    while (next < EXCHANGES) {
      const n = next++;
      if (n === Math.floor(EXCHANGES / 5)) memoryBefore = residentMiB(gateway.pid);
      if (n % RELOAD_EVERY === RELOAD_EVERY - 1) {
        gateway.writeConfig(configOf(upstreams, n));
        gateway.signal('SIGHUP');
      }
      const plan = planOf(seed, n);
      try {
        const ending = await play(gateway.url, seed, plan);
        endings.set(ending, (endings.get(ending) ?? 0) + 1);
      } catch (error) {
        broken.push(`FAULTS_SEED=${seed}, exchange ${n}: ${String(error)}\n${JSON.stringify(plan)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  expect(broken).toEqual([]);

  await settled(...upstreams);
  await nothingHeld(gateway);
  const traced = (await linesOf(gateway, seed)).filter(({ trace_id: id }) => id.startsWith(`faults-${seed}-`));
  for (let n = 0; n < EXCHANGES; n++) {
    const id = traceIdOf(seed, planOf(seed, n));
    const lines = traced.filter(({ trace_id: traceId }) => traceId === id);
    // A client that left before its request was whole was none.
    if (lines.length === 0 && planOf(seed, n).manner === 'leaves at once' && !seen.has(n)) continue;
    expect([id, lines.length]).toEqual([id, 1]);
    const { attempts } = lines[0] ?? {};
    expect(attempts).toBeLessThanOrEqual(MOST_ATTEMPTS);
    expect(seen.get(n) ?? 0).toBeLessThanOrEqual(attempts + ROUTES);
  }
  if (memoryBefore > 0) {
    // The heap breathes by some tens of MiB; a leak of each exchange would be there thousands of times.
    expect(residentMiB(gateway.pid)).toBeLessThan(memoryBefore + 80);
  }
  expect(readFileSync(`${gateway.dir}/logs/general.log`, 'utf8')).not.toContain('a bug in the gateway');
  expect(gateway.stderr()).not.toMatch(/unhandled|TypeError|ReferenceError/i);
  expect(endings.get('whole') ?? 0).toBeGreaterThan(EXCHANGES / 4);
  console.log(`seed ${seed}:`, Object.fromEntries(endings));
  expect(await gateway.stop()).toBe(0);
  await Promise.all(upstreams.map((upstream) => upstream.stop().catch(() => undefined)));
});

/** No place, slot or waiter is left, and the counters add up to the lines. */
async function nothingHeld(gateway: Gateway): Promise<void> {
  await eventually(async () => {
    const { backends, requests }: Json = await (await send(`${gateway.url}/admin/backends`)).json();
    const inFlight = backends.map((one: Json) => one.in_flight);
    if (requests.running === 0 && requests.waiting === 0 && inFlight.every((count: number) => count === 0)) return true;
    throw new Error(`still held: ${JSON.stringify({ requests, inFlight })}`);
  });
}

/** All request lines, once they are as many as requests were counted. */
async function linesOf(gateway: Gateway, seed: number): Promise<Json[]> {
  return await eventually(async () => {
    const { text } = await (await send(`${gateway.url}/metrics`)).whole();
    const counts = [...text.matchAll(/^llm_proxy_requests_total\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
    const total = counts.reduce((sum, count) => sum + count, 0);
    const lines = gateway.logs();
    if (lines.length === total) return lines;
    throw new Error(`seed ${seed}: ${lines.length} lines, ${total} counted`);
  });
}

/** 0 where it cannot be known. */
function residentMiB(pid: number): number {
  if (process.platform !== 'linux') return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

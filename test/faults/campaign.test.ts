// Hundreds of exchanges for each seed, with misbehaving backends, clients that leave or dawdle, and reloads in between;
// whatever happens, the promises hold. `FAULTS_SEED=7 FAULTS_EXCHANGES=5000 bun test test/faults` replays or extends a
// campaign: what is to happen in an exchange depends on the seed and its number alone.
import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { send } from '../kit/client.ts';
import { startGateway } from '../kit/gateway.ts';
import type { Gateway } from '../kit/gateway.ts';
import type { Json } from '../kit/json.ts';
import { eventually, settled } from '../kit/settled.ts';
import { startUpstream } from '../kit/upstream.ts';
import type { Upstream } from '../kit/upstream.ts';
import { booksOf, readSamples, sums } from './books.ts';
import { BACKEND_KEY, BACKENDS, CLIENT_KEY, reloadOf } from './config.ts';
import { violationsOf } from './invariants.ts';
import type { Played } from './invariants.ts';
import { Ledger } from './ledger.ts';
import { planOf } from './plan.ts';
import { Client } from './play.ts';
import type { Ending, Told } from './play.ts';

const { FAULTS_SEED, FAULTS_EXCHANGES } = process.env;
const SEEDS = FAULTS_SEED === undefined ? [1, 2, 3] : [Number(FAULTS_SEED)];
const EXCHANGES = Number(FAULTS_EXCHANGES ?? 800);
const AT_ONCE = 16;
const RELOAD_EVERY = 40;
/** A machine may be busy; what takes this long hangs. */
const LIMIT_MS = 120_000 + EXCHANGES * 100;
/**
 * What resident memory may grow by between the first tenth of a campaign and its end. The heap and the buffers of
 * answers of 6 MB, which are parsed whole where they are translated, breathe by a hundred MiB and more; after 4,000
 * exchanges they are where they were after 800. What leaked of every exchange would be here thousands of times.
 */
const GROWTH_MIB = 200;

describe.each(SEEDS)('seed %d', (seed) => {
  test(
    'every exchange ends whole or in an error that says so, and nothing of it is left',
    async () => {
      const campaign = await begin(seed);
      const { gateway, upstreams, ledger } = campaign;
      try {
        const { told, broken } = await playAll(campaign);
        // What does not come to rest shows in the exchanges that are to blame, so these are looked at first.
        const rest = settled(...upstreams).then(() => nothingHeld(gateway));
        await Promise.allSettled([rest]);
        const lines = await linesOf(gateway);
        const played = [...told].map(([n, one]): Played => {
          const own = lines.filter(({ trace_id: id }) => id === traceIdOf(seed, n));
          return { plan: planOf(seed, n), told: one, calls: ledger.callsOf(n), lines: own };
        });
        report(seed, { played, campaign });
        const violations = played.flatMap((one) => violationsOf(one).map((what) => describeOne(seed, one, what)));
        expect([...broken, ...violations].slice(0, 10)).toEqual([]);
        await rest;
        expect(ledger.complaints).toEqual([]);
        await booksAddUp(gateway);
        nothingLeaked(campaign);
        expect(await gateway.stop()).toBe(0);
      } finally {
        await gateway.stop('SIGKILL');
        await Promise.allSettled(upstreams.map((upstream) => upstream.stop()));
      }
    },
    LIMIT_MS,
  );
});

interface Campaign {
  readonly seed: number;
  readonly gateway: Gateway;
  readonly upstreams: readonly Upstream[];
  readonly ledger: Ledger;
  /** Resident memory of the gateway after the first tenth; 0 where it cannot be known. */
  firstMib: number;
  /** The last reload: one at a time, so that each can tell what came of its own config. */
  reloading: Promise<void>;
}

async function begin(seed: number): Promise<Campaign> {
  const ledger = new Ledger(seed, (n) => traceIdOf(seed, n));
  const upstreams = await Promise.all(BACKENDS.map((name) => startUpstream(ledger.scriptOf(name))));
  const gateway = await startGateway({ config: reloadOf(seed, 0, upstreams).config });
  return { seed, gateway, upstreams, ledger, firstMib: 0, reloading: Promise.resolve() };
}

/** Plays every exchange; `broken` are those that broke a promise in their client's own eyes. */
async function playAll(campaign: Campaign): Promise<{ told: Map<number, Told>; broken: string[] }> {
  const { seed, gateway, ledger } = campaign;
  const told = new Map<number, Told>();
  const broken: string[] = [];
  let next = 0;
  const playSome = async (): Promise<void> => {
    const client = new Client(gateway.url, (n) => traceIdOf(seed, n));
    while (next < EXCHANGES) {
      const n = next++;
      if (n === Math.floor(EXCHANGES / 10)) campaign.firstMib = residentMib(gateway.pid);
      if (n % RELOAD_EVERY === RELOAD_EVERY - 1) await reload(campaign, (n + 1) / RELOAD_EVERY);
      const plan = planOf(seed, n);
      try {
        told.set(n, await client.play(plan));
      } catch (error) {
        const calls = ledger.callsOf(n).map(({ tag, faultName }) => `${tag} ${faultName}`);
        broken.push(`FAULTS_SEED=${seed}, exchange ${n}: ${String(error)}\n${JSON.stringify({ plan, calls })}`);
      }
    }
    client.leave();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, playSome));
  // The last config in force must be a valid one.
  await reload(campaign, 0);
  return { told, broken };
}

function reload(campaign: Campaign, round: number): Promise<void> {
  campaign.reloading = campaign.reloading.then(() => reloadOnce(campaign, round));
  return campaign.reloading;
}

async function reloadOnce({ seed, gateway, upstreams }: Campaign, round: number): Promise<void> {
  const { by, valid, config } = reloadOf(seed, round, upstreams);
  gateway.writeConfig(config);
  if (by === 'SIGHUP') gateway.signal('SIGHUP');
  if (by !== 'POST') return;
  const answer = await ask(gateway, '/admin/reload', 'POST');
  expect([valid, answer.status]).toEqual([valid, valid ? 200 : 422]);
}

function describeOne(seed: number, { plan, told, calls, lines }: Played, what: string): string {
  const story = calls.map(
    (call) => `${call.tag} ${call.model} (${call.dialect}): ${call.faultName}, ${call.request.outcome}`,
  );
  const { ending, status, code, text } = told;
  const seen = { ending, status, code, text: text.slice(-300) };
  return `FAULTS_SEED=${seed}, exchange ${plan.n}: ${what}\n${JSON.stringify({ plan, calls: story, seen, lines }, null, 1)}`;
}

function traceIdOf(seed: number, n: number): string {
  return `faults-${seed}-${n}`;
}

function ask(gateway: Gateway, path: string, method = 'GET') {
  return send(gateway.url + path, { method, headers: { authorization: `Bearer ${CLIENT_KEY}`, connection: 'close' } });
}

/** No place, slot or waiter is left. */
async function nothingHeld(gateway: Gateway): Promise<void> {
  await eventually(async () => {
    const { backends, requests }: Json = await (await ask(gateway, '/admin/backends')).json();
    const inFlight = backends.map((one: Json) => one.in_flight);
    if (requests.running === 0 && requests.waiting === 0 && inFlight.every((count: number) => count === 0)) return true;
    throw new Error(`still held: ${JSON.stringify({ requests, inFlight })}`);
  });
}

/** All request lines, once there are as many as requests were counted. */
async function linesOf(gateway: Gateway): Promise<Json[]> {
  return await eventually(async () => {
    const total = sums(await samplesOf(gateway), 'requests_total')[''] ?? 0;
    const lines = gateway.logs();
    if (lines.length === total) return lines;
    throw new Error(`${lines.length} lines, ${total} counted`);
  });
}

async function samplesOf(gateway: Gateway): Promise<ReturnType<typeof readSamples>> {
  const { text } = await (await ask(gateway, '/metrics')).whole();
  return readSamples(text);
}

/** Every counter is what the log's lines add up to, and the gauges are back. */
async function booksAddUp(gateway: Gateway): Promise<void> {
  await eventually(async () => {
    const samples = await samplesOf(gateway);
    for (const [name, { by, sums: expected }] of Object.entries(booksOf(gateway.logs()))) {
      expect([name, sums(samples, name, by)]).toEqual([name, expected]);
    }
    expect(sums(samples, 'in_flight')).toEqual({});
    expect(sums(samples, 'queue_depth')).toEqual({});
    expect(sums(samples, 'log_lines_dropped_total')).toEqual({});
    expect(sums(samples, 'config_valid')).toEqual({ '': 1 });
    return true;
  });
}

/** Neither memory nor sockets, nor what must not be written down. */
function nothingLeaked({ gateway, upstreams, firstMib, seed }: Campaign): void {
  if (firstMib > 0) {
    expect(residentMib(gateway.pid)).toBeLessThan(firstMib + GROWTH_MIB);
    // Connections to upstreams may be kept; the rest are the program's own files and sockets, about a dozen.
    const kept = upstreams.reduce((sum, { openSockets }) => sum + openSockets, 0);
    expect(readdirSync(`/proc/${gateway.pid}/fd`).length).toBeLessThan(kept + 40);
  }
  const files = readdirSync(join(gateway.dir, 'logs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  const lines = [...files, gateway.stdout(), gateway.stderr()].join('\n').split('\n');
  // What a backend says of a request that it calls invalid may be about the prompt.
  const ofRequests = /"status":4(?:00|13|22),"failure":"\w+"[^}]*"message":/;
  expect([seed, lines.filter((line) => ofRequests.test(line))]).toEqual([seed, []]);
  for (const never of [CLIENT_KEY, BACKEND_KEY, '🙂', 'a bug in the gateway', 'internal_error']) {
    const found = lines.filter((line) => line.includes(never)).map((line) => line.slice(0, 3000));
    expect([seed, never, found]).toEqual([seed, never, []]);
  }
  expect(gateway.stderr()).not.toMatch(/unhandled|TypeError|ReferenceError|RangeError/i);
}

/** 0 where it cannot be known. */
function residentMib(pid: number): number {
  if (process.platform !== 'linux') return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** One line that tells how the exchanges ended; a campaign in which hardly any does well shows little. */
function report(seed: number, { played, campaign }: { played: readonly Played[]; campaign: Campaign }): void {
  const endings: Partial<Record<Ending, number>> = {};
  for (const { told } of played) endings[told.ending] = (endings[told.ending] ?? 0) + 1;
  const calls = played.reduce((sum, one) => sum + one.calls.length, 0);
  const mib = [campaign.firstMib, residentMib(campaign.gateway.pid)].map(Math.round).join(' → ');
  // oxlint-disable-next-line no-console -- figures of the campaign, for who reads the test's output
  console.log(`seed ${seed}: ${JSON.stringify(endings)}, ${calls} calls, ${mib} MiB`);
  expect(endings.whole ?? 0).toBeGreaterThan(played.length / 4);
}

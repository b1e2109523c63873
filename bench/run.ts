// `make bench`: compares the executable with a bare Bun proxy, nginx and Portkey on this machine, in one run.
//   bun bench/run.ts [--quick] [--only plain|refused|accounts|latency|large|picture|stream|translated|memory|10000|start|2000|hedging|cuts]
// A full run writes docs/benchmarks.md; a quick or partial one only prints.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hedging, HEDGES } from './hedging.ts';
import { cuts } from './cuts.ts';
import * as measure from './measure.ts';
import { killAll, startTalking } from './processes.ts';
import * as proxies from './proxies.ts';
import { rowOf, toMarkdown, toText, type Result } from './report.ts';
import { TRANSLATED } from './tables.ts';

const SCENARIOS = [
  'plain',
  'refused',
  'accounts',
  'latency',
  'large',
  'picture',
  'stream',
  'translated',
  'memory',
  '10000',
  'start',
  '2000',
  'hedging',
  'cuts',
] as const;
type Scenario = (typeof SCENARIOS)[number];

const FULL: measure.Sizes = {
  rounds: 7,
  streamRounds: 3,
  plainRequests: 20_000,
  largeRequests: 300,
  portkeyRequests: 1500,
  streams: 1000,
  chunks: 200,
  manyStreams: 2000,
  openStreams: 9500,
  cutStreams: 450,
  latencySeconds: 4,
  starts: 10,
  hedgedRequests: 1500,
};
const QUICK: measure.Sizes = {
  rounds: 3,
  streamRounds: 1,
  plainRequests: 6000,
  largeRequests: 100,
  portkeyRequests: 500,
  streams: 500,
  chunks: 60,
  manyStreams: 2000,
  openStreams: 9500,
  cutStreams: 150,
  latencySeconds: 2,
  starts: 5,
  hedgedRequests: 500,
};
const RUN_WITHIN_MS = 30 * 60_000;

const options = readArguments();
const sizes = options.quick ? QUICK : FULL;
const standard = [proxies.bare, proxies.nginx, proxies.llmProxy(false)];
const ACCOUNTED = [proxies.accounting('none'), proxies.accounting('unused'), proxies.accounting('all')];
const withPlain = [...standard, proxies.llmProxy(true), proxies.portkey];

if (process.platform !== 'linux') {
  console.error('The benchmark reads CPU time and memory from /proc: it runs on Linux only.');
  process.exit(1);
}
process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
setTimeout(() => {
  console.error('The benchmark ran out of time.');
  process.exit(1);
}, RUN_WITHIN_MS).unref();

await mkdir(proxies.OUT, { recursive: true });
const upstream = startTalking([process.execPath, join(import.meta.dir, 'upstream.ts')]);
const upstreamPort = await proxies.portFrom(upstream.lines, 'the upstream');

const results: Result[] = [];
for (const scenario of SCENARIOS) {
  if (options.only !== undefined && options.only !== scenario) continue;
  console.log(`\n${scenario}:`);
  results.push(...(await run(scenario)));
}
await writeFile(join(proxies.OUT, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
console.log(`\n${toText(results)}`);
if (options.only === undefined && !options.quick) {
  const path = join(import.meta.dir, '..', 'docs', 'benchmarks.md');
  await writeFile(path, toMarkdown(results, sizes));
  await Bun.$`${process.execPath} fmt ${path}`.quiet();
  console.log('Written: docs/benchmarks.md');
}
process.exit(0);

async function run(scenario: Scenario): Promise<Result[]> {
  switch (scenario) {
    case 'plain':
      return await together(scenario, withPlain, (proxy, name) =>
        measure.requests(proxy, name === proxies.portkey.name ? sizes.portkeyRequests : sizes.plainRequests, 1024),
      );
    case 'refused':
      return await together(scenario, [proxies.llmProxy(false), proxies.refusing], (proxy, name) =>
        name === proxies.refusing.name
          ? measure.refusals(proxy, sizes.plainRequests)
          : measure.requests(proxy, sizes.plainRequests, 1024),
      );
    case 'accounts':
      return await together(scenario, ACCOUNTED, (proxy) => measure.accountedRequests(proxy, sizes.plainRequests));
    case 'latency': {
      // Eight tenths of what llm-proxy can do, here and now; the others get the same.
      let perSecond = NaN;
      return await together(scenario, [proxies.llmProxy(false), proxies.bare, proxies.nginx], async (proxy, name) => {
        if (name === 'llm-proxy') {
          const { figures } = await measure.requests(proxy, sizes.plainRequests, 1024);
          perSecond = 0.8 * (figures['perSecond'] ?? NaN);
        }
        return await measure.latency(proxy, perSecond, sizes.latencySeconds);
      });
    }
    case '10000':
      return await apart(scenario, (proxy) => measure.openStreams(proxy, sizes));
    case 'large':
      return await together(scenario, standard, (proxy) => measure.largeRequests(proxy, sizes.largeRequests));
    case 'picture':
      return await together(scenario, standard, (proxy) => measure.pictureRequests(proxy, sizes.largeRequests));
    case 'stream':
      return await apart(scenario, (proxy) => measure.streamChunks(proxy, sizes));
    case 'translated':
      return await translated();
    case 'memory':
      return await apart(scenario, (proxy) => measure.streamMemory(proxy, sizes));
    case '2000':
      return await apart(scenario, (proxy) => measure.manyStreams(proxy, sizes));
    case 'start':
      return await starts();
    case 'hedging':
      return await hedged();
    case 'cuts':
      return await cuts(sizes.cutStreams, sizes.streamRounds);
  }
}

/** All proxies up at once, measured in turn, round after round; the first round only warms up. */
async function together(
  scenario: Scenario,
  candidates: proxies.Proxy[],
  once: (proxy: proxies.Running, name: string) => Promise<measure.Sample>,
): Promise<Result[]> {
  const found = candidates.map(({ name }) => rowOf(scenario, name));
  const up: (proxies.Running | undefined)[] = [];
  for (const [index, candidate] of candidates.entries()) up.push(await startOrExplain(candidate, found[index]));
  for (let round = 0; round <= sizes.rounds; round += 1) {
    for (const [index, proxy] of up.entries()) {
      const result = found[index];
      if (proxy === undefined || result === undefined) continue;
      const sample = await once(proxy, result.proxy);
      if (round > 0) keep(result, sample);
    }
  }
  for (const proxy of up) await proxy?.stop();
  return found;
}

/** Every proxy started anew for each measurement, in turn, so that none is measured on what an earlier one left. */
async function apart(scenario: Scenario, once: (proxy: proxies.Running) => Promise<measure.Sample>): Promise<Result[]> {
  const found = standard.map(({ name }) => rowOf(scenario, name));
  for (let round = 0; round < sizes.streamRounds; round += 1) {
    for (const [index, candidate] of standard.entries()) {
      const result = found[index];
      const proxy = await startOrExplain(candidate, result);
      if (proxy === undefined || result === undefined) continue;
      await measure.requests(proxy, 1000, 1024);
      keep(result, await once(proxy));
      await proxy.stop();
    }
  }
  return found;
}

/** One llm-proxy asked in three ways, in turn: a client of its backend's dialect, and two that are translated for. */
async function translated(): Promise<Result[]> {
  const found = TRANSLATED.map(([name]) => rowOf('translated', name));
  for (let round = 0; round < sizes.streamRounds; round += 1) {
    for (const [index, [, ask]] of TRANSLATED.entries()) {
      const result = found[index];
      const proxy = await startOrExplain(proxies.llmProxy(false), result);
      if (proxy === undefined || result === undefined) continue;
      await measure.requests(proxy, 1000, 1024);
      keep(result, await measure.askedChunks(proxy, ask, sizes));
      await proxy.stop();
    }
  }
  return found;
}

async function starts(): Promise<Result[]> {
  const result = rowOf('start', 'llm-proxy');
  try {
    for (let count = 0; count < sizes.starts; count += 1) keep(result, await measure.startToReady(upstreamPort));
  } catch (error) {
    explain(result, error);
  }
  return [result];
}

/** The same requests and latencies for each row, in turn; other ones in each round. */
async function hedged(): Promise<Result[]> {
  const found = HEDGES.map(([name]) => rowOf('hedging', name));
  for (let round = 0; round < sizes.streamRounds; round += 1) {
    for (const [index, [, hedge]] of HEDGES.entries()) {
      const result = found[index];
      if (result === undefined) continue;
      try {
        keep(result, await hedging(hedge, sizes.hedgedRequests, 1 + 2 * round));
      } catch (error) {
        explain(result, error);
      }
    }
  }
  return found;
}

async function startOrExplain(proxy: proxies.Proxy, result: Result | undefined): Promise<proxies.Running | undefined> {
  try {
    return await proxy.start(upstreamPort);
  } catch (error) {
    if (result !== undefined) explain(result, error);
    return undefined;
  }
}

function explain(result: Result, error: unknown): void {
  if (!(error instanceof proxies.NotMeasured)) throw error;
  if (result.notMeasured === undefined) console.log(`  ${result.proxy}: not measured: ${error.message}`);
  result.notMeasured = error.message;
}

function keep(result: Result, sample: measure.Sample): void {
  result.samples.push(sample);
  const figures = Object.entries(sample.figures).map(([name, value]) => `${name} ${value.toFixed(1)}`);
  const failures = sample.failures === 0 ? '' : `, ${sample.failures} FAILED`;
  console.log(`  ${result.proxy}: ${figures.join(', ')}${failures}`);
}

function readArguments(): { quick: boolean; only: Scenario | undefined } {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } } });
  const only = SCENARIOS.find((scenario) => scenario === values.only);
  if (values.only !== undefined && only === undefined) {
    console.error(`--only takes one of ${SCENARIOS.join(', ')}`);
    process.exit(2);
  }
  return { quick: values.quick, only };
}

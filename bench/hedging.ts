// What hedging does to latency: one gateway in front of two providers whose answers are slow now and then, and clients
// that ask at a steady pace. Waiting is all that is measured, so all of it but the gateway runs in this process.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chatAnswer, slowHeaders } from '../test/kit/replies.ts';
import { startUpstream, type Upstream } from '../test/kit/upstream.ts';
import type { Sample } from './measure.ts';
import { answers, freePort, start } from './processes.ts';
import { CLIENT_KEY, EXECUTABLE, NotMeasured, OUT } from './proxies.ts';

/** The rows of the table, and what each has of `models.<alias>.hedge`. */
export const HEDGES: readonly (readonly [row: string, hedge: string | undefined])[] = [
  ['without hedging', undefined],
  ['p95, at most 5%', '{after: p95, at_most: 5%}'],
  ['p95, at most 2%', '{after: p95, at_most: 2%}'],
  ['300ms, at most 5%', '{after: 300ms, at_most: 5%}'],
];

const PER_SECOND = 100;
/** Not counted: in these the gateway learns what to expect. */
const WARM_UP = 200;

/**
 * Latencies of `count` requests, and how many more the providers got. Each of the two has latencies of its own, the same
 * in every run with the same seed: 60 to 180 ms, but 1 to 3 s for four in a hundred.
 */
export async function hedging(hedge: string | undefined, count: number, seed: number): Promise<Sample> {
  if (!existsSync(EXECUTABLE)) throw new NotMeasured('there is no dist/llm-proxy: run `make dev`');
  const upstreams = [await startUpstream(longTailed(seed)), await startUpstream(longTailed(seed + 1))];
  const port = freePort();
  const config = join(OUT, 'hedging.yaml');
  await mkdir(OUT, { recursive: true });
  await writeFile(config, configOf(port, upstreams, hedge));
  const gateway = start([EXECUTABLE, 'serve', '-c', config], join(OUT, 'hedging.out'));
  try {
    if (!(await answers(`http://127.0.0.1:${port}/health`, 20_000))) throw new NotMeasured('the gateway did not start');
    await askAll(port, WARM_UP);
    const before = sentTo(upstreams);
    const { latencies, failures } = await askAll(port, count);
    const extraPercent = (100 * (sentTo(upstreams) - before - count)) / count;
    const sorted = latencies.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
    return { figures: { p99Ms: at(0.99), p95Ms: at(0.95), p50Ms: at(0.5), extraPercent }, failures };
  } finally {
    await gateway.stop();
    for (const upstream of upstreams) await upstream.stop();
  }
}

function longTailed(seed: number): () => ReturnType<typeof slowHeaders> {
  const random = randomFrom(seed);
  return () => {
    const [isSlow, part] = [random() < 0.04, random()];
    return slowHeaders(isSlow ? 1000 + 2000 * part : 60 + 120 * part, chatAnswer('ok'));
  };
}

/** Asks at a steady pace, whatever comes back; latencies are from the moment at which a request was due. */
async function askAll(port: number, count: number): Promise<{ latencies: number[]; failures: number }> {
  const latencies: number[] = [];
  let failures = 0;
  const startedAt = performance.now();
  const asked: Promise<void>[] = [];
  for (let n = 0; n < count; n++) {
    const dueAt = startedAt + (n * 1000) / PER_SECOND;
    await Bun.sleep(Math.max(0, dueAt - performance.now()));
    const one = ask(port).then((ok) => {
      latencies.push(performance.now() - dueAt);
      if (!ok) failures++;
    });
    asked.push(one);
  }
  await Promise.all(asked);
  return { latencies, failures };
}

async function ask(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${CLIENT_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'bench', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  await response.text();
  return response.ok;
}

function sentTo(upstreams: readonly Upstream[]): number {
  return upstreams.reduce((sum, { requests }) => sum + requests.length, 0);
}

function configOf(port: number, upstreams: readonly Upstream[], hedge: string | undefined): string {
  return `listen: "127.0.0.1:${port}"
proxy_api_key: "${CLIENT_KEY}"
backends:
${upstreams.map(({ url }, at) => `  - {name: backend-${at}, url: "${url}", api_key: sk-bench-${at}}`).join('\n')}
models:
  bench:
    balance: round_robin
${hedge === undefined ? '' : `    hedge: ${hedge}\n`}    routes:
${upstreams.map((_, at) => `      - {backend: backend-${at}, model: bench-model}`).join('\n')}
logging: {level: error, console_level: error, base_dir: ${JSON.stringify(join(OUT, 'hedging-logs'))}}
`;
}

/** The same numbers each time, in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

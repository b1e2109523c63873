// Streams that break off halfway: how many of them the client notices with each `commit`, and what that costs in time.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CUT_BACKEND_KEY, cutOf, kindOf, KINDS, type Kind } from './cuts-plan.ts';
import type { Sample } from './measure.ts';
import { answers, freePort, start, startTalking, type Program } from './processes.ts';
import { CLIENT_KEY, EXECUTABLE, freshDir, NotMeasured, OUT, portFrom } from './proxies.ts';
import { rowOf, type Result } from './report.ts';

/** The values of `commit` that are compared. */
const COMMITS = ['first_content', 'block', '500ms', '1s'] as const;
const AT_ONCE = 150;

/** Asks for `streams` streams in each round, in turn for each commit point; rounds differ in which are cut. */
export async function cuts(streams: number, rounds: number): Promise<Result[]> {
  const upstream = startTalking([process.execPath, join(import.meta.dir, 'cutting-upstream.ts')]);
  const proxy = await startProxy(await portFrom(upstream.lines, 'the upstream that cuts'));
  const found = COMMITS.map((commit) => rowOf('cuts', `\`${commit}\``));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, commit] of COMMITS.entries()) {
      const sample = await sampled(proxy.url, commit, streams, round);
      found[index]?.samples.push(sample);
      console.log(`  commit: ${commit}: ${JSON.stringify(sample.figures)}`);
    }
  }
  await proxy.stop();
  await upstream.stop();
  return found;
}

/** What became of one stream. */
interface Seen {
  readonly kind: Kind;
  readonly isCut: boolean;
  readonly isWhole: boolean;
  /** When its first content came, in milliseconds from the request. */
  readonly firstMs: number;
}

async function sampled(url: string, commit: string, streams: number, round: number): Promise<Sample> {
  const seen: Seen[] = [];
  let next = 0;
  const ask = async (): Promise<void> => {
    while (next < streams) {
      const request = `${round}-${next}`;
      next += 1;
      seen.push(await asked(url, commit, request));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  const cut = seen.filter(({ isCut }) => isCut);
  const firsts = seen.map(({ firstMs }) => firstMs).sort((a, b) => a - b);
  const kinds: Record<string, number> = {};
  for (const kind of Object.keys(KINDS)) kinds[kind] = noticed(cut.filter((one) => one.kind === kind));
  return {
    figures: {
      noticed: noticed(cut),
      ...kinds,
      firstMs: firsts[Math.floor(firsts.length / 2)] ?? NaN,
      firstP95Ms: firsts[Math.floor(firsts.length * 0.95)] ?? NaN,
    },
    failures: seen.filter(({ isCut, isWhole }) => !isCut && !isWhole).length,
  };
}

/** How many in a hundred of these are not whole. */
function noticed(cut: readonly Seen[]): number {
  return (100 * cut.filter(({ isWhole }) => !isWhole).length) / cut.length;
}

async function asked(url: string, model: string, request: string): Promise<Seen> {
  const startedAt = performance.now();
  const body = { model, stream: true, user: request, messages: [{ role: 'user', content: 'Edit the file.' }] };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${CLIENT_KEY}` },
    body: JSON.stringify(body),
  });
  let text = '';
  let firstMs = NaN;
  const decoder = new TextDecoder();
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    text += decoder.decode(read.value, { stream: true });
    if (Number.isNaN(firstMs) && text.includes('"delta"')) firstMs = performance.now() - startedAt;
  }
  const isWhole = text.endsWith('data: [DONE]\n\n') && !text.includes('"error"');
  return { kind: kindOf(request), isCut: cutOf(request) !== undefined, isWhole, firstMs };
}

/** llm-proxy without cooldowns: a backend that is left alone cuts nothing. */
async function startProxy(upstreamPort: number): Promise<Program & { url: string }> {
  const dir = await freshDir('llm-proxy-cuts');
  const port = freePort();
  const url = `http://127.0.0.1:${upstreamPort}/v1`;
  const routes = ['cuts', 'standby'].map((backend, priority) => ({ backend, model: 'bench-model', priority }));
  const config = {
    listen: `127.0.0.1:${port}`,
    proxy_api_key: CLIENT_KEY,
    backends: [
      { name: 'cuts', url, api_key: CUT_BACKEND_KEY },
      { name: 'standby', url, api_key: 'sk-bench-standby' },
    ],
    models: Object.fromEntries(COMMITS.map((commit) => [commit, { commit, routes }])),
    fallback: { cooldown_seconds: 0, max_retries: 0 },
    logging: { base_dir: join(dir, 'logs'), console_level: 'error' },
  };
  await writeFile(join(dir, 'config.yaml'), JSON.stringify(config));
  const child = start([EXECUTABLE, 'serve', '-c', join(dir, 'config.yaml')], join(OUT, 'llm-proxy-cuts.out'));
  if (!(await answers(`http://127.0.0.1:${port}/health`, 20_000))) throw new NotMeasured('llm-proxy did not start');
  return { ...child, url: `http://127.0.0.1:${port}/v1/chat/completions` };
}

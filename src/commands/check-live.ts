import { App } from '../app.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { secretsOf } from '../config/secrets.ts';
import { parseDuration } from '../lib/duration.ts';
import { startHttpThread } from '../lib/http-thread.ts';
import { nearest } from '../lib/nearest.ts';
import { wildcardMatches } from '../lib/wildcard.ts';
import { namesProxy } from '../lib/proxy-variables.ts';
import { createRedactor } from '../records/log/redact.ts';
import type { CommandLine } from './command.ts';
import { UsageError } from './command.ts';
import { configPath } from './flags.ts';
import { ask, probeConfig, RecordLog } from './live/ask.ts';
import { ALIAS, BACKEND, JSON_FLAG, TIMEOUT } from './live/flags.ts';
import { type Filter, planProbes, type Probe } from './live/plan.ts';
import { type LiveResult, notAsked, resultOf, sum, table } from './live/show.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const MOST_AT_ONCE = 8;
const MOST_AT_ONE_BACKEND = 4;

/** `llm-proxy check --live`: asks each enabled route of a valid config once, and prints what came; the exit code. */
export async function checkLive({ config }: LoadedConfig, line: CommandLine): Promise<number> {
  const { flags, out, err } = line;
  const filter = { aliases: flags.all(ALIAS), backends: flags.all(BACKEND) };
  const timeoutMs = timeoutOf(flags.value(TIMEOUT));
  const unknown = unknownName(config, filter);
  if (unknown !== undefined) throw new UsageError(unknown);
  const probes = planProbes(config, filter);
  if (probes.length === 0) {
    err('There is no enabled route to ask.');
    return 1;
  }
  const results = await askAll(config, probes, timeoutMs, line);
  if (flags.has(JSON_FLAG)) out(JSON.stringify({ file: configPath(line), routes: results }, undefined, 2));
  else for (const text of [...table(results), '', sum(results)]) out(text);
  const isProven = results.some(({ result }) => result === 'served');
  return isProven && results.every(({ result }) => result !== 'failed') ? 0 : 1;
}

function timeoutOf(text: string | undefined): number {
  const ms = text === undefined ? DEFAULT_TIMEOUT_MS : parseDuration(/^\d+$/.test(text) ? Number(text) : text);
  if (ms === undefined || ms <= 0) throw new UsageError(`--timeout ${text} is not a duration (such as 10s or 1m)`);
  return ms;
}

/** A name that a filter has and the config has not. */
function unknownName({ models, backends }: Config, filter: Filter): string | undefined {
  const aliases = Object.keys(models);
  const isAlias = (name: string): boolean =>
    aliases.includes(name) || aliases.some((alias) => wildcardMatches(alias, name));
  const names = backends.map(({ name }) => name);
  const alias = filter.aliases.find((name) => !isAlias(name));
  if (alias !== undefined) return `unknown alias ${alias}${guess(alias, aliases)}`;
  const backend = filter.backends.find((name) => !names.includes(name));
  return backend === undefined ? undefined : `unknown backend ${backend}${guess(backend, names)}`;
}

function guess(name: string, known: readonly string[]): string {
  const [near] = nearest(name, known, 1);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

async function askAll(
  config: Config,
  probes: readonly Probe[],
  timeoutMs: number,
  line: CommandLine,
): Promise<LiveResult[]> {
  if (namesProxy(line.env)) startHttpThread();
  const mask = createRedactor(secretsOf(config, line.env));
  const log = new RecordLog(mask);
  const app = await App.create(probeConfig(config, probes, timeoutMs), configPath(line), line.env, { log });
  const results: LiveResult[] = [];
  const limits = new Map(config.backends.map(({ name, max_concurrency: most }) => [name, most ?? MOST_AT_ONE_BACKEND]));
  try {
    await inLanes(probes, limits, async (probe, index) => {
      results[index] =
        probe.notAsked === undefined
          ? resultOf(probe, await ask(probe, index, app, log), mask)
          : notAsked(probe, probe.notAsked);
    });
    return results;
  } finally {
    await app.close();
  }
}

/** Does all, several at once, in all and at each backend. Once one has failed no other is begun; rejects when those that were have ended. */
export async function inLanes(
  probes: readonly Probe[],
  limits: ReadonlyMap<string, number>,
  work: (probe: Probe, index: number) => Promise<void>,
): Promise<void> {
  const waiting = probes.map((probe, index) => ({ probe, index }));
  const running = new Map<string, number>();
  const change = (backend: string, by: number): void => void running.set(backend, (running.get(backend) ?? 0) + by);
  const lane = async (): Promise<void> => {
    for (;;) {
      const at = waiting.findIndex(
        ({ probe: { backend } }) => (running.get(backend) ?? 0) < (limits.get(backend) ?? 1),
      );
      const next = at < 0 ? undefined : waiting.splice(at, 1)[0];
      if (next === undefined) return;
      const { backend } = next.probe;
      change(backend, 1);
      try {
        await work(next.probe, next.index);
      } catch (error) {
        waiting.length = 0;
        throw error;
      } finally {
        change(backend, -1);
      }
    }
  };
  // A lane that found only full backends has ended; whatever waits is done by those that are at them.
  const ended = await Promise.allSettled(Array.from({ length: MOST_AT_ONCE }, lane));
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

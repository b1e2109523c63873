import { beforeEach, expect, test } from 'bun:test';
import { exchangeOf } from '../../test/kit/exchange.ts';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { buildSnapshot } from '../build-snapshot.ts';
import { configOf } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { Attempt } from '../core/attempt.ts';
import type { Exchange } from '../core/exchange.ts';
import { transportFailure, type FailureKind } from '../core/failure.ts';
import { protocolOf } from '../protocols/registry.ts';
import type { Snapshot } from '../snapshot.ts';
import { LiveBackends } from '../upstream/backends.ts';
import { findAlias } from './aliases.ts';
import type { Candidate } from './candidates.ts';
import { Cooldowns } from './cooldown.ts';
import { RouteCandidates } from './route-candidates.ts';

let clock: FakeClock;
let exchange: Exchange;

beforeEach(() => {
  clock = new FakeClock();
  exchange = exchangeOf(clock);
});

/** The candidates of a request for `m`: routes `a` and `b`, then those of its fallback `n`, `c`. */
function candidates(retries: number) {
  const names = ['a', 'b', 'c'];
  const backends = names.map((name) => ({ name, url: 'demo:' }));
  const routes = (...named: string[]) => named.map((backend, at) => ({ backend, model: 'x', priority: at + 1 }));
  const config = configOf(
    {
      backends,
      models: { m: { routes: routes('a', 'b') }, n: { routes: routes('c') } },
      fallback: { alias_fallback: { m: ['n'] }, max_retries: retries, backoff_initial: '1s', backoff_max: '8s' },
    },
    '127.0.0.1:0',
  );
  const live = new LiveBackends(() => undefined);
  const snapshot = buildSnapshot(config, { live, env: {}, prompts: undefined, policies: [] });
  const cooldowns = new Cooldowns(clock, { cooling: () => undefined, recovered: () => undefined });
  const context = { snapshot, cooldowns, clock, random: () => 1 } as unknown as Context;
  const asked = findAlias(snapshot, 'm');
  if (asked === undefined) throw new Error('the config has the alias m');
  exchange.asked = asked;
  return { found: new RouteCandidates(asked, exchange, protocolOf('openai-chat'), context), snapshot };
}

/** Lets a backend have one slot, and takes it. Returns what frees it. */
function fill(snapshot: Snapshot, name: string): () => void {
  const live = snapshot.backends.get(name)?.live;
  if (live === undefined) throw new Error(`the config has the backend ${name}`);
  live.limit = 1;
  live.begin(0);
  return () => live.end();
}

/** What a candidate is, in short: a backend, a wait in milliseconds, or the end. */
function inShort(candidate: Candidate): string {
  if (candidate.type === 'attempt') return candidate.route.backend.name;
  return candidate.type === 'wait' ? `wait ${candidate.ms}` : 'done';
}

/** Lets the attempt be made, and fail. */
function fail(found: RouteCandidates, candidate: Candidate, kind: FailureKind): void {
  if (candidate.type !== 'attempt') throw new Error('only an attempt can fail');
  const failure = transportFailure(kind);
  const attempt = new Attempt(exchange, candidate.route, candidate.named, clock);
  attempt.begin(undefined);
  attempt.end({ failure });
  found.failed(failure, attempt);
}

/** Goes on to the end, with each attempt failing as `kind` says, and each wait successful; at most 20 steps. */
function play(found: RouteCandidates, kind: (backend: string) => FailureKind): string[] {
  const steps: string[] = [];
  for (let step = found.next(); steps.length < 20; step = found.next()) {
    steps.push(inShort(step));
    if (step.type === 'done') return steps;
    if (step.type === 'wait') {
      if (typeof step.ms === 'number') clock.advance(step.ms);
      found.waited(true);
      continue;
    }
    fail(found, step, kind(step.route.backend.name));
  }
  return steps;
}

test('without retries, each route is tried once, then the fallback’s', () => {
  expect(play(candidates(0).found, () => 'server_error')).toEqual(['a', 'b', 'c', 'done']);
});

test('with retries, a failure that may pass is tried again after a backoff, least tried first', () => {
  const steps = play(candidates(3).found, () => 'server_error');
  expect(steps.filter((step) => !step.startsWith('wait'))).toEqual(['a', 'b', 'a', 'b', 'c', 'c', 'c', 'c', 'done']);
  // Each wait is as long as backoff allows, and belongs to the retry behind it.
  expect(steps.slice(0, 7)).toEqual(['a', 'b', 'wait 1000', 'a', 'wait 2000', 'b', 'c']);
});

test('a failure that will not pass is not tried again', () => {
  expect(play(candidates(3).found, () => 'connection_failed')).toEqual(['a', 'b', 'c', 'done']);
});

test('a failure that is the client’s to see ends all, and other routes were not tried', () => {
  const { found } = candidates(3);
  expect(play(found, () => 'content_filter')).toEqual(['a', 'done']);
  expect(found.next()).toMatchObject({ type: 'done', isFinal: true, everyRouteTried: false });
});

test('what was not sent because a dialect lacks something uses up no attempt', () => {
  const { found } = candidates(1);
  const kinds: Record<string, FailureKind> = { a: 'not_carried', b: 'server_error', c: 'connection_failed' };
  expect(play(found, (backend) => kinds[backend] ?? 'server_error')).toEqual(['a', 'b', 'wait 1000', 'b', 'c', 'done']);
});

test('a backoff that is cut short ends its alias', () => {
  const { found } = candidates(3);
  for (const backend of ['a', 'b']) {
    const next = found.next();
    expect(inShort(next)).toBe(backend);
    fail(found, next, 'server_error');
  }
  expect(inShort(found.next())).toBe('wait 1000');
  found.waited(false);
  expect(inShort(found.next())).toBe('c');
});

test('a full backend is left for last, and waited for', () => {
  const { found, snapshot } = candidates(0);
  const free = fill(snapshot, 'a');
  for (const backend of ['b', 'c']) {
    const next = found.next();
    expect(inShort(next)).toBe(backend);
    fail(found, next, 'connection_failed');
  }
  expect(inShort(found.next())).toBe('wait until_free');
  free();
  found.waited(true);
  expect(inShort(found.next())).toBe('a');
});

test('with all backends full, one of them is waited for, and only once if in vain', () => {
  const { found, snapshot } = candidates(0);
  for (const name of ['a', 'b', 'c']) fill(snapshot, name);
  expect(inShort(found.next())).toBe('wait until_free');
  found.waited(false);
  expect(inShort(found.next())).toBe('done');
});

import { beforeEach, describe, expect, test } from 'bun:test';
import * as fc from 'fast-check';
import type { Alias } from '../../core/route.ts';
import { TOKEN_CLASSES, type TokenClasses } from '../../core/token-classes.ts';
import { MOST_EXPECTED } from './expected-series.ts';
import { Metrics } from './metrics.ts';
import { attempt, record, refused, rescued } from '../record.fixture.ts';

const NO_TOKENS = Object.fromEntries(TOKEN_CLASSES.map((name) => [name, 0])) as unknown as TokenClasses;

let metrics: Metrics;

beforeEach(() => {
  metrics = new Metrics({
    backends: () => [
      {
        name: 'openai',
        up: true,
        draining: false,
        inFlight: 3,
        models: [{ model: 'gpt', cooling: true, refused: true }],
      },
      { name: 'local', up: false, draining: false, inFlight: 0, models: [] },
    ],
    queueDepth: () => 7,
    aliases: () => [{ name: 'gpt-4', routes: 2, open: 1 }],
    bufferedBytes: () => 2048,
    bufferedLimitBytes: () => 4096,
    droppedLogLines: () => 2,
    version: '1.2.3',
  });
});

/** Every sample by its name and labels as written; throws at a line that is none. */
function samples(text: string): Map<string, number> {
  const found = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.split('\n').slice(0, -1)) {
    const type = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line);
    if (type !== null) {
      expect(types.has(type[1] ?? '')).toBe(false);
      types.set(type[1] ?? '', type[2] ?? '');
    } else if (!/^# HELP \S+ \S/.test(line)) {
      const sample = /^([a-z_:]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})?) (\S+)$/.exec(line);
      if (sample === null) throw new Error(`no sample: ${line}`);
      expect(found.has(sample[1] ?? '')).toBe(false);
      found.set(sample[1] ?? '', Number(sample[2]));
    }
  }
  return found;
}

function sum(found: Map<string, number>, name: string): number {
  return [...found].filter(([key]) => key.startsWith(`${name}{`)).reduce((total, [, value]) => total + value, 0);
}

describe('an exchange', () => {
  test('counts by what the config calls things, never by what the client does', () => {
    const tries = [
      attempt({ model: 'evil', modelLabel: '*', aliasLabel: 'openai/*', failure: 'overloaded', detail: 'evil' }),
      attempt({ model: 'evil/2', modelLabel: 'gpt', aliasLabel: 'openai/*', failure: 'overloaded' }),
      attempt({ model: 'evil/3', modelLabel: 'gpt', aliasLabel: 'other/*' }),
    ];
    const sent = { alias: 'evil"name', servedAlias: 'evil', model: 'evil', path: '/evil', method: 'EVIL' };
    const labelled = { ...sent, aliasLabel: 'openai/*', modelLabel: '*', traceId: 'evil', clientIp: 'evil' };
    metrics.record(record({ ...labelled, tries }));
    metrics.record(record({ ...labelled, interrupted: true, errorCode: 'evil' }));
    metrics.record({ ...refused(404, 'model_not_found'), ...sent });
    const text = metrics.render();
    expect(text).not.toContain('evil');
    const found = samples(text);
    const labels = 'alias="openai/*",backend="openai",model="*"';
    expect(found.get(`llm_proxy_requests_total{${labels},status="200",stream="true"}`)).toBe(2);
    expect(found.get(`llm_proxy_time_to_first_token_seconds_count{${labels}}`)).toBe(2);
    expect(found.get('llm_proxy_request_duration_seconds_count{alias="openai/*",stream="true"}')).toBe(2);
    expect(found.get('llm_proxy_requests_total{alias="",backend="",model="",status="404",stream="false"}')).toBe(1);
    expect(found.get('llm_proxy_overhead_seconds_count')).toBe(3);
  });

  test('tells what all its attempts have cost and used, and what has no price, once', () => {
    const used = (changes: object) => ({
      ...NO_TOKENS,
      serverTools: {},
      tier: undefined,
      statedNanoUsd: undefined,
      estimated: false,
      ...changes,
    });
    const cost = { nanoUsd: 100_000_001, source: 'table' as const, rates: {} };
    const tries = [
      attempt({ failure: 'overloaded', usage: used({ input: 7 }), cost }),
      attempt({ backend: 'own', usage: used({ input: 2, cacheRead: 3, output: 4, reasoning: 1 }), cost: null }),
      attempt({ backend: 'own', usage: used({ output: 1 }), cost: null }),
    ];
    for (let i = 0; i < 10; i++) metrics.record(record({ team: 'platform', tries }));
    metrics.record(record({ tries: [attempt({ usage: used({ input: 1 }), cost })] }));
    const found = samples(metrics.render());
    const openai = 'alias="gpt-4",backend="openai"';
    const model = 'model="gpt-4-turbo-preview"';
    expect(found.get(`llm_proxy_cost_usd_total{${openai},${model}}`)).toBe(1.100000011);
    expect(found.get('llm_proxy_team_cost_usd_total{team="platform"}')).toBe(1.00000001);
    expect(found.get('llm_proxy_team_cost_usd_total{team=""}')).toBe(0.100000001);
    expect(found.get(`llm_proxy_unpriced_requests_total{alias="gpt-4",backend="own",${model}}`)).toBe(10);
    expect(found.get(`llm_proxy_unpriced_requests_total{${openai},${model}}`)).toBe(0);
    expect(found.get(`llm_proxy_usage_tokens_total{${openai},class="input"}`)).toBe(71);
    const own = (name: string) =>
      found.get(`llm_proxy_usage_tokens_total{alias="gpt-4",backend="own",class="${name}"}`);
    expect(['input', 'cache_read', 'output', 'reasoning'].map(own)).toEqual([20, 30, 50, 10]);
    expect(own('audio_input')).toBeUndefined();
  });

  test('tells its tokens by type', () => {
    const usage = { promptTokens: 10, completionTokens: 5, cachedTokens: 4, reasoningTokens: 3 };
    metrics.record(record({ usage }));
    metrics.record(record({ usage: { ...usage, cachedTokens: undefined } }));
    const found = samples(metrics.render());
    const of = (type: string) => found.get(`llm_proxy_tokens_total{alias="gpt-4",backend="openai",type="${type}"}`);
    expect([of('prompt'), of('completion'), of('cached'), of('reasoning')]).toEqual([20, 10, 4, 6]);
  });

  test('that failed over counts its tries, and L1 and L2', () => {
    metrics.record(rescued(0));
    metrics.record(
      record({
        tries: [
          attempt({ failure: 'overloaded' }),
          attempt({ model: 'other', modelLabel: 'other', failure: 'reset' }),
          attempt({ backend: 'anthropic', aliasLabel: 'claude', model: 'opus', modelLabel: 'opus' }),
        ],
      }),
    );
    const found = samples(metrics.render());
    const gpt = 'backend="openai",model="gpt-4-turbo-preview"';
    expect(found.get(`llm_proxy_attempts_total{${gpt},outcome="overloaded"}`)).toBe(2);
    expect(found.get('llm_proxy_attempts_total{backend="anthropic",model="opus",outcome="success"}')).toBe(1);
    expect(found.get('llm_proxy_fallbacks_total{from="openai",to="local-llm",level="L1"}')).toBe(1);
    expect(found.get('llm_proxy_fallbacks_total{from="openai/gpt-4-turbo-preview",to="openai/other",level="L1"}')).toBe(
      1,
    );
    expect(found.get('llm_proxy_fallbacks_total{from="gpt-4",to="claude",level="L2"}')).toBe(1);
  });

  test('counts for a backend that called it invalid, once another has served it', () => {
    const invalid = attempt({ backend: 'openai', model: 'x', modelLabel: '*', failure: 'bad_request' });
    metrics.record(record({ tries: [invalid, attempt({ backend: 'other' })] }));
    metrics.record(record({ status: 400, tries: [invalid] }));
    const found = samples(metrics.render());
    expect(found.get('llm_proxy_rejected_then_served_total{backend="openai",model="*"}')).toBe(1);
    expect(sum(found, 'llm_proxy_rejected_then_served_total')).toBe(1);
  });

  test('counts by the alias that was asked for, whichever served or failed last', () => {
    const tries = [attempt({ failure: 'overloaded' }), attempt({ aliasLabel: 'claude', failure: 'server_error' })];
    metrics.record(record({ askedLabel: 'gpt-4', aliasLabel: 'claude', servedAlias: 'claude', status: 502, tries }));
    metrics.record(record({ askedLabel: 'gpt-4', aliasLabel: 'claude', servedAlias: 'claude' }));
    metrics.record(record({ askedLabel: undefined }));
    const found = samples(metrics.render());
    expect(found.get('llm_proxy_alias_requests_total{alias="gpt-4",outcome="failed"}')).toBe(1);
    expect(found.get('llm_proxy_alias_requests_total{alias="gpt-4",outcome="fallback"}')).toBe(1);
    expect(sum(found, 'llm_proxy_alias_requests_total')).toBe(2);
  });

  test('that was refused counts by its reason; one that broke off as interrupted', () => {
    metrics.record(refused(429, 'rate_limit_exceeded'));
    metrics.record(record({ interrupted: true, errorCode: 'stream_interrupted' }));
    const found = samples(metrics.render());
    expect(found.get('llm_proxy_refused_total{reason="rate_limit_exceeded"}')).toBe(1);
    expect(sum(found, 'llm_proxy_refused_total')).toBe(1);
    expect(found.get('llm_proxy_interrupted_total{alias="gpt-4",backend="openai"}')).toBe(1);
  });

  test('that the client or the shutdown broke off is not held against the backend', () => {
    for (const failure of ['write_timeout', 'shutting_down', 'client_gone', 'connection_reset'])
      metrics.record(record({ interrupted: true, errorCode: failure, tries: [attempt({ failure })] }));
    expect(sum(samples(metrics.render()), 'llm_proxy_interrupted_total')).toBe(1);
  });

  test('is counted exactly once, whatever it is', () => {
    const any = fc.record({
      status: fc.constantFrom(200, 400, 429, 499, 503),
      stream: fc.boolean(),
      aliasLabel: fc.constantFrom('a', 'b', undefined),
      backend: fc.constantFrom('x', 'a', undefined),
      modelLabel: fc.constantFrom('x', '*', undefined),
      queueMs: fc.option(fc.nat(1000), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 100 }), (changes) => {
        const before = samples(metrics.render());
        for (const change of changes) metrics.record(record(change));
        const after = samples(metrics.render());
        const grown = (name: string): number => sum(after, name) - sum(before, name);
        expect(grown('llm_proxy_requests_total')).toBe(changes.length);
        const expected = new Map<string, number>();
        for (const { aliasLabel = '', backend = '', modelLabel = '', status, stream } of changes) {
          const route = `alias="${aliasLabel}",backend="${backend}",model="${modelLabel}"`;
          const key = `llm_proxy_requests_total{${route},status="${status}",stream="${stream}"}`;
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
        for (const [key, count] of expected) expect((after.get(key) ?? 0) - (before.get(key) ?? 0)).toBe(count);
        expect(grown('llm_proxy_request_duration_seconds_count')).toBe(changes.length);
        const waits = 'llm_proxy_queue_wait_seconds_count';
        expect((after.get(waits) ?? 0) - (before.get(waits) ?? 0)).toBe(
          changes.filter(({ queueMs }) => queueMs !== undefined).length,
        );
      }),
    );
  });
});

test('state is read when it is asked for', () => {
  metrics.cooledDown('openai', 'gpt');
  metrics.reloaded(false);
  const found = samples(metrics.render());
  expect(found.get('llm_proxy_backend_up{backend="openai"}')).toBe(1);
  expect(found.get('llm_proxy_backend_up{backend="local"}')).toBe(0);
  expect(found.get('llm_proxy_backend_cooling{backend="openai",model="gpt"}')).toBe(1);
  expect(found.get('llm_proxy_backend_refused{backend="openai",model="gpt"}')).toBe(1);
  expect(found.get('llm_proxy_in_flight{backend="openai"}')).toBe(3);
  expect(found.get('llm_proxy_alias_routes{alias="gpt-4"}')).toBe(2);
  expect(found.get('llm_proxy_alias_routes_open{alias="gpt-4"}')).toBe(1);
  expect(found.get('llm_proxy_buffered_bytes')).toBe(2048);
  expect(found.get('llm_proxy_buffered_limit_bytes')).toBe(4096);
  expect(found.get('llm_proxy_queue_depth')).toBe(7);
  expect(found.get('llm_proxy_log_lines_dropped_total')).toBe(2);
  expect(found.get('llm_proxy_cooldowns_total{backend="openai",model="gpt"}')).toBe(1);
  expect(found.get('llm_proxy_config_valid')).toBe(0);
  expect(found.get('llm_proxy_config_reloads_total{result="failure"}')).toBe(1);
  expect(found.get('llm_proxy_config_reloads_total{result="success"}')).toBe(0);
  expect(found.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
  metrics.reloaded(true);
  expect(samples(metrics.render()).get('llm_proxy_config_valid')).toBe(1);
});

test('a good and a failed reload are there from the start, and the build', () => {
  const found = samples(metrics.render());
  expect(found.get('llm_proxy_config_reloads_total{result="success"}')).toBe(0);
  expect(found.get('llm_proxy_config_reloads_total{result="failure"}')).toBe(0);
  expect(found.get('llm_proxy_config_valid')).toBe(1);
  const { platform, arch } = process;
  const labels = `version="1.2.3",bun="${Bun.version}",platform="${platform}",arch="${arch}"`;
  expect(found.get(`llm_proxy_build_info{${labels}}`)).toBe(1);
});

describe('a config', () => {
  /** An alias with a route to `model` at each of `backends`, as far as metrics look at it. */
  const alias = (name: string, model: string, ...backends: string[]): Alias => {
    const routes = backends.map((backend) => ({ backend: { name: backend }, modelLabel: model }));
    return { name, tiers: [routes] } as unknown as Alias;
  };

  test('has what alerts look at from the start, where anybody reads it', () => {
    metrics.expect([alias('gpt-4', 'gpt', 'openai', 'azure')]);
    const found = samples(metrics.render());
    for (const outcome of ['served', 'failed', 'turned_away', 'limited'])
      expect(found.get(`llm_proxy_alias_requests_total{alias="gpt-4",outcome="${outcome}"}`)).toBe(0);
    for (const outcome of ['success', 'refused', 'server_error'])
      expect(found.get(`llm_proxy_attempts_total{backend="azure",model="gpt",outcome="${outcome}"}`)).toBe(0);
    expect(found.get('llm_proxy_interrupted_total{alias="gpt-4",backend="azure"}')).toBe(0);
  });

  test('of many aliases has less of it from the start, and counts the rest when it comes', () => {
    const many = (count: number): Alias[] =>
      Array.from({ length: count }, (_, index) => alias(`a${index}`, `m${index}`, 'openai'));
    const counted = (name: string): number =>
      [...samples(metrics.render()).keys()].filter((key) => key.startsWith(`llm_proxy_${name}{`)).length;
    for (const count of [10, 200, 700, 10_000]) {
      metrics.expect(many(count));
      for (const name of ['alias_requests_total', 'attempts_total', 'interrupted_total'])
        expect(counted(name)).toBeLessThanOrEqual(MOST_EXPECTED);
    }
    metrics.expect(many(200));
    expect(
      samples(metrics.render()).get('llm_proxy_attempts_total{backend="openai",model="m9",outcome="refused"}'),
    ).toBe(0);
    metrics.expect(many(10_000));
    const labels = { askedLabel: 'a9', aliasLabel: 'a9', modelLabel: 'm9' };
    metrics.record(record({ ...labels, tries: [attempt({ aliasLabel: 'a9', modelLabel: 'm9' })] }));
    const found = samples(metrics.render());
    expect(found.get('llm_proxy_alias_requests_total{alias="a9",outcome="served"}')).toBe(1);
    expect(found.get('llm_proxy_attempts_total{backend="openai",model="m9",outcome="success"}')).toBe(1);
  });
});

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('open descriptors stand beside how many may be open', () => {
    const found = samples(metrics.render());
    const open = found.get('process_open_fds') ?? 0;
    expect(open).toBeGreaterThan(2);
    expect(found.get('process_max_fds')).toBeGreaterThanOrEqual(open);
  });

  test('a scrape without a descriptor left tells all that can still be read', () => {
    const program = `
      import { openSync } from 'node:fs';
      import { Metrics } from ${JSON.stringify(`${import.meta.dir}/metrics.ts`)};
      const none = { backends: () => [], aliases: () => [] };
      const zero = { bufferedBytes: () => 0, bufferedLimitBytes: () => 0, droppedLogLines: () => 0 };
      const sources = { ...none, ...zero, queueDepth: () => 7, version: '1' };
      const metrics = new Metrics(sources);
      try { for (;;) openSync('/dev/null', 'r'); } catch {}
      process.stdout.write(metrics.render());
    `;
    const shell = ['sh', '-c', 'ulimit -n 64 && exec "$0" -e "$1"', process.execPath, program];
    const { stdout, stderr } = Bun.spawnSync(shell);
    expect(stderr.toString()).toBe('');
    const found = samples(stdout.toString());
    expect(found.get('llm_proxy_queue_depth')).toBe(7);
    expect(found.get('process_max_fds')).toBe(64);
    expect(found.has('process_open_fds')).toBe(false);
  });
});

describe('requests by caller', () => {
  const lines = (): string[] =>
    metrics
      .render()
      .split('\n')
      .filter((line) => line.startsWith('llm_proxy_caller_requests_total{'));

  test('are counted by configured names and statuses', () => {
    metrics.record(record({ caller: 'team-a' }));
    metrics.record(record({ caller: 'team-a' }));
    metrics.record(record({ caller: 'team-a', status: 429 }));
    metrics.record(record({ caller: 'admin' }));
    expect(lines().sort()).toEqual([
      'llm_proxy_caller_requests_total{caller="admin",status="200"} 1',
      'llm_proxy_caller_requests_total{caller="team-a",status="200"} 2',
      'llm_proxy_caller_requests_total{caller="team-a",status="429"} 1',
    ]);
  });

  test('have no label that a client could make up, and none without a caller', () => {
    metrics.record(record({ caller: 'client:0123456789abcdef' }));
    metrics.record(record({ caller: 'client:fedcba9876543210' }));
    metrics.record(record({ caller: undefined, status: 401 }));
    expect(lines()).toEqual(['llm_proxy_caller_requests_total{caller="anonymous",status="200"} 2']);
  });
});

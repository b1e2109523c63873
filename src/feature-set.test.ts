import { afterEach, describe, expect, test } from 'bun:test';
import { featureTools } from '../test/kit/feature-tools.ts';
import { stall } from '../test/kit/replies.ts';
import { startUpstream } from '../test/kit/upstream.ts';
import { App } from './app.ts';
import { formatListen } from './config/listen.ts';
import { ConfigError } from './config/problem.ts';
import type { Config } from './config/schema.ts';
import { configOf } from './config/schema.ts';
import { FeatureSet } from './feature-set.ts';
import type { Feature, FeatureTools } from './feature.ts';
import { counter } from './records/metrics/families.ts';
import { createFeatures } from './features.ts';
import { Host } from './server/host.ts';
import type { Snapshot } from './snapshot.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A config in which the features of `names` are on: those of aliases. */
function on(...names: string[]): Config {
  const models = Object.fromEntries(names.map((name) => [name, { routes: [{ backend: 'a', model: 'x' }] }]));
  return configOf({ backends: [{ name: 'a', url: 'demo:' }], models, logging: { base_dir: '' } }, '127.0.0.1:0');
}

/** A feature that an alias of its name turns on, and that notes what becomes of it. */
function noting(name: string, notes: string[], more: Partial<Feature> = {}): Feature {
  const note = (what: string): void => {
    notes.push(`${name} ${what}`);
  };
  return {
    name,
    isOn: ({ models }) => Object.hasOwn(models, name),
    policy: {
      name,
      admit() {
        note('admits');
        return undefined;
      },
    },
    link: { name, serve: (_exchange, _client, _context, next) => next() },
    sink: { record: () => note('records') },
    start: () => Promise.resolve(note('starts')),
    configure: ({ models }) => note(`configured for ${Object.keys(models).join()}`),
    close: () => Promise.resolve(note('closes')),
    ...more,
  };
}

function setOf(...features: Feature[]) {
  const lines: string[] = [];
  const set = new FeatureSet(features, featureTools(undefined, (line) => void lines.push(line)).log);
  const configure = (config: Config) => set.configure(config, {} as Snapshot);
  return { set, configure, lines };
}

/** Lets a promise that has already settled be heard of. */
async function heard(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

describe('features', () => {
  test('start once, in order, by the first config that turns them on; each is configured by every config', async () => {
    const notes: string[] = [];
    const { set, configure } = setOf(noting('a', notes), noting('b', notes));
    for (const config of [on('b'), on('b', 'a'), on('a'), on('b')]) {
      await set.start(config);
      configure(config);
    }
    expect(notes).toEqual([
      'b starts',
      'a configured for b',
      'b configured for b',
      'a starts',
      'a configured for b,a',
      'b configured for b,a',
      'a configured for a',
      'b configured for a',
      'a configured for b',
      'b configured for b',
    ]);
  });

  test('that are off are in no list', () => {
    const [a, b] = [noting('a', []), noting('b', [])];
    const { set, configure } = setOf(a, b);
    const { sinks } = set;
    for (const [config, features] of [
      [on('b', 'a'), [a, b]],
      [on('b'), [b]],
      [on(), []],
      [on('a'), [a]],
    ] as const) {
      expect(set.policiesOf(config)).toEqual(features.map(({ policy }) => policy!));
      expect(set.linksOf(config)).toEqual(features.map(({ link }) => link!));
      configure(config);
      expect(sinks).toEqual(features.map(({ sink }) => sink!));
    }
  });

  test('tell what they have to show only while they are on', () => {
    const a = noting('a', [], {
      families: [counter('a_total', 'What a counts.')],
      degraded: () => 'store_down',
      status: () => ({ rows: 3 }),
    });
    const { set, configure } = setOf(a, noting('b', []));
    configure(on('b'));
    expect([set.families(), set.degraded(), set.status()]).toEqual([[], undefined, undefined]);
    configure(on('a', 'b'));
    expect(set.families()).toEqual(a.families!);
    expect([set.degraded(), set.status()]).toEqual([{ a: 'store_down' }, { a: { rows: 3 } }]);
  });

  test('are closed once, the last first, each when the one before has closed; those never on are not', async () => {
    const notes: string[] = [];
    const gate = Promise.withResolvers<void>();
    const slow = noting('b', notes, { close: () => gate.promise });
    const { set, configure } = setOf(noting('a', notes), slow, noting('c', notes), noting('d', notes));
    await set.start(on('a', 'b', 'd'));
    configure(on('a', 'b', 'd'));
    notes.length = 0;
    const closed = set.close();
    await heard();
    expect(notes).toEqual(['d closes']);
    gate.resolve();
    await closed;
    await set.close();
    expect(notes).toEqual(['d closes', 'a closes']);
  });

  test('get no record and no config once they are closed', async () => {
    const notes: string[] = [];
    const open = noting('c', notes);
    delete (open as { close?: unknown }).close;
    const { set, configure } = setOf(noting('a', notes), open);
    await set.start(on('a', 'c'));
    configure(on('a', 'c'));
    const closed = set.close();
    expect(set.sinks).toEqual([open.sink!]);
    await closed;
    notes.length = 0;
    configure(on('a', 'c'));
    expect([set.sinks, notes]).toEqual([[open.sink!], []]);
  });

  test('one that does not close well is logged, and the others are closed', async () => {
    const notes: string[] = [];
    const broken = noting('b', notes, { close: () => Promise.reject(new Error('disk full')) });
    const { set, lines } = setOf(noting('a', notes), broken);
    await set.start(on('a', 'b'));
    await set.close();
    expect(notes).toContain('a closes');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'error', msg: 'a part of the gateway did not close well', feature: 'b', err: { message: 'disk full' } },
    ]);
  });
});

describe('of a gateway', () => {
  const refusing = (notes: string[]): Feature =>
    noting('b', notes, {
      start: () =>
        Promise.reject(new ConfigError([{ file: '', line: 0, column: 0, path: 'b', message: 'no' }], [], false)),
    });

  function create(config: Config, ...features: Feature[]): Promise<App> {
    const all = (tools: FeatureTools) => [...createFeatures(tools), ...features];
    return App.create(config, undefined, {}, { features: all });
  }

  test('have started before it is there, and are closed with it', async () => {
    const notes: string[] = [];
    const app = await create(on('a'), noting('a', notes));
    expect(notes).toEqual(['a starts', 'a configured for a']);
    expect(app.gateway.snapshot.policies.map(({ name }) => name)).toEqual(['a']);
    await app.close();
    expect(notes.at(-1)).toBe('a closes');
  });

  test('one that cannot start keeps it from starting, and what has started is closed', async () => {
    const notes: string[] = [];
    await expect(create(on('a', 'b'), noting('a', notes), refusing(notes))).rejects.toThrow(ConfigError);
    expect(notes).toEqual(['a starts', 'a closes']);
  });

  test('one that cannot start refuses a reload, and nothing has changed', async () => {
    const notes: string[] = [];
    const app = await create(on('a'), noting('a', notes), refusing(notes));
    cleanups.push(() => app.close());
    const before = app.gateway.snapshot;
    notes.length = 0;
    let isMoved = false;
    const reloaded = app.reload(on('a', 'b'), () => Promise.resolve(void (isMoved = true)));
    await expect(reloaded).rejects.toThrow(ConfigError);
    expect([app.gateway.snapshot === before, isMoved, notes]).toEqual([true, false, []]);
  });

  test('are configured by a reload before requests meet its policies', async () => {
    const seen: string[][] = [];
    const watching = noting('b', [], {
      configure: () => void seen.push(app?.gateway.snapshot.policies.map(({ name }) => name) ?? []),
    });
    let app: App | undefined = undefined as App | undefined;
    app = await create(on('a'), noting('a', []), watching);
    cleanups.push(app.close.bind(app));
    await app.reload(on('a', 'b'), () => Promise.resolve());
    expect(seen).toEqual([[], ['a']]);
    expect(app.gateway.snapshot.policies.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(app.gateway.snapshot.links.map(({ name }) => name)).toEqual(['a', 'b', 'attempts']);
  });

  test('say what is wrong where load balancers and operators ask, and show their metrics', async () => {
    const ledger = noting('a', [], {
      families: [counter('rows_total', 'Rows.')],
      degraded: () => 'store_down',
      status: () => ({ rows: 3 }),
    });
    const { app, url } = await serving(on('a'), ledger);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', degraded: { a: 'store_down' } }]);
    const status = await (await fetch(`${url}/admin/status`)).json();
    expect(status).toMatchObject({ degraded: { a: 'store_down' }, features: { a: { rows: 3 } } });
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('# TYPE llm_proxy_rows_total counter');
    await app.reload(on('b'), () => Promise.resolve());
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' });
    const after = (await (await fetch(`${url}/admin/status`)).json()) as object;
    expect(after).not.toHaveProperty('degraded');
    expect(after).not.toHaveProperty('features.a');
    expect(await (await fetch(`${url}/metrics`)).text()).not.toContain('rows_total');
  });

  test('get the record of a request that began before a reload turned them on, and are closed after the last', async () => {
    const notes: string[] = [];
    const arrived = Promise.withResolvers<void>();
    const upstream = await startUpstream(() => {
      arrived.resolve();
      return stall();
    });
    cleanups.push(() => upstream.stop());
    const { app, host, url } = await serving(stalling(upstream.url, 'm'), noting('a', notes));
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
    const answer = fetch(`${url}/v1/chat/completions`, { method: 'POST', body });
    await arrived.promise;
    await app.reload(stalling(upstream.url, 'm', 'a'), () => Promise.resolve());
    notes.length = 0;
    await host.stop(0);
    await app.close();
    expect((await answer).status).toBe(503);
    expect(notes).toEqual(['a records', 'a closes']);
  });

  function stalling(url: string, ...aliases: string[]): Config {
    const models = Object.fromEntries(aliases.map((name) => [name, { routes: [{ backend: 'a', model: 'x' }] }]));
    const backends = [{ name: 'a', url }];
    return configOf({ backends, models, logging: { base_dir: '' } }, '127.0.0.1:0');
  }

  async function serving(config: Config, ...features: Feature[]) {
    const app = await create(config, ...features);
    const host = new Host(app);
    cleanups.push(async () => {
      await host.stop(0);
      await app.close();
    });
    await host.follow(config);
    return { app, host, url: `http://${formatListen(host.address!)}` };
  }
});

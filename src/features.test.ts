// The contract that every feature is held to. It walks the list, so that a new feature needs no row here.
import { describe, expect, test } from 'bun:test';
import { FakeClock } from '../test/kit/fake-clock.ts';
import { featureTools } from '../test/kit/feature-tools.ts';
import { buildSnapshot } from './build-snapshot.ts';
import { configOf } from './config/schema.ts';
import type { Feature } from './feature.ts';
import { FeatureSet } from './feature-set.ts';
import { createFeatures } from './features.ts';
import { stateFamilies, requestFamilies } from './records/metrics/catalogue.ts';
import { processMetrics } from './records/metrics/process-metrics.ts';
import { record } from './records/record.fixture.ts';
import { LiveBackends } from './upstream/backends.ts';

const NOTHING_ON = configOf({ logging: { base_dir: '' }, metrics: { enabled: false } }, '127.0.0.1:0');

const features = createFeatures(featureTools());

function snapshotOf(set: FeatureSet) {
  const live = new LiveBackends(() => undefined);
  return buildSnapshot(NOTHING_ON, { live, env: {}, prompts: undefined, policies: set.policiesOf(NOTHING_ON) });
}

/** The feature of that name, made anew, and the log lines that have come. */
function made(name: string) {
  const lines: string[] = [];
  const clock = new FakeClock();
  const feature = createFeatures(featureTools(clock, (line) => void lines.push(line))).find((one) => one.name === name);
  if (feature === undefined) throw new Error(`no feature ${name}`);
  return { feature, lines, clock };
}

test('the list has each once, and the queue last of those with a policy', () => {
  const names = features.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(features.findLast(({ policy }) => policy !== undefined)?.name).toBe('queue');
});

test('with nothing configured the log is on, and what was seen lately: a request meets no policy', () => {
  const set = new FeatureSet(features, featureTools().log);
  set.configure(NOTHING_ON, snapshotOf(set));
  expect(set.policiesOf(NOTHING_ON)).toEqual([]);
  const isAlwaysOn = (name: string): boolean => ['log', 'recent', 'steering'].includes(name);
  expect(set.sinks).toEqual(
    features.flatMap(({ name, sink }) => (isAlwaysOn(name) && sink !== undefined ? [sink] : [])),
  );
});

test('no two metrics have the same name', () => {
  const sources = {
    backends: () => [],
    aliases: () => [],
    queueDepth: () => 0,
    bufferedBytes: () => 0,
    bufferedLimitBytes: () => 0,
    droppedLogLines: () => 0,
    configValid: () => true,
    version: '',
  };
  const own = [...Object.values(requestFamilies()), ...stateFamilies(sources), ...processMetrics()];
  const names = [...own, ...features.flatMap(({ families = [] }) => families)].map(({ name }) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

describe.each(features.map((feature): [string, Feature] => [feature.name, feature]))(
  '%s',
  (name, { policy, link, sink, start }) => {
    test('has a name that operators can read, and its policy and its link have the same', () => {
      expect(name).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
      for (const part of [policy, link]) expect(part?.name ?? name).toBe(name);
      expect(policy ?? link ?? sink ?? start).toBeDefined();
    });

    test('judges a config alone, whatever was in force before', () => {
      const { feature } = made(name);
      const set = new FeatureSet([feature], featureTools().log);
      const before = feature.isOn(NOTHING_ON);
      feature.configure(NOTHING_ON, snapshotOf(set));
      expect(feature.isOn(NOTHING_ON)).toBe(before);
    });

    test('is configured as often as there are reloads, without a word, and leaves no timer where it is off', () => {
      const { feature, lines, clock } = made(name);
      const set = new FeatureSet([feature], featureTools().log);
      for (let i = 0; i < 3; i++) feature.configure(NOTHING_ON, snapshotOf(set));
      expect(lines).toEqual([]);
      if (!feature.isOn(NOTHING_ON)) expect(clock.pending).toBe(0);
    });

    test('takes a record at once and without an error', () => {
      const { feature } = made(name);
      expect(feature.sink?.record(record())).toBeUndefined();
    });

    test('has metrics of the gateway, a code for what is wrong, and a status that is JSON', () => {
      const { feature } = made(name);
      for (const family of feature.families ?? []) expect(family.name).toStartWith('llm_proxy_');
      expect(feature.degraded?.() ?? 'none').toMatch(/^[a-z]+(?:_[a-z]+)*$/);
      const status = feature.status?.() ?? {};
      expect(JSON.parse(JSON.stringify(status))).toEqual(status);
    });
  },
);

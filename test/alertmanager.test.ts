// The example for Alertmanager, held against the alerts and judged by Alertmanager's own tool.
import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Json } from './kit/json.ts';
import { groupedBy } from './kit/metric-samples.ts';
import { program } from './kit/program.ts';

const DIR = join(import.meta.dir, '../deploy/prometheus');
const FILE = join(DIR, 'alertmanager.yml');
const config: Json = parse(readFileSync(FILE, 'utf8'));
const alerts = new Map<string, Json>(
  parse(readFileSync(join(DIR, 'alerts.yml'), 'utf8'))
    .groups.flatMap((group: Json) => group.rules)
    .flatMap((rule: Json) => (rule.alert === undefined ? [] : [[rule.alert, rule]])),
);
const amtool = await program('amtool', { apt: 'prometheus-alertmanager', path: 'usr/bin/amtool' });

describe('what mutes what', () => {
  const namesOf = (matchers: readonly string[]): string[] =>
    matchers.flatMap((matcher) => (/^alertname =~? "(.+)"$/.exec(matcher)?.[1] ?? 'no alertname').split('|'));
  const pairs = config.inhibit_rules.flatMap(({ source_matchers: from, target_matchers: to, equal }: Json) =>
    namesOf(from).flatMap((source) => namesOf(to).map((target) => [source, target, equal])),
  );

  test.each(pairs as [string, string, string[]][])('%s mutes %s: alerts that there are', (source, target, equal) => {
    for (const name of [source, target]) {
      const { expr } = alerts.get(name) ?? {};
      expect(expr).toBeString();
      // One that is not aggregated has every label of its target.
      const labels = groupedBy(expr);
      if (labels.length > 0) for (const label of equal) expect(labels).toContain(label);
    }
    // Whoever is muted is not worth more than whoever mutes.
    if (alerts.get(target)?.labels.severity === 'critical')
      expect(alerts.get(source)?.labels.severity).toBe('critical');
  });
});

describe.skipIf(amtool === undefined)('amtool', () => {
  const run = async (...args: string[]): Promise<string> => {
    const child = Bun.spawn([amtool ?? '', ...args], { stdout: 'pipe', stderr: 'pipe' });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    // It warns of what it goes by, even if that is what it was told.
    if (code !== 0) throw new Error(err);
    return out;
  };

  test('takes the config', async () => expect(await run('check-config', FILE)).toContain('SUCCESS'));

  test.each([...alerts.values()].map(({ alert, labels }) => [alert, labels.severity]))(
    '%s goes where its severity says',
    async (alert, severity) => {
      const receiver = severity === 'critical' ? 'on-call' : 'working-hours';
      const labels = [`alertname=${alert}`, `severity=${severity}`];
      expect((await run('config', 'routes', 'test', `--config.file=${FILE}`, ...labels)).trim()).toBe(receiver);
    },
  );
});

// Writes src/commands/alerts.json, what `explain` knows of the alerts, from the rules, which lie outside the executable.
import { join } from 'node:path';
import { parse } from 'yaml';
import { formatted } from './formatted.ts';
import { writeGenerated } from './write-generated.ts';

const PATH = 'src/commands/alerts.json';

interface Rule {
  readonly alert?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

const text = await Bun.file(join(import.meta.dir, '../deploy/prometheus/alerts.yml')).text();
const { groups } = parse(text) as { groups: readonly { readonly rules: readonly Rule[] }[] };
const alerts: Record<string, object> = {};
for (const { alert, labels, annotations } of groups.flatMap(({ rules }) => rules)) {
  if (alert === undefined) continue;
  // The names of labels in capitals.
  const summary = annotations['summary']?.replaceAll(/\{\{ *\$labels\.(\w+) *\}\}/g, (_whole, label: string) =>
    label.toUpperCase(),
  );
  alerts[alert] = { severity: labels['severity'], summary };
}
await writeGenerated(PATH, await formatted(PATH, JSON.stringify(alerts)));

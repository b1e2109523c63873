import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { table } from './table.ts';
import type { Localize } from './table.ts';

interface Rule {
  readonly alert?: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: { readonly summary: string };
}

/** Every alert with a link to its section. */
export function alertsBlock(localize: Localize): string {
  const { groups } = parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8')) as { groups: { rules: Rule[] }[] };
  const rows = groups.flatMap(({ rules }) =>
    rules.flatMap(({ alert, labels, annotations }) =>
      alert === undefined || labels === undefined || annotations === undefined
        ? []
        : [[`[${alert}](#${alert.toLowerCase()})`, labels.severity, localize(named(annotations.summary))]],
    ),
  );
  return table(localize, ['alert', 'severity', 'what it says'], rows);
}

/** `{{ $labels.alias }}` as `ALIAS`. */
function named(summary: string): string {
  return summary.replaceAll(/\{\{ *\$labels\.(\w+) *\}\}/g, (_whole, label: string) => label.toUpperCase());
}

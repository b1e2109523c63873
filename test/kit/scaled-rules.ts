import { parse, stringify } from 'yaml';
import type { Json } from './json.ts';

/** Prometheus rules with every length of time divided by `factor`, and nothing else changed: a test cannot wait for hours. */
export function scaledRules(text: string, factor: number): string {
  const rules: Json = parse(text);
  const scaled = (time: string): string => `${Math.round(msOf(time) / factor)}ms`;
  for (const group of rules.groups) {
    for (const rule of group.rules) {
      if (rule.for !== undefined) rule.for = scaled(rule.for);
      rule.expr = rule.expr
        .replace(/\[(\w+)\]/g, (_whole: string, time: string) => `[${scaled(time)}]`)
        .replace(/\boffset (\w+)/g, (_whole: string, time: string) => `offset ${scaled(time)}`);
    }
  }
  return stringify(rules);
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function msOf(time: string): number {
  const [, count = '', unit = ''] = /^(\d+)([smhd])$/.exec(time) ?? [];
  const ms = UNITS[unit];
  if (ms === undefined) throw new Error(`no length of time: ${time}`);
  return Number(count) * ms;
}

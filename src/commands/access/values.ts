import type { CommandLine, Flag, FlagValues } from '../command.ts';
import { UsageError } from '../command.ts';
import { ALLOWED_IP, BUDGET, ENDPOINT, EXPIRES, LIMITS, LOG_BODIES, MODEL, OWNER, PARENT, TAG, TEAM } from './flags.ts';

/** What the config would say of the key that a command line is about; whether it may be so, the registry says. */
export function keyValuesOf(line: CommandLine, name: string): Record<string, unknown> {
  const { flags } = line;
  return present({
    name,
    team: flags.value(TEAM),
    owner: flags.value(OWNER),
    models: listOf(flags, MODEL),
    endpoints: listOf(flags, ENDPOINT),
    allowed_ips: listOf(flags, ALLOWED_IP),
    expires_at: flags.value(EXPIRES),
    tags: flags.has(TAG) ? Object.fromEntries(flags.all(TAG).map(tagOf)) : undefined,
    log_bodies: flags.value(LOG_BODIES),
    ...limitsOf(flags),
  });
}

/** The same of a team. */
export function teamValuesOf({ flags }: CommandLine, name: string): Record<string, unknown> {
  return present({ name, parent: flags.value(PARENT), models: listOf(flags, MODEL), ...limitsOf(flags) });
}

/** Also several in one value, with commas between. */
function listOf(flags: FlagValues, flag: Flag): string[] | undefined {
  const values = flags.all(flag).flatMap((value) => value.split(',').map((each) => each.trim()));
  return values.length === 0 ? undefined : values;
}

function limitsOf(flags: FlagValues): Record<string, unknown> {
  const numbers: [string, unknown][] = LIMITS.filter((flag) => flag !== BUDGET).map((flag) => {
    const text = flags.value(flag);
    return [flag.name.replaceAll('-', '_'), text === undefined ? undefined : numberOf(text)];
  });
  const limits: Record<string, unknown> = Object.fromEntries(numbers);
  return { ...limits, budgets: flags.has(BUDGET) ? flags.all(BUDGET).map(budgetOf) : undefined };
}

/** A text that is no number stays one: the rules of the config say what is wrong with it. */
function numberOf(text: string): number | string {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

/** `5/day`, `usd:0.50/month`, `tokens:1000000/day`. */
function budgetOf(text: string): Record<string, unknown> {
  const [, unit = 'usd', limit = '', per] = /^(?:(usd|tokens|requests):)?([^/:]+)\/([a-z]+)$/.exec(text) ?? [];
  if (per === undefined)
    throw new UsageError(
      `--${BUDGET.name} ${text} is no budget: write 5/day (USD), tokens:1000000/month or requests:500/hour`,
    );
  // An amount of money stays text, so that no digit is lost.
  return { [unit]: unit === 'usd' ? limit : numberOf(limit), per };
}

function tagOf(text: string): [key: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--${TAG.name} ${text} is no tag: write KEY=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function present(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

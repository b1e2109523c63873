import type { z } from 'zod';
import type { AccessRules, AnyKeySpec, Checked, OtherAccess } from '../core/access-rules.ts';
import type { KeySpec, TeamSpec } from '../core/key-spec.ts';
import type { SharedLimits } from '../core/team.ts';
import { keyRelations, teamRelations } from './key-relations.ts';
import { describeIssue, type Finding } from './messages.ts';
import { formatPath } from './problem.ts';
import { madeKeySchema, type KeyConfig } from './sections/keys.ts';
import { teamSchema, type TeamConfig } from './sections/teams.ts';

/** The rules for keys and teams, for whoever makes or changes them at run time. */
export const ACCESS_RULES: AccessRules = { checkKey, checkTeam, keyValues, teamValues };

/**
 * A key of the values that the config would have for it, or what is wrong with them: what the config's own keys are held
 * to. Whatever makes or changes a key asks this of the key that comes out.
 */
function checkKey(values: unknown, others: OtherAccess): Checked<KeySpec> {
  const { data, findings } = parsed(madeKeySchema, values);
  const all = [...findings, ...keyRelations(data ?? asMap(values), others)];
  return data === undefined || all.length > 0 ? { findings: all.map(placed) } : { spec: keySpecOf(data) };
}

/** The same of a team. */
function checkTeam(values: unknown, parents: ReadonlyMap<string, string | undefined>): Checked<TeamSpec> {
  const { data, findings } = parsed(teamSchema, values);
  const all = [...findings, ...teamRelations(data ?? asMap(values), parents)];
  return data === undefined || all.length > 0 ? { findings: all.map(placed) } : { spec: teamSpecOf(data) };
}

/** What a key of the config says. */
export function keySpecOf(key: KeyConfig): KeySpec {
  const { name, team, owner, models, endpoints, allowed_ips: allowedIps, expires_at: expires } = key;
  const { enabled, tags = {}, log_bodies: logBodies } = key;
  const expiresAt = expires === undefined ? undefined : Date.parse(expires);
  return { name, team, owner, models, endpoints, allowedIps, expiresAt, enabled, tags, logBodies, ...limitsOf(key) };
}

/** What a team of the config says. */
export function teamSpecOf(team: TeamConfig): TeamSpec {
  const { name, parent, label, models } = team;
  return { name, parent, label, models, ...limitsOf(team) };
}

/** The values of a key, as the config has them; what it does not say is left out. */
function keyValues(spec: AnyKeySpec): Record<string, unknown> {
  const { name, team, owner, models, endpoints, allowedIps, expiresAt, enabled, tags, logBodies } = spec;
  return present({
    name,
    team,
    owner,
    models,
    endpoints,
    allowed_ips: allowedIps,
    expires_at: expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
    enabled,
    ...limitValues(spec),
    tags: Object.keys(tags).length === 0 ? undefined : tags,
    log_bodies: logBodies,
  });
}

/** The same of a team. */
function teamValues(spec: TeamSpec): Record<string, unknown> {
  const { name, parent, label, models } = spec;
  return present({ name, parent, label, models, ...limitValues(spec) });
}

function placed({ path, message }: Finding) {
  return { path: formatPath(path), message };
}

function limitsOf(limited: KeyConfig | TeamConfig): SharedLimits {
  const { rps, rpm, tpm, max_concurrency: maxConcurrency, budgets = [] } = limited;
  return { rps, rpm, tpm, maxConcurrency, budgets };
}

function limitValues({ rps, rpm, tpm, maxConcurrency, budgets }: SharedLimits) {
  return { rps, rpm, tpm, max_concurrency: maxConcurrency, budgets: budgets.length === 0 ? undefined : budgets };
}

function present(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** One finding for each place. */
function parsed<T>(schema: z.ZodType<T>, values: unknown): { data: T | undefined; findings: Finding[] } {
  const { data, error } = schema.safeParse(values, { reportInput: true });
  const seen = new Set<string>();
  const findings = (error?.issues ?? [])
    .flatMap((issue) => describeIssue(schema, issue, () => false))
    .filter(({ path }) => !seen.has(JSON.stringify(path)) && seen.add(JSON.stringify(path)));
  return { data, findings };
}

function asMap(values: unknown): Readonly<Record<string, unknown>> {
  return typeof values === 'object' && values !== null ? (values as Readonly<Record<string, unknown>>) : {};
}

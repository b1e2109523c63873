import type { JsonObject } from '../lib/json.ts';
import type { AuditEntry } from '../storage/audit.ts';
import type { StoredKey, StoredTeam } from '../storage/stored-key.ts';
import { DEMO_DIALECTS, type DemoDialect } from '../vendors/demo-world.ts';
import type { SeededRandom } from './random.ts';

/** Who is said to have done all this. */
export const DEMO_ACTOR = 'demo';
const DAY_MS = 86_400_000;

/** One who asks in the history, and how. */
export interface Person {
  readonly name: string;
  readonly team: string | undefined;
  readonly owner: string;
  /** How much of all traffic is theirs, in parts. */
  readonly weight: number;
  readonly dialect: DemoDialect;
  /** The aliases that it asks for, each as often as its weight says. */
  readonly aliases: readonly [Wish, ...Wish[]];
  /** The part of its requests that asks for a stream. */
  readonly streams: number;
  /** About how many tokens it sends and gets. */
  readonly input: number;
  readonly output: number;
  /** Of its input, the part that providers have in their caches. */
  readonly cached: number;
  /** It has conversations, in sessions. */
  readonly hasSessions: boolean;
  readonly address: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly rpm?: number;
}

interface Wish {
  readonly alias: string;
  readonly weight: number;
}

const { chat, responses, messages, generate } = DEMO_DIALECTS;

/** The callers of the demo. */
export const PEOPLE: readonly [Person, ...Person[]] = [
  {
    name: 'claude-code-anna',
    team: 'platform',
    owner: 'anna@example.com',
    weight: 13,
    dialect: messages,
    aliases: [
      { alias: 'demo-code', weight: 9 },
      { alias: 'demo-quick', weight: 2 },
    ],
    streams: 0.97,
    input: 11_300,
    output: 520,
    cached: 0.81,
    hasSessions: true,
    address: '10.20.4.17',
    tags: { app: 'claude-code' },
  },
  {
    name: 'ci-review',
    team: 'platform',
    owner: 'platform@example.com',
    weight: 8,
    dialect: responses,
    aliases: [
      { alias: 'demo-code', weight: 3 },
      { alias: 'demo-reasoning', weight: 2 },
    ],
    streams: 0.08,
    input: 6_400,
    output: 730,
    cached: 0.37,
    hasSessions: false,
    address: '10.20.9.3',
    tags: { app: 'ci', repo: 'storefront' },
  },
  {
    name: 'helpdesk-web',
    team: 'support',
    owner: 'lena@example.com',
    weight: 27,
    dialect: chat,
    aliases: [{ alias: 'demo-chat', weight: 1 }],
    streams: 0.93,
    input: 1_380,
    output: 210,
    cached: 0.46,
    hasSessions: true,
    address: '10.20.6.41',
    tags: { app: 'helpdesk', channel: 'web' },
  },
  {
    name: 'helpdesk-summaries',
    team: 'support',
    owner: 'lena@example.com',
    weight: 11,
    dialect: generate,
    aliases: [
      { alias: 'demo-quick', weight: 3 },
      { alias: 'demo-extract', weight: 2 },
    ],
    streams: 0,
    input: 3_900,
    output: 170,
    cached: 0,
    hasSessions: false,
    rpm: 240,
    address: '10.20.6.44',
    tags: { app: 'helpdesk', channel: 'batch' },
  },
  {
    name: 'notebook-mei',
    team: 'research',
    owner: 'mei@example.com',
    weight: 7,
    dialect: chat,
    aliases: [
      { alias: 'demo-reasoning', weight: 5 },
      { alias: 'demo-local', weight: 3 },
    ],
    streams: 0.71,
    input: 4_700,
    output: 1_240,
    cached: 0.12,
    hasSessions: true,
    address: '10.20.11.8',
    tags: { app: 'notebook' },
  },
  {
    name: 'eval-nightly',
    team: 'research',
    owner: 'mei@example.com',
    weight: 16,
    dialect: chat,
    aliases: [
      { alias: 'demo-reasoning', weight: 3 },
      { alias: 'demo-code', weight: 2 },
      { alias: 'demo-local', weight: 2 },
    ],
    streams: 0,
    input: 2_150,
    output: 690,
    cached: 0,
    hasSessions: false,
    address: '10.20.11.20',
    tags: { app: 'evals', suite: 'regression' },
  },
  {
    name: 'paper-search',
    team: 'research',
    owner: 'tomas@example.com',
    weight: 9,
    dialect: generate,
    aliases: [
      { alias: 'demo-extract', weight: 4 },
      { alias: 'demo-quick', weight: 1 },
    ],
    streams: 0.22,
    input: 5_600,
    output: 290,
    cached: 0.05,
    hasSessions: false,
    address: '10.20.11.31',
    tags: { app: 'papers' },
  },
  {
    name: 'status-page',
    team: undefined,
    owner: 'platform@example.com',
    weight: 4,
    dialect: responses,
    aliases: [{ alias: 'demo-chat', weight: 1 }],
    streams: 0,
    input: 340,
    output: 48,
    cached: 0,
    hasSessions: false,
    address: '10.20.9.5',
    tags: { app: 'status' },
  },
];

/** The team whose money is gone: it may spend so much in all. */
export const SPENT_TEAM = 'research';

/** The teams of the demo, with what each may spend. */
const TEAMS: Readonly<
  Record<string, { readonly label: string; readonly budgets: readonly JsonObject[]; readonly rpm?: number }>
> = {
  platform: {
    label: 'Platform engineering',
    budgets: [{ name: 'monthly', usd: '180', per: 'month', unpriced: 'allow' }],
  },
  support: {
    label: 'Customer support',
    budgets: [{ name: 'monthly', usd: '1.08', per: 'month', mode: 'soft', unpriced: 'allow' }],
    rpm: 900,
  },
  research: { label: 'Research', budgets: [{ name: 'trial', usd: '4.4', per: 'total', unpriced: 'allow' }] },
};

/** The budgets of a team, as the store has them. */
export function budgetsOfTeam(name: string): readonly JsonObject[] {
  return TEAMS[name]?.budgets ?? [];
}

/** What the demo's database is to have of them. */
export interface StoredPeople {
  readonly teams: readonly { readonly team: StoredTeam; readonly audit: AuditEntry }[];
  readonly keys: readonly { readonly key: StoredKey; readonly audit: AuditEntry }[];
}

/** Teams and keys, as if they had been made some days before a time. Nobody has a secret that fits: none was ever made. */
export function storedPeople(random: SeededRandom, until: number): StoredPeople {
  let at = until - 23 * DAY_MS - random.next() * DAY_MS;
  const later = (): number => (at = Math.floor(at + random.around(5_400_000)));
  const none = { rps: undefined, rpm: undefined, tpm: undefined, maxConcurrency: undefined };
  const teams = Object.entries(TEAMS).map(([name, { label, budgets, rpm }]) => {
    const madeAt = later();
    const team: StoredTeam = {
      ...none,
      name,
      label,
      parent: undefined,
      models: undefined,
      rpm,
      budgets,
      version: 1,
      createdAt: madeAt,
      updatedAt: madeAt,
    };
    return {
      team,
      audit: auditOf(random, { at: madeAt, action: 'teams.create', target: name, after: { name, label, budgets } }),
    };
  });
  const keys = PEOPLE.map((person) => {
    const { name, team, owner, tags, rpm } = person;
    const madeAt = later();
    const id = random.uuidAt(madeAt);
    const key: StoredKey = {
      ...none,
      id,
      name,
      team,
      owner,
      rpm,
      tags: tagsOf(person),
      models: ['*'],
      budgets: [],
      hash: random.hex(64),
      prefix: `sk-lp-${random.hex(4)}`,
      generation: 1,
      previous: undefined,
      endpoints: undefined,
      allowedIps: undefined,
      expiresAt: undefined,
      enabled: true,
      logBodies: undefined,
      version: 1,
      createdAt: madeAt,
      updatedAt: madeAt,
    };
    return {
      key,
      audit: auditOf(random, { at: madeAt, action: 'keys.create', target: id, after: { id, name, team, owner, tags } }),
    };
  });
  return { teams, keys };
}

/** The mark of everything that is made up. */
export const HISTORY_TAG = { key: 'demo', value: 'history' } as const;

/** The tags of a person's requests in the history. The key of a person has them without the mark. */
export function tagsOf({ tags }: Person): Readonly<Record<string, string>> {
  return tags;
}

function auditOf(
  random: SeededRandom,
  { at, ...entry }: Pick<AuditEntry, 'at' | 'action' | 'target' | 'after'>,
): AuditEntry {
  return { id: random.uuidAt(at), at, actor: DEMO_ACTOR, clientIp: undefined, before: undefined, ...entry };
}

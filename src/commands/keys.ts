import type { KeyView } from '../admission/keys/key-view.ts';
import { printable } from '../lib/printable.ts';
import { flagsOf, runAction, type Action } from './access/actions.ts';
import { budgetsCell, listCell, textCell } from './access/cells.ts';
import { everyPage } from './access/every-page.ts';
import {
  ALLOWED_IP,
  ENDPOINT,
  EXPIRES,
  GRACE,
  JSON_TEXT,
  LIMITS,
  LOG_BODIES,
  MODEL,
  OWNER,
  TAG,
  TEAM,
} from './access/flags.ts';
import { foundKey } from './access/found-key.ts';
import { keyValuesOf } from './access/values.ts';
import { ACTOR, withAccess } from './access/with-access.ts';
import type { Command, CommandLine } from './command.ts';
import { CONFIG } from './flags.ts';
import { tableText } from './table-text.ts';

const KEY = 'the name or the id of a key';

const ACTIONS: Readonly<Record<string, Action>> = {
  create: {
    flags: [TEAM, OWNER, MODEL, ENDPOINT, ALLOWED_IP, EXPIRES, ...LIMITS, TAG, LOG_BODIES, JSON_TEXT],
    named: 'a name',
    run: create,
  },
  list: { flags: [TEAM, JSON_TEXT], run: list },
  rotate: { flags: [TEAM, GRACE, JSON_TEXT], named: KEY, run: rotate },
  revoke: { flags: [TEAM], named: KEY, run: revoke },
};

/** `llm-proxy keys`: makes and ends the keys of callers in the database that a config names. */
export const keys: Command = {
  name: 'keys',
  summary: 'make, list, rotate and revoke the keys of callers',
  text: [
    '`create` makes a key and prints it, this once: the gateway keeps only a hash of it. `list` shows all keys, those of the config as well. `rotate` gives a key a new secret, while the old one goes on for a time. `revoke` ends a key for good. A gateway that runs counts by the change within a second.',
    'They work on the database that `data_dir` or `database` of the config names, by the rules of [keys.md](keys.md), and the audit log says `command line`. On the machine of the gateway, run them as its own user: the secret that keys are hashed with is in `data_dir`.',
  ],
  argument: { name: 'ACTION', help: '`create`, `list`, `rotate` or `revoke`' },
  secondArgument: { name: 'KEY', help: 'of `create`: its name; of `rotate` and `revoke`: the name or the id' },
  flags: [CONFIG, ...flagsOf(ACTIONS)],
  examples: [
    { words: ['keys', 'create', 'ci', '--model', '*', '--budget', '5/day'], does: 'prints a new key' },
    { words: ['keys', 'list', '--team', 'platform'], does: 'shows the keys of a team' },
    { words: ['keys', 'rotate', 'ci', '--grace', '1h'], does: 'prints a new secret; the old one works for an hour' },
    { words: ['keys', 'revoke', 'ci'], does: 'ends it' },
  ],
  exits: {
    1: 'the config is invalid or names no database; the database cannot be used; there is no such key, or it cannot be as asked for',
  },
  run: (line) => runAction('keys', ACTIONS, line),
};

async function create(line: CommandLine): Promise<number> {
  const values = keyValuesOf(line, line.secondArgument ?? '');
  return await withAccess(line, async (access) => {
    const made = await access.keys.create(values, { actor: ACTOR });
    tell(line, made, 'was made');
    return 0;
  });
}

async function list(line: CommandLine): Promise<number> {
  const { flags, out } = line;
  return await withAccess(line, async (access) => {
    const all = everyPage((cursor) => access.keys.list({ cursor, team: flags.value(TEAM) }));
    if (flags.has(JSON_TEXT)) out(JSON.stringify({ data: all }));
    else for (const text of keyTable(all, Date.now())) out(printable(text));
    return 0;
  });
}

async function rotate(line: CommandLine): Promise<number> {
  const { secondArgument = '', flags } = line;
  return await withAccess(line, async (access) => {
    const { id } = foundKey(access.keys, secondArgument, flags.value(TEAM));
    const grace = flags.value(GRACE);
    const rotated = await access.keys.rotate(id, grace === undefined ? {} : { grace }, { actor: ACTOR });
    const until = rotated['previous_until'];
    tell(
      line,
      rotated,
      until === undefined ? 'has a new secret' : `has a new secret; the old one works until ${textCell(until)}`,
    );
    return 0;
  });
}

async function revoke(line: CommandLine): Promise<number> {
  const { secondArgument = '', flags, out } = line;
  return await withAccess(line, async (access) => {
    const { id, name } = foundKey(access.keys, secondArgument, flags.value(TEAM));
    await access.keys.revoke(id, { actor: ACTOR });
    out(`${name} is revoked (${id})`);
    return 0;
  });
}

/** The secret stands alone on standard output, so that `KEY=$(llm-proxy keys create …)` takes it and nothing else. */
function tell({ flags, out, err }: CommandLine, key: KeyView & { readonly key: string }, what: string): void {
  if (flags.has(JSON_TEXT)) {
    out(JSON.stringify(key));
    return;
  }
  out(key.key);
  err(printable(`The key ${key.name} ${what}. Its secret is shown only now: keep it.`));
}

function keyTable(all: readonly KeyView[], now: number): string[] {
  const heads = ['NAME', 'TEAM', 'KEY', 'STATE', 'MODELS', 'BUDGETS'].map((head) => ({ head }));
  return tableText(
    heads,
    all.map((key) => [
      key.name,
      textCell(key['team']),
      key.prefix === undefined ? 'in the config' : `${key.prefix}…`,
      stateOf(key, now),
      listCell(key['models'], '*'),
      budgetsCell(key['budgets']),
    ]),
  );
}

function stateOf(key: KeyView, now: number): string {
  if (key['enabled'] === false) return 'disabled';
  const expires = key['expires_at'];
  if (typeof expires !== 'string') return 'on';
  return Date.parse(expires) <= now ? 'expired' : `until ${expires.slice(0, 10)}`;
}

import type { TeamView } from '../admission/keys/key-view.ts';
import { printable } from '../lib/printable.ts';
import { flagsOf, runAction, type Action } from './access/actions.ts';
import { budgetsCell, listCell, textCell } from './access/cells.ts';
import { everyPage } from './access/every-page.ts';
import { JSON_TEXT, LIMITS, MODEL, PARENT } from './access/flags.ts';
import { teamValuesOf } from './access/values.ts';
import { ACTOR, withAccess } from './access/with-access.ts';
import type { Command, CommandLine } from './command.ts';
import { CONFIG } from './flags.ts';
import { tableText } from './table-text.ts';

const ACTIONS: Readonly<Record<string, Action>> = {
  create: { flags: [PARENT, MODEL, ...LIMITS, JSON_TEXT], named: 'a name', run: create },
  list: { flags: [JSON_TEXT], run: list },
};

/** `llm-proxy teams`: makes the teams that keys belong to, in the database that a config names. */
export const teams: Command = {
  name: 'teams',
  summary: 'make and list the teams that keys belong to',
  text: [
    'What a team may not do, none of its keys may; the limits and budgets of a key, its team and all teams above it count together. `list` shows the teams of the config as well. A gateway that runs counts by a new team within a second.',
  ],
  argument: { name: 'ACTION', help: '`create` or `list`' },
  secondArgument: { name: 'TEAM', help: 'of `create`: its name' },
  flags: [CONFIG, ...flagsOf(ACTIONS)],
  examples: [
    { words: ['teams', 'create', 'platform', '--budget', '500/month'], does: 'makes a team' },
    { words: ['teams', 'list'], does: 'shows all teams' },
  ],
  exits: {
    1: 'the config is invalid or names no database; the database cannot be used; the team cannot be as asked for',
  },
  run: (line) => runAction('teams', ACTIONS, line),
};

async function create(line: CommandLine): Promise<number> {
  const values = teamValuesOf(line, line.secondArgument ?? '');
  return await withAccess(line, async (access) => {
    const made = await access.teams.create(values, { actor: ACTOR });
    line.out(line.flags.has(JSON_TEXT) ? JSON.stringify(made) : `the team ${made.name} was made`);
    return 0;
  });
}

async function list(line: CommandLine): Promise<number> {
  const { flags, out } = line;
  return await withAccess(line, async (access) => {
    const all = everyPage((cursor) => access.teams.list({ cursor }));
    if (flags.has(JSON_TEXT)) out(JSON.stringify({ data: all }));
    else for (const text of teamTable(all)) out(printable(text));
    return 0;
  });
}

function teamTable(all: readonly TeamView[]): string[] {
  const heads = ['NAME', 'PARENT', 'FROM', 'MODELS', 'BUDGETS'].map((head) => ({ head }));
  return tableText(
    heads,
    all.map((team) => [
      team.name,
      textCell(team['parent']),
      team.source === 'config' ? 'the config' : 'the database',
      listCell(team['models'], '-'),
      budgetsCell(team['budgets']),
    ]),
  );
}

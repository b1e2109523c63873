import { AccessProblem } from '../../admission/keys/access-problem.ts';
import type { KeyRegistry } from '../../admission/keys/key-registry.ts';
import type { KeyView } from '../../admission/keys/key-view.ts';
import { textCell } from './cells.ts';
import { everyPage } from './every-page.ts';

/** The key with this id, or this name in this team (in any, if only one key has it). Throws an AccessProblem. */
export function foundKey(keys: KeyRegistry, asked: string, team: string | undefined): KeyView {
  const all = everyPage((cursor) => keys.list({ cursor, team }));
  const found = all.filter(({ id, name }) => id === asked || name === asked);
  const [key] = found;
  const where = team === undefined ? '' : ` in the team "${team}"`;
  if (key === undefined) throw new AccessProblem('absent', `There is no key "${asked}"${where}.`);
  if (found.length === 1) return key;
  const places = found.map((each) => textCell(each['team'])).join(', ');
  throw new AccessProblem('conflict', `Several keys are named "${asked}". Say of which team with --team: ${places}.`);
}

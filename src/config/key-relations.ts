import type { OtherAccess } from '../core/access-rules.ts';
import type { Finding } from './messages.ts';
import { unknownMessage } from './messages.ts';

/** What is wrong between a key and the others, whichever way it came in. Skips values of a wrong type. */
export function keyRelations(
  { name, team }: { readonly name?: unknown; readonly team?: unknown },
  { parents, holderOf }: OtherAccess,
): Finding[] {
  const findings: Finding[] = [];
  if (isFilled(team) && !parents.has(team))
    findings.push({ path: ['team'], message: unknownMessage('team', team, [...parents.keys()]) });
  if (isFilled(name)) {
    const holder = holderOf(name, isFilled(team) ? team : undefined);
    const where = isFilled(team) ? ` in the team "${team}"` : '';
    if (holder !== undefined)
      findings.push({
        path: ['name'],
        message: `duplicate key name "${name}"${where} (${holder} has it already: choose another)`,
      });
  }
  return findings;
}

/** The same of a team, whose own name and parent count in place of those that `parents` has for it. */
export function teamRelations(
  { name, parent }: { readonly name?: unknown; readonly parent?: unknown },
  parents: ReadonlyMap<string, string | undefined>,
): Finding[] {
  if (!isFilled(parent)) return [];
  if (parent !== name && !parents.has(parent))
    return [{ path: ['parent'], message: unknownMessage('team', parent, [...parents.keys()]) }];
  const trail = [name];
  for (let above: string | undefined = parent; above !== undefined; above = parents.get(above)) {
    trail.push(above);
    // A circle that it is not part of is told of where it is.
    if (above === name || trail.indexOf(above) < trail.length - 1) break;
  }
  if (trail.length < 2 || trail.at(-1) !== name) return [];
  const message = `the teams form a circle: ${trail.join(' → ')} (give one of them another parent)`;
  return [{ path: ['parent'], message }];
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

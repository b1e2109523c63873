import { Refusal } from '../../core/refusal.ts';
import { nearest } from '../../lib/nearest.ts';
import type { AdminContext } from '../admin-context.ts';

/** The backend of the config that has this name. Throws a Refusal if there is none. */
export function backendNamed(
  name: string,
  { config }: AdminContext,
): ReturnType<AdminContext['config']>['backends'][number] {
  const { backends } = config();
  const found = backends.find((backend) => backend.name === name);
  if (found !== undefined) return found;
  const names = backends.map((backend) => backend.name);
  const near = nearest(name.slice(0, 100), names);
  const hint =
    near.length > 0
      ? `Did you mean ${near.map((each) => `\`${each}\``).join(' or ')}?`
      : 'GET /admin/backends lists them.';
  throw new Refusal('not_found', `The config has no backend \`${name.slice(0, 100)}\`. ${hint}`, { param: 'backend' });
}

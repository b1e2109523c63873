import { AccessProblem } from '../../admission/keys/access-problem.ts';
import { CallerAccess } from '../../admission/keys/caller-access.ts';
import type { RunTimeAccess } from '../../admission/keys/caller-access.ts';
import { installationSecret, SecretProblem } from '../../admission/keys/installation-secret.ts';
import { KeyRegistry } from '../../admission/keys/key-registry.ts';
import { KeySecret } from '../../admission/keys/key-secret.ts';
import { StoredKeys } from '../../admission/keys/stored-keys.ts';
import { TeamRegistry } from '../../admission/keys/team-registry.ts';
import { hasKey } from '../../config/listen-choice.ts';
import { ACCESS_RULES, keySpecOf, teamSpecOf } from '../../config/made-access.ts';
import type { Config } from '../../config/schema.ts';
import { dataFolder } from '../../config/store-place.ts';
import { systemClock } from '../../lib/clock.ts';
import { printable } from '../../lib/printable.ts';
import type { Store } from '../../storage/store.ts';
import { type CommandLine, maskLikely } from '../command.ts';
import { configPath } from '../flags.ts';
import { withStore } from '../with-store.ts';

/** Who changes something by a command, as the audit log has it. */
export const ACTOR = 'command line';

/**
 * Works with the keys and teams of a config and its database, by the same rules as the admin API; a gateway that runs sees
 * what changes within a second. Says what is wrong, and resolves to 1.
 */
export async function withAccess(line: CommandLine, work: (access: RunTimeAccess) => Promise<number>): Promise<number> {
  return await withStore(line, async (store, config) => {
    try {
      return await work(await accessIn(store, config, configPath(line)));
    } catch (error) {
      if (!(error instanceof AccessProblem) && !(error instanceof SecretProblem)) throw error;
      for (const text of error.message.split('\n')) line.err(printable(maskLikely(text)));
      return 1;
    }
  });
}

async function accessIn(store: Store, config: Config, file: string): Promise<RunTimeAccess> {
  const { keys = [], teams = [] } = config;
  const dir = dataFolder(config.data_dir, file);
  const secret = new KeySecret(dir === undefined ? undefined : installationSecret(dir), () => undefined);
  const access = new CallerAccess();
  access.isOpen = !hasKey(config);
  access.configure(keys.map(keySpecOf), teams.map(teamSpecOf));
  const stored = new StoredKeys(access.teams, secret);
  const refresh = async (): Promise<void> => {
    const [known, knownTeams] = await Promise.all([store.keys.list(), store.teams.list()]);
    stored.replace({ keys: known, teams: knownTeams });
  };
  await secret.confirm(store.facts);
  await refresh();
  const parts = {
    store: () => Promise.resolve(store),
    access,
    stored,
    secret,
    rules: ACCESS_RULES,
    clock: systemClock,
    refresh,
    // Gateways that run keep it when they have seen the change.
    remember: () => Promise.resolve(),
  };
  const runTime = {
    keys: new KeyRegistry(parts),
    teams: new TeamRegistry(parts),
    sealKey: (text: string) => secret.sealKey(text),
  };
  access.use(stored, runTime);
  return runTime;
}

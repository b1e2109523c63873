import { ACCESS_RULES, keySpecOf, teamSpecOf } from '../../config/made-access.ts';
import { hasKey } from '../../config/listen-choice.ts';
import { ConfigError } from '../../config/problem.ts';
import { dataFolder, hasStore } from '../../config/store-place.ts';
import type { Feature, FeatureTools } from '../../feature.ts';
import { messageOf } from '../../lib/message-of.ts';
import { AccessCache } from './access-cache.ts';
import { AccessSync, type SyncEvents } from './access-sync.ts';
import { installationSecret, SecretProblem } from './installation-secret.ts';
import { KeyRegistry } from './key-registry.ts';
import { KeySecret } from './key-secret.ts';
import { StoredKeys } from './stored-keys.ts';
import { TeamRegistry } from './team-registry.ts';

/** Keys and teams as a feature: on where there is a database, in which they can be made at run time. */
export function createKeys({ clock, log, callers, store, file }: FeatureTools): Feature {
  let sync: AccessSync | undefined;
  let secret: KeySecret | undefined;
  let cache: AccessCache | undefined;
  const events: SyncEvents = {
    unreadable: (source, error) =>
      log.error('the keys cannot be read from the database', { source, cause: messageOf(error) }),
    readable: () => log.info('the keys can be read from the database again'),
    shadowed: (names) =>
      log.warn('keys of the config take the place of others', { keys: names.slice(0, MOST_NAMES).join(', ') }),
    uncached: (error) => log.warn('the copy of the keys cannot be written', { cause: messageOf(error) }),
  };
  return {
    name: 'keys',
    isOn: hasStore,
    async start(config) {
      const dir = dataFolder(config.data_dir, file);
      secret = new KeySecret(secretIn(dir), () =>
        log.error('the keys of the database were made with another secret', {
          remedy: 'Copy the file `secret` of `data_dir` from another node, or from a backup, and restart.',
        }),
      );
      const stored = new StoredKeys(callers.teams, secret);
      cache = dir === undefined ? undefined : new AccessCache(dir);
      sync = new AccessSync({ store, keys: stored, secret, cache, clock, events });
      const refresh = () => sync?.refresh() ?? Promise.resolve();
      const remember = () => sync?.remember() ?? Promise.resolve();
      const parts = { store, access: callers, stored, secret, rules: ACCESS_RULES, clock, refresh, remember };
      callers.use(stored, {
        keys: new KeyRegistry(parts),
        teams: new TeamRegistry(parts),
        sealKey: (text) => parts.secret.sealKey(text),
      });
      await sync.start();
    },
    configure(config) {
      const { keys = [], teams = [] } = config;
      // A demo needs no key, but knows those that are made.
      callers.isOpen = !hasKey(config) && config.isDemo !== true;
      const names = callers.configure(keys.map(keySpecOf), teams.map(teamSpecOf));
      if (names.length > 0) events.shadowed(names);
    },
    async close() {
      sync?.stop();
      await cache?.written();
    },
    degraded: () => troubleOf(sync, secret),
    status: () => ({ source: sync?.source ?? 'none', made: callers.stored?.size ?? 0 }),
  };
}

const MOST_NAMES = 10;

function troubleOf(sync: AccessSync | undefined, secret: KeySecret | undefined): string | undefined {
  if (secret?.isForeign === true) return 'other_secret';
  if (sync === undefined || !sync.isUnreadable) return undefined;
  return sync.source === 'none' ? 'database_unavailable_no_keys' : `database_unavailable_keys_from_${sync.source}`;
}

function secretIn(dir: string | undefined): ReturnType<typeof installationSecret> | undefined {
  try {
    return dir === undefined ? undefined : installationSecret(dir);
  } catch (error) {
    if (!(error instanceof SecretProblem)) throw error;
    throw new ConfigError([{ file: 'data_dir', line: 0, column: 0, path: '', message: error.message }]);
  }
}

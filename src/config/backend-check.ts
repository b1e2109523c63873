import { asObject } from '../lib/json.ts';
import type { PlaceSettings } from '../vendors/place.ts';
import { doubtOfBaseUrl } from '../vendors/url-doubt.ts';
import { isUnlikely, placeBackend } from '../vendors/place.ts';
import { VENDOR_SETTINGS } from '../vendors/vendor.ts';
import type { Environment } from '../lib/environment.ts';
import type { Finding } from './messages.ts';
import type { Config } from './schema.ts';
import { DIALECTS } from '../vendors/dialects.ts';
import { VENDORS } from '../vendors/vendors.ts';
import { readBaseUrl } from './sections/backends.ts';

const KEYS = ['url', 'vendor', 'protocol', 'api_key', ...VENDOR_SETTINGS] as const;

/**
 * Problems between the keys that say where a backend is and whose API it has. Takes the values before validation; skips a
 * backend while one of these keys is invalid by itself.
 */
export function checkBackends(config: unknown, env: Environment): Finding[] {
  const backends: unknown = asObject(config)?.['backends'];
  if (!Array.isArray(backends)) return [];
  return backends.flatMap((backend: unknown, index) => {
    const settings = readBackendSettings(backend);
    if (settings === undefined) return [];
    const found = placeBackend(settings, env);
    if (!('problems' in found)) return [];
    return found.problems.map(({ key, message }) => ({ path: ['backends', index, key], message }));
  });
}

/** Protocols that the vendor at a backend's URL is not known to speak. A warning: the vendor may have added it. */
export function unlikelyProtocols({ backends }: Config): Finding[] {
  return backends.flatMap((backend, index) => {
    const vendor = isUnlikely(backend);
    if (vendor === undefined) return [];
    const message = `${vendor.name} is not known to speak ${backend.protocol} (use a protocol that its documentation names)`;
    return [{ path: ['backends', index, 'protocol'], message }];
  });
}

/** Base URLs that no known API has. */
export function suspiciousUrls({ backends }: Config): Finding[] {
  return backends.flatMap(({ url }, index) => {
    const suspicion = url === undefined || url === 'demo:' ? undefined : doubtOfBaseUrl(url);
    if (suspicion === undefined) return [];
    return [
      {
        path: ['backends', index, 'url'],
        message: `${suspicion.what} (the base URL is most likely ${suspicion.meant})`,
      },
    ];
  });
}

/** What of a backend says where it is; undefined if one of these settings is invalid by itself. */
export function readBackendSettings(backend: unknown): PlaceSettings | undefined {
  const object = asObject(backend);
  if (object === undefined) return undefined;
  const settings: Record<string, string> = {};
  for (const key of KEYS) {
    if (!Object.hasOwn(object, key)) continue;
    const value = object[key];
    if (typeof value !== 'string' || value === '') return undefined;
    settings[key] = value;
  }
  const { url, vendor, protocol } = settings as PlaceSettings;
  if (vendor !== undefined && !VENDORS.some(({ name }) => name === vendor)) return undefined;
  if (protocol !== undefined && !DIALECTS.some(({ name }) => name === protocol)) return undefined;
  if (url === undefined || url === 'demo:') return settings;
  const read = readBaseUrl(url);
  return 'url' in read ? { ...settings, url: read.url } : undefined;
}

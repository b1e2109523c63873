import type { JsonObject } from '../lib/json.ts';
import { asArray, asNumber, asObject, asString } from '../lib/json.ts';
import type { StoredLimits } from './stored-key.ts';

/** The limits in the settings of a key or a team. */
export function limitsOf(settings: JsonObject): Omit<StoredLimits, 'models'> {
  return {
    rps: asNumber(settings['rps']),
    rpm: asNumber(settings['rpm']),
    tpm: asNumber(settings['tpm']),
    maxConcurrency: asNumber(settings['maxConcurrency']),
    budgets: asArray(settings['budgets'])
      .map(asObject)
      .filter((budget) => budget !== undefined),
  };
}

/** A list of texts in settings; undefined where there is none. */
export function textsIn(settings: JsonObject, name: string): string[] | undefined {
  const list = settings[name];
  return Array.isArray(list) ? list.map(asString).filter((text) => text !== undefined) : undefined;
}

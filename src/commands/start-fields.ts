import type { Config } from '../config/schema.ts';
import { VERSION } from '../lib/version.ts';

/** What the line of the start tells; people have the banner besides. */
export function startFields({ models, backends }: Config, address: string, file: string | undefined) {
  const isOn = ({ enabled }: { readonly enabled: boolean }): boolean => enabled;
  return {
    version: VERSION,
    address,
    config: file ?? null,
    backends: backends.filter(isOn).length,
    aliases: Object.values(models).filter(isOn).length,
    pid: process.pid,
  };
}

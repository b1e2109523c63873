import { parseListen } from './listen.ts';
import type { Config } from './schema.ts';

/** The names that the config gives the gateway: those that it listens on, and those that it may be reached by. */
export function ownHosts({ listen, metrics, admin, server }: Config): string[] {
  const values = [listen, metrics.listen, admin.listen].filter((value) => value !== undefined);
  const names = values.map(parseListen).map((address) => (address.kind === 'tcp' ? address.hostname : undefined));
  return [...names.filter((name) => name !== undefined), ...server.allowed_hosts];
}

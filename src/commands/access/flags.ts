import type { Flag } from '../command.ts';

/** The flags of what a key or a team may do, by the field of the config that each sets. */
export const TEAM: Flag = { name: 'team', value: 'NAME', help: 'the team of the key' };
export const PARENT: Flag = { name: 'parent', value: 'NAME', help: 'with create: the team above it' };
export const OWNER: Flag = {
  name: 'owner',
  value: 'TEXT',
  help: 'with create: whose key it is, for people and reports',
};
export const MODEL: Flag = {
  name: 'model',
  value: 'ALIAS',
  many: true,
  help: 'with create: an alias that may be asked for; a trailing `*` stands for any ending',
};
export const ENDPOINT: Flag = {
  name: 'endpoint',
  value: 'NAME',
  many: true,
  help: 'with create: an endpoint that the key is for, such as `chat` (default: all)',
};
export const ALLOWED_IP: Flag = {
  name: 'allowed-ip',
  value: 'CIDR',
  many: true,
  help: 'with create: an address that the key may be used from (default: any)',
};
export const EXPIRES: Flag = {
  name: 'expires',
  value: 'TIME',
  help: 'with create: until when it lets in: `2026-12-31T00:00:00Z`',
};
export const BUDGET: Flag = {
  name: 'budget',
  value: 'LIMIT/WINDOW',
  many: true,
  help: 'with create: what may be spent: `5/day` (USD), `tokens:1000000/month`, `requests:500/hour`',
};
export const RPS: Flag = { name: 'rps', value: 'N', help: 'with create: requests per second' };
export const RPM: Flag = { name: 'rpm', value: 'N', help: 'with create: requests per minute' };
export const TPM: Flag = { name: 'tpm', value: 'N', help: 'with create: tokens per minute' };
export const MAX_CONCURRENCY: Flag = { name: 'max-concurrency', value: 'N', help: 'with create: requests at once' };
export const TAG: Flag = {
  name: 'tag',
  value: 'KEY=VALUE',
  many: true,
  help: 'with create: a tag that usage can be grouped by',
};
export const LOG_BODIES: Flag = {
  name: 'log-bodies',
  value: 'WHICH',
  help: 'with create: whose bodies the ledger keeps: `off`, `errors` or `all` of its requests (default: the alias says it)',
};
export const GRACE: Flag = {
  name: 'grace',
  value: 'DURATION',
  help: 'with rotate: for how long the old secret goes on (default: 24h; 0 ends it at once)',
};
export const JSON_TEXT: Flag = { name: 'json', help: 'print JSON, as the admin API has it' };

/** The limits that keys and teams have alike. */
export const LIMITS: readonly Flag[] = [RPS, RPM, TPM, MAX_CONCURRENCY, BUDGET];

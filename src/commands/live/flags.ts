import type { Flag } from '../command.ts';

/** `check` asks the routes as well. */
export const LIVE: Flag = { name: 'live', help: 'ask each enabled route once; costs a few tokens of each model' };
/** Only routes of this alias. */
export const ALIAS: Flag = { name: 'alias', value: 'NAME', many: true, help: 'with --live: only routes of this alias' };
/** Only routes to this backend. */
export const BACKEND: Flag = { name: 'backend', value: 'NAME', many: true, help: 'with --live: only this backend' };
/** How long each request may take. */
export const TIMEOUT: Flag = {
  name: 'timeout',
  value: 'DURATION',
  help: 'with --live: how long each request may take (default: `30s`)',
};
/** The results as JSON. */
export const JSON_FLAG: Flag = { name: 'json', help: 'with --live: print JSON' };

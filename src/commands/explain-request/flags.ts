import { DEFAULT_PROTOCOL } from '../../vendors/dialects.ts';
import type { Flag } from '../command.ts';

/** What is asked for; with it `explain` explains a request. */
export const ASKED_MODEL: Flag = {
  name: 'model',
  value: 'ALIAS',
  help: 'explain what becomes of a request for this alias, or for a name that a wildcard alias stands for',
};
/** Whose limits count. */
export const KEY: Flag = {
  name: 'key',
  value: 'NAME',
  help: 'with --model: as the caller with the key of this name (`TEAM/NAME` in a team)',
};
/** How the client asks. */
export const DIALECT: Flag = {
  name: 'dialect',
  value: 'DIALECT',
  help: `with --model: in which the client asks (default: \`${DEFAULT_PROTOCOL}\`)`,
};
/** Nobody is asked. */
export const OFFLINE: Flag = {
  name: 'offline',
  help: 'with --model: go by the config alone, whether a gateway runs or not',
};
/** The explanation as JSON. */
export const EXPLAINED_JSON: Flag = {
  name: 'json',
  help: 'with --model: print JSON, as the admin API has it',
};

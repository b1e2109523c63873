import type { Flag } from '../command.ts';

/** The folder of a newer table. */
export const DATA_DIR: Flag = {
  name: 'data-dir',
  value: 'DIR',
  help: 'the folder of the newer table: where `update` puts it, and where `check` and `show` look for it (default: `data_dir` of the config)',
};

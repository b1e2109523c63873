import { liftFetchLimit } from './lib/fetch-limit.ts';

const COMMANDS_WITHOUT_TRAFFIC = new Set(
  'check init health schema explain help version --help -h --version'.split(' '),
);

// Before anything else is loaded, for the process may start over.
if (!COMMANDS_WITHOUT_TRAFFIC.has(process.argv[2] ?? '')) liftFetchLimit();

const { run } = await import('./commands/run.ts');
// Whatever timers are left, the command is over.
process.exit(await run(process.argv.slice(2)));

import { run } from './commands/run.ts';

// Whatever timers are left, the command is over.
process.exit(await run(process.argv.slice(2), process.env));

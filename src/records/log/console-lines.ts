import type { LogField } from './log-field.ts';
import type { LogLine } from './log-line.ts';

const ACTOR: LogField = {
  name: 'actor',
  type: 'string',
  meaning: 'Who, as the audit log calls them; `unknown` where nobody was known by what was shown.',
};
const WAY: LogField = { name: 'way', type: 'string', meaning: 'With the `admin_key`, a `key`, or `oidc`.' };
const CLIENT: LogField = { name: 'client_ip', type: 'string', meaning: "The client's address." };

/** Lines about signing in to the console. */
export const CONSOLE: readonly LogLine[] = [
  {
    level: 'info',
    msg: 'signed in to the console',
    meaning: 'A session has begun.',
    fields: [ACTOR, { name: 'role', type: 'string', meaning: 'What it may do.' }, WAY, CLIENT],
  },
  {
    level: 'info',
    msg: 'signed out of the console',
    meaning: 'A session has ended, by whoever it was.',
    fields: [ACTOR, WAY, { name: 'everywhere', type: 'boolean', meaning: 'All of their sessions have ended.' }, CLIENT],
  },
  {
    level: 'warn',
    msg: 'a sign-in to the console was refused',
    meaning: 'What was shown is in no log. Many of them: somebody guesses keys.',
    fields: [ACTOR, WAY, { name: 'cause', type: 'string', meaning: 'Why: a code.' }, CLIENT],
  },
  {
    level: 'warn',
    msg: 'the OIDC provider cannot be asked',
    meaning: 'Nobody can sign in with it; keys go on.',
    fields: [{ name: 'cause', type: 'string', meaning: 'Why.' }],
  },
  {
    level: 'info',
    msg: 'the console has an address of its own',
    meaning: '`admin.listen`: there alone the admin API and the console answer.',
    fields: [{ name: 'address', type: 'string', meaning: 'Where, with the port that it got.' }],
  },
];

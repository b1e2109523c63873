// Writes docs/errors.md from the table of error codes.
import { CONSEQUENCES } from '../src/core/failure.ts';
import { REMEDIES } from '../src/core/failure-remedies.ts';
import { DETAIL_WORDS } from '../src/core/detail-words.ts';
import { ERROR_CODES } from '../src/core/refusal.ts';
import { CONNECTION_ERRORS } from '../src/core/connection-errors.ts';
import { formatted } from './formatted.ts';
import { writeGenerated } from './write-generated.ts';

/** What is said of the next route and the next alias where a plain yes would be too much; the text below the table has more. */
const CONDITIONS: Readonly<Record<string, readonly [route: string, alias: string]>> = {
  bad_request: ['not by default', 'not by default'],
  context_length: ['of another model', 'yes, after that'],
};

const codes = Object.entries(ERROR_CODES).map(
  ([code, { status, type, meaning, remedy }]) => `| \`${code}\` | ${status} | \`${type}\` | ${meaning} | ${remedy} |`,
);
const failures = Object.entries(CONSEQUENCES).map(([kind, { nextRoute, blamed, transient, words }]) => {
  const [route, alias] = CONDITIONS[kind] ?? [yes(nextRoute), yes(nextRoute)];
  return `| \`${kind}\` | ${words} | ${route} | ${alias} | ${yes(blamed)} | ${yes(transient)} |`;
});

const remedies = Object.entries(REMEDIES).map(([kind, remedy]) => `| \`${kind}\` | ${remedy} |`);
const words = Object.entries(DETAIL_WORDS).map(
  ([word, { where, meaning, remedy }]) => `| \`${word}\` | ${where} | ${meaning} | ${remedy} |`,
);
const systemWords = Object.entries(CONNECTION_ERRORS).map(
  ([word, { meaning, remedy }]) => `| \`${word}\` | ${meaning} | ${remedy} |`,
);

const text = `<!-- Generated from src/core (refusal.ts, failure.ts, failure-remedies.ts, connection-errors.ts, detail-words.ts) by \`make generate\`. -->

# Errors

\`llm-proxy explain CODE\` prints what this page says of one word, and knows the codes of many providers besides.

## Codes that the gateway itself answers with

The shape is that of the client's dialect; in OpenAI's it is
\`{"error":{"message","type","param","code"}}\`. The message says what happened and what to do. An error of a
backend is passed on as the backend wrote it, when every route has failed or the detection rules do not route around it.

| code | status | type | meaning | remedy |
| --- | --- | --- | --- | --- |
${codes.join('\n')}

## Failures of an attempt

These words are in the log's \`tries\`. An answer counts as a failure when \`detection\` says so; a
connection that fails or times out always does.

| failure | the backend | next route (L1) | next alias (L2) | cools down | tried again |
| --- | --- | --- | --- | --- | --- |
${failures.join('\n')}

\`bad_request\`: another route or alias is tried only where \`detection.error_codes\` has the status of the answer. By default 400 is
not in it: the client gets the provider's own answer, since the request is at fault. \`context_length\`: routes that name another
model are tried first, then the next alias (L2), whatever \`detection\` says. After it, the routes that name the same model (in any
case; \`openai/gpt-5\` is another name than \`gpt-5\`) are skipped.

What to do about each:

| failure | remedy |
| --- | --- |
${remedies.join('\n')}

### What the system says of a connection

The \`detail\` of \`connection_failed\`, \`connection_reset\`, \`connect_timeout\` and \`own_lack\`, with host and port.

| word | meaning | remedy |
| --- | --- | --- |
${systemWords.join('\n')}

### What an answer is told by

By its status, type and code, the vendors' own codes among them. Their messages are read in three cases alone, by words that
begin the message: a conversation that is too long for the model, an account that has no credit or may not go on (it
counts as 402 or 403 whatever it came with), and too much load. \`detection.error_patterns\` adds the operator's own words,
with \`as\` also what they mean. An error that a gateway in between has put into its own is looked for there.

The log's \`tries\` hold status, \`detail\` (the code, or else the type), \`type\`, and \`message\`: the first 200 characters of what
the backend said with 401, 402, 403, 404, 408, 409, 429 or a 5xx, or on a page that is no JSON; never of a 400, 413 or 422, never
where the request itself is quoted. A connection that failed names host, port and the system's word, a timeout its limit;
the client whom nothing served is told these two as well.

### What cools down, and what does not

A cooldown is for one operation of one model at one backend (chat in one dialect, \`/embeddings\`,
\`/images/generations\`, …), for all clients. \`GET /admin/backends\` shows which. These cause no
cooldown although their row says yes, since one client would take the route away from all others; the next route is tried
all the same:

- 401, 402, 403, a used-up quota and 429 to a client's own key, which is passed on where the gateway has none.
- 402, 403 and 404 while the route has served a conversation within the last ten seconds, and for a request that names an
  account (\`openai-organization\`), a beta, a version or anything else in its query, a file, an image, a tool of the
  provider's, a tier, or a path that no API documents; a 403 that is no error of an API (a firewall's page), or that came
  while \`forward_client_ip\` told the client's address.
- An answer that cannot be read, where the client asked for a part or another form of it; a connection that closes on a
  request of over 1 MiB while the route serves others.
- 413 with a code that says rate limit: one request that is over a limit of tokens a minute by itself.
- What the gateway itself lacks: open files, memory, ports (\`own_lack\`).

Everything else is shared: a 5xx, a timeout or a 429 to the gateway's key cools the operation for everybody, whoever
brought it about. \`when_all_cooling: try\` (the default) sees to it that nobody is refused for that.

After its time one request at a time is let through as a trial. It has one try, and has succeeded when its answer is whole.
\`Retry-After\` counts as whole seconds or an HTTP date, by the answer's own \`Date\`; anything else is ignored.

## Other words

| word | where | meaning | remedy |
| --- | --- | --- | --- |
${words.join('\n')}
`;

await writeGenerated('docs/errors.md', await formatted('docs/errors.md', text));

function yes(value: boolean): string {
  return value ? 'yes' : '';
}

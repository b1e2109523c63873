// Writes docs/errors.md from the table of error codes.
import { CONSEQUENCES } from '../src/core/failure.ts';
import { ERROR_CODES } from '../src/core/refusal.ts';

const codes = Object.entries(ERROR_CODES).map(
  ([code, { status, type, meaning, remedy }]) => `| \`${code}\` | ${status} | \`${type}\` | ${meaning} | ${remedy} |`,
);
const failures = Object.entries(CONSEQUENCES).map(
  ([kind, { nextRoute, nextAlias, blamed, transient, words }]) =>
    `| \`${kind}\` | ${words} | ${yes(nextRoute)} | ${yes(nextAlias)} | ${yes(blamed)} | ${yes(transient)} |`,
);

const text = `<!-- Generated from src/core/refusal.ts and src/core/failure.ts by \`make generate\`. -->

# Errors

## Codes that the gateway itself answers with

The shape is that of the client's dialect; in OpenAI's it is
\`{"error":{"message","type","param","code"}}\`. The message says what happened and what to do. An error of a
backend is passed on as the backend wrote it, when every route has failed or the detection rules do not route around it.

| code | status | type | meaning | remedy |
| --- | --- | --- | --- | --- |
${codes.join('\n')}

## Failures of an attempt

These words stand in the log's \`tries\`. An answer counts as a failure when \`detection\` says so; what is no answer
always does.

| failure | the backend | next route (L1) | next alias (L2) | cools down | tried again |
| --- | --- | --- | --- | --- | --- |
${failures.join('\n')}
`;

const formatter = Bun.spawn([process.execPath, 'fmt', '--stdin-filepath=docs/errors.md'], {
  cwd: `${import.meta.dir}/..`,
  stdin: new Blob([text]),
  stdout: 'pipe',
  stderr: 'inherit',
});
await Bun.write(`${import.meta.dir}/../docs/errors.md`, await formatter.stdout.text());

function yes(value: boolean): string {
  return value ? 'yes' : '';
}

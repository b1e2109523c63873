import type { Fired } from './alerts.ts';
import type { ShownRequest } from './application.ts';
import type { Night } from './night.ts';
import { strip } from './stage.ts';

/** The page of the night, in Markdown. */
export function tourPage(night: Night): string {
  return `# A night on call

<!-- Written by \`make tour\` from a run of the program: do not edit by hand. -->

An application asks for the model \`assistant\` every three seconds. Soon after three in the morning its provider fails; then
another one breaks off an answer, and then refuses its key. This page shows what the application gets, what the console
prints, which alerts fire and what the person on call does. \`make tour\` runs the real gateway before scripted providers and
the real Prometheus with the alert rules of [deploy/prometheus](../deploy/prometheus), and writes down what they say; only the
clocks are faster (half an hour takes a minute), and the ports are those of the config below.

## The evening before

Two **backends** (providers, or servers of your own) serve the **alias** \`assistant\`, which is the model's name for
applications. Each way from an alias to a backend is a **route**; the lowest priority is tried first. If one route fails,
the next one of the alias is tried: that is failover **L1**. If all of them fail, another alias serves: **L2**.

${block('yaml', night.config)}

${block('text', night.start)}

## ${clock(night.failover)}: the provider is overloaded

\`openai\` begins to answer 503. The first request that meets it is served by \`azure\`; the application sees a plain 200.

${answer(night.failover)}

The console tells the same from the gateway's side. Each line below the first is one **attempt**: which backend, what came,
how long it took, and what follows. \`openai\` **cools down**: for a minute nothing is sent there, so later requests lose no time on it.

${block('text', night.failover.console)}

## ${clock(night.cut)}: an answer breaks off

\`azure\` closes the connection in the middle of a stream. What has been sent cannot be taken back, so there is no failover; but the
application must not mistake half an answer for a whole one. It gets an error event, which its SDK throws:

${block('text', night.cut.text)}

${block('text', night.cut.console)}

## ${clock(night.refused)}: the other provider refuses its key

The key for \`azure\` has expired, and \`openai\` is still overloaded. The request goes on to the alias \`claude\` (L2), in another
dialect; the application, which speaks OpenAI's, still sees a 200:

${answer(night.refused)}

The console names the backend, the end of the key and the remedy:

${block('text', night.refused.console)}

## What fires

One answer was lost, and its client knows. Everything else was served, so nothing is critical and nobody is woken; warnings
say what failover hides:

${firedTable(night.fired)}

Each alert links to its section of the [runbook](operations.md#runbook): what it means, what clients notice, what to do.

## What to look at

How each backend is, and what its last failure was (from \`GET /admin/backends\`, which also says until when it cools down):

${block('text', night.backends)}

What a code means:

${block('text', `$ llm-proxy explain provider_refused\n${night.explained}`)}

## What to do

Put a valid key where the old one was. The gateway watches the file; nothing is restarted:

${block('text', night.newKey)}

A typo in the config does no harm. The old config stays in force, and the line says what is wrong and where;
\`llm-proxy check\` says it beforehand:

${block('text', night.typo)}

${block('text', `$ llm-proxy check\n${night.check}`)}

When \`openai\` has recovered, one request finds out (**half open**), and the rest follow:

${block('text', night.back)}

## In the morning

What the application got that night, by the backend that served:

| status | served by | requests |
| --- | --- | --- |
${night.requests.map(({ status, served, count }) => `| ${status} | ${served} | ${count} |`).join('\n')}

Any of them can be followed by its trace ID, which stands in the response (\`x-trace-id\`), in the upstream request and in every
line of the log:

${block('text', `$ ${FIND_COMMAND} ${night.failover.traceId} logs/requests/*.log | jq -c '.tries[]'\n${night.found}`)}
`;
}

const FIND_COMMAND = 'grep -h';

function answer({ head, text }: ShownRequest): string {
  return block('text', `${head}\n\n${text}`);
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${strip(text).trimEnd()}\n\`\`\``;
}

/** When something was, by the gateway's console. */
function clock({ console }: ShownRequest): string {
  return /\d\d:\d\d/.exec(strip(console))?.[0] ?? '';
}

function firedTable(fired: readonly Fired[]): string {
  const rows = fired.map(({ at, severity, alert, summary }) => `| ${at} | ${severity} | \`${alert}\` | ${summary} |`);
  return ['| fires at | severity | alert | says |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

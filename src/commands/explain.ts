import { kindOfCode } from '../core/classify.ts';
import type { FailureKind } from '../core/failure.ts';
import { CONSEQUENCES } from '../core/failure.ts';
import { REMEDIES } from '../core/failure-remedies.ts';
import { DETAIL_WORDS } from '../core/detail-words.ts';
import type { GatewayErrorCode } from '../core/refusal.ts';
import { ERROR_CODES } from '../core/refusal.ts';
import { CONNECTION_ERRORS, systemRemedy } from '../core/connection-errors.ts';
import { pageUrl } from '../lib/page-url.ts';
import { nearest } from '../lib/nearest.ts';
import { asPlainText } from '../lib/plain-text.ts';
import { printable } from '../lib/printable.ts';
import type { Outcome } from '../records/metrics/outcome.ts';
import { OUTCOME_REMEDIES, OUTCOMES } from '../records/metrics/outcome.ts';
import { ALERTS } from './alerts.ts';
import { UsageError, type Command, type CommandLine } from './command.ts';
import { explainRequest } from './explain-request/explain-request.ts';
import { ASKED_MODEL, DIALECT, EXPLAINED_JSON, KEY, OFFLINE } from './explain-request/flags.ts';
import { CONFIG } from './flags.ts';
import { URL_FLAG } from './running-gateway.ts';

/** What makes sense with `--model` alone. */
const OF_REQUESTS = [KEY, DIALECT, EXPLAINED_JSON, OFFLINE, URL_FLAG, CONFIG];

/** `llm-proxy explain`: says what a word of an error or a log means, and what to do; or what would become of a request. */
export const explain: Command = {
  name: 'explain',
  summary: 'say what an error code or a word of the log means; with --model, what becomes of a request',
  text: [
    'Knows the error codes and statuses that the gateway answers with, the failures in the log and what the system says of a connection, the outcomes in metrics, the states of backends, the alerts, and what it takes the codes of providers for. At length: [errors.md](errors.md).',
    'With `--model` it says what would become of a request, with nothing sent: the routes in order and why, those left out and why, what the request loses in translation, what it costs at least and at most, and which limits are near. It asks the gateway that runs by the config, with the admin key of the config; where none runs it goes by the config alone, and says so. At length: [explain.md](explain.md).',
  ],
  argument: {
    name: 'CODE',
    help: 'the word to explain; without it: all there are. With `--model`: a file with the body of the request as JSON, `-` for standard input; without it: a few words',
  },
  flags: [ASKED_MODEL, ...OF_REQUESTS],
  examples: [
    { words: ['explain', 'first_byte_timeout'], does: 'explains one' },
    { words: ['explain', 'insufficient_quota'], does: "explains a provider's code" },
    { words: ['explain', 'ECONNREFUSED'], does: 'explains why a connection failed' },
    { words: ['explain', '503'], does: 'lists the codes that come with a status' },
    { words: ['explain', 'LlmProxyAliasErrors'], does: 'names the runbook of an alert' },
    { words: ['explain'], does: 'lists all' },
    { words: ['explain', '--model', 'gpt-5', '--key', 'ci'], does: 'says where a request of `ci` would go' },
    {
      words: ['explain', '--model', 'gpt-5', 'request.json', '--json'],
      does: 'the same of a request in a file, for programs',
    },
  ],
  exits: { 1: 'nothing is known of the word; the request would not be served, or nobody could say' },
  run(line) {
    const { argument, flags, out, err } = line;
    const model = flags.value(ASKED_MODEL);
    if (model !== undefined) return explainRequest(line, model);
    const stray = OF_REQUESTS.find((flag) => flags.has(flag));
    if (stray !== undefined) throw new UsageError(`--${stray.name} needs --${ASKED_MODEL.name}`);
    if (argument === undefined) return listAll(out);
    const found = KNOWN.map(({ text }) => text(argument)).filter((text) => text !== undefined);
    const text = found.length > 0 ? found.join('\n\n') : providersText(argument);
    if (text === undefined) {
      err(unknown(argument));
      return 1;
    }
    out(text);
    return 0;
  },
};

function codeText(word: string): string | undefined {
  if (!Object.hasOwn(ERROR_CODES, word)) return undefined;
  const { status, type, meaning, remedy } = ERROR_CODES[word as GatewayErrorCode];
  return paragraph(`${word}: an error code of the gateway (${status}, ${type})`, meaning, remedy);
}

function failureText(word: string): string | undefined {
  return Object.hasOwn(CONSEQUENCES, word)
    ? failure(`${word}: a failure of an attempt`, word as FailureKind)
    : undefined;
}

function wordText(word: string): string | undefined {
  if (!Object.hasOwn(DETAIL_WORDS, word)) return undefined;
  const { where, meaning, remedy } = DETAIL_WORDS[word] ?? { where: '', meaning: '', remedy: '' };
  return paragraph(`${word}: ${where}`, meaning, remedy);
}

function systemText(word: string): string | undefined {
  if (!Object.hasOwn(CONNECTION_ERRORS, word)) return undefined;
  const meaning = CONNECTION_ERRORS[word]?.meaning ?? '';
  return paragraph(`${word}: what the system says of a connection`, meaning, systemRemedy(word) ?? '');
}

function outcomeText(word: string): string | undefined {
  if (!Object.hasOwn(OUTCOMES, word)) return undefined;
  const outcome = word as Outcome;
  const head = `${word}: an outcome of llm_proxy_alias_requests_total`;
  return paragraph(head, OUTCOMES[outcome], OUTCOME_REMEDIES[outcome]);
}

function statusText(word: string): string | undefined {
  const codes = STATUSES.get(word);
  if (codes === undefined) return undefined;
  const meaning = `The gateway's own answers with it have the code ${codes.join(', ')}. When no route served, the answer of a provider is passed on as it came.`;
  return paragraph(
    `${word}: a status of answers`,
    meaning,
    'Explain the code: it stands in the answer, and as `error_code` in the log. An answer of a provider has `tries` there.',
  );
}

function alertText(word: string): string | undefined {
  const alert = Object.hasOwn(ALERTS, word) ? ALERTS[word] : undefined;
  if (alert === undefined) return undefined;
  const remedy = pageUrl(`operations.md#${word.toLowerCase()}`);
  return paragraph(`${word}: an alert (${alert.severity})`, alert.summary, remedy);
}

/** The codes by their status, as text. */
const STATUSES: ReadonlyMap<string, readonly string[]> = Map.groupBy(Object.keys(ERROR_CODES), (code) =>
  String(ERROR_CODES[code as GatewayErrorCode].status),
);

interface Group {
  readonly title: string;
  readonly words: readonly string[];
  /** What to say of a word; undefined if it is none of the group. */
  readonly text: (word: string) => string | undefined;
}

/** What `explain` knows, in the order of its list. */
const KNOWN: readonly Group[] = [
  { title: 'Error codes of the gateway', words: Object.keys(ERROR_CODES), text: codeText },
  { title: 'Statuses', words: [...STATUSES.keys()].sort(), text: statusText },
  { title: 'Failures of an attempt', words: Object.keys(CONSEQUENCES), text: failureText },
  { title: 'What the system says of a connection', words: Object.keys(CONNECTION_ERRORS), text: systemText },
  { title: 'Outcomes of requests', words: Object.keys(OUTCOMES), text: outcomeText },
  { title: 'Other words', words: Object.keys(DETAIL_WORDS), text: wordText },
  { title: 'Alerts', words: Object.keys(ALERTS), text: alertText },
];

/** Codes of providers are known by what they count as. */
function providersText(word: string): string | undefined {
  const kind = kindOfCode(word);
  return kind && failure(`${word}: a code of providers, which counts as ${kind}`, kind);
}

function failure(head: string, kind: FailureKind): string {
  const { words, nextRoute, blamed, transient } = CONSEQUENCES[kind];
  const follows = [
    nextRoute ? 'the next route is tried, then the next alias' : 'no other route is tried, nor another alias',
    blamed ? 'the backend cools down' : 'the backend does not cool down',
    ...(transient ? ['with retries left, it is tried again'] : []),
  ];
  return paragraph(head, `The backend ${words}. What follows: ${follows.join('; ')}.`, REMEDIES[kind]);
}

function paragraph(head: string, meaning: string, remedy: string): string {
  return [asPlainText(head), `  ${asPlainText(meaning)}`, `  What to do: ${asPlainText(remedy)}`].join('\n');
}

function listAll(out: CommandLine['out']): number {
  for (const { title, words } of KNOWN) out([`${title}:`, ...words.map((word) => `  ${word}`)].join('\n'));
  return 0;
}

function unknown(word: string): string {
  const known = KNOWN.flatMap(({ words }) => words);
  const near = [...new Set(nearest(word, known))];
  const shown = printable(word.slice(0, 100));
  const guess = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'without a word, explain lists all there are';
  return `Nothing is known of ${shown} (${guess})`;
}

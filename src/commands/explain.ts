import { kindOfCode } from '../core/classify.ts';
import type { FailureKind } from '../core/failure.ts';
import { CONSEQUENCES } from '../core/failure.ts';
import { REMEDIES } from '../core/failure-remedies.ts';
import { OTHER_WORDS } from '../core/other-words.ts';
import type { GatewayErrorCode } from '../core/refusal.ts';
import { ERROR_CODES } from '../core/refusal.ts';
import { nearest } from '../lib/nearest.ts';
import { asPlainText } from '../lib/plain-text.ts';
import { printable } from '../lib/printable.ts';
import type { Command, CommandLine } from './command.ts';

/** `llm-proxy explain`: says what a word of an error or a log means, and what to do. */
export const explain: Command = {
  name: 'explain',
  summary: 'say what an error code or a word of the log means, and what to do about it',
  text: [
    'Knows the error codes that the gateway answers with, the failures in the log, the states of backends, and what it takes the codes of providers for. At length: [errors.md](errors.md).',
  ],
  argument: { name: 'CODE', help: 'the word to explain; without it: all there are' },
  flags: [],
  examples: [
    { words: ['explain', 'first_byte_timeout'], does: 'explains one' },
    { words: ['explain', 'insufficient_quota'], does: "explains a provider's code" },
    { words: ['explain'], does: 'lists all' },
  ],
  exits: { 1: 'nothing is known of the word' },
  run({ argument, out, err }) {
    if (argument === undefined) return listAll(out);
    const found = [codeText(argument), failureText(argument), wordText(argument)].filter((text) => text !== undefined);
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
  if (!Object.hasOwn(OTHER_WORDS, word)) return undefined;
  const { where, meaning, remedy } = OTHER_WORDS[word] ?? { where: '', meaning: '', remedy: '' };
  return paragraph(`${word}: ${where}`, meaning, remedy);
}

/** Codes of providers are known by what they count as. */
function providersText(word: string): string | undefined {
  const kind = kindOfCode(word);
  return kind && failure(`${word}: a code of providers, which counts as ${kind}`, kind);
}

function failure(head: string, kind: FailureKind): string {
  const { words, nextRoute, nextAlias, blamed, transient } = CONSEQUENCES[kind];
  const next = nextRoute ? 'the next route is tried' : 'no other route is tried';
  const alias = nextAlias ? 'then the next alias' : 'nor another alias';
  const follows = [
    `${next}, ${alias}`,
    blamed ? 'the backend cools down' : 'the backend does not cool down',
    ...(transient ? ['with retries left, it is tried again'] : []),
  ];
  return paragraph(head, `The backend ${words}. What follows: ${follows.join('; ')}.`, REMEDIES[kind]);
}

function paragraph(head: string, meaning: string, remedy: string): string {
  return [asPlainText(head), `  ${asPlainText(meaning)}`, `  What to do: ${asPlainText(remedy)}`].join('\n');
}

function listAll(out: CommandLine['out']): number {
  const groups: [title: string, words: string[]][] = [
    ['Error codes of the gateway', Object.keys(ERROR_CODES)],
    ['Failures of an attempt', Object.keys(CONSEQUENCES)],
    ['Other words', Object.keys(OTHER_WORDS)],
  ];
  for (const [title, words] of groups) out([`${title}:`, ...words.map((word) => `  ${word}`)].join('\n'));
  return 0;
}

function unknown(word: string): string {
  const known = [ERROR_CODES, CONSEQUENCES, OTHER_WORDS].flatMap((table) => Object.keys(table));
  const near = [...new Set(nearest(word, known))];
  const shown = printable(word.slice(0, 100));
  const guess = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'without a word, explain lists all there are';
  return `Nothing is known of ${shown} (${guess})`;
}

import { alertsBlock } from './alerts.ts';
import { headersInBlock, headersOutBlock } from './headers.ts';
import { logFieldsBlock, logLinesBlock } from './log.ts';
import { metricsBlock } from './metrics.ts';
import { promptHeadBlock, promptVariablesBlock } from './prompts.ts';
import { sizingBlock } from './sizing.ts';
import type { Localize } from './table.ts';

/** What is written into the page, by the name that its markers have for it. */
export const BLOCKS: Readonly<Record<string, (localize: Localize) => string>> = {
  metrics: metricsBlock,
  'log fields': logFieldsBlock,
  'log lines': logLinesBlock,
  'headers in': headersInBlock,
  'headers out': headersOutBlock,
  'prompt heads': promptHeadBlock,
  'prompt variables': promptVariablesBlock,
  sizing: sizingBlock,
  alerts: alertsBlock,
};

/**
 * The page with every block between its markers, of which there must be one pair each; all else stays. `words` is what the
 * language of the page has for each English text of the blocks; without it they are English. Throws where some are missing,
 * or belong to an English text that is there no longer, and says which.
 */
export function filledPage(page: string, words?: Readonly<Record<string, string>>): string {
  const asked = new Set<string>();
  const localize: Localize = (text) => {
    asked.add(text);
    return words?.[text] ?? text;
  };
  let text = page;
  for (const [name, block] of Object.entries(BLOCKS)) text = withBlock(text, name, block(localize));
  const unknown = [...text.matchAll(/<!-- begin generated: (.*?) -->/g)].find(([, name = '']) => !(name in BLOCKS));
  if (unknown !== undefined) throw new Error(`there is no block ${unknown[1]}`);
  if (words !== undefined) expectTranslated(asked, words);
  return text;
}

/** A changed English text is both: missing under its new wording, and left over under its old one. */
function expectTranslated(asked: ReadonlySet<string>, words: Readonly<Record<string, string>>): void {
  const list = (texts: readonly string[], value: string): string =>
    texts.map((english) => `  ${JSON.stringify(english)}${value}`).join('\n');
  const missing = [...asked].filter((english) => !Object.hasOwn(words, english) || words[english] === '');
  const left = Object.keys(words).filter((english) => !asked.has(english));
  const problems: string[] = [];
  if (missing.length > 0) problems.push(`these texts are not translated:\n${list(missing, ': "",')}`);
  if (left.length > 0) problems.push(`these translations are of texts that are there no longer:\n${list(left, '')}`);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function withBlock(page: string, name: string, block: string): string {
  const [begin, end] = [`<!-- begin generated: ${name} -->`, `<!-- end generated: ${name} -->`];
  const [before = '', after, ...more] = page.split(begin);
  const at = after?.indexOf(end) ?? -1;
  if (after === undefined || at === -1 || more.length > 0) throw new Error(`${begin} and ${end} must be there once`);
  return `${before}${begin}\n\n${block}\n\n${after.slice(at)}`;
}

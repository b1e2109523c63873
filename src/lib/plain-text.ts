import { commandLine } from './called-as.ts';
import { pageUrl } from './page-url.ts';

/** A text of the documentation as a terminal shows it: without backticks, its links into the documentation as URLs. */
export function asPlainText(markdown: string): string {
  return withOwnCommands(markdown)
    .replaceAll(/\[[^\]]*\]\(([\w.-]+\.md(?:#[\w-]+)?)\)/g, (_, page: string) => pageUrl(page))
    .replaceAll('`', '');
}

/** A text with `llm-proxy check` and the like as they work where it is read. */
export function withOwnCommands(text: string): string {
  return text.replaceAll(/`llm-proxy ([^`]+)`/g, (_, words: string) => `\`${commandLine(...words.split(' '))}\``);
}

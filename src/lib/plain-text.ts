import { commandLine } from './called-as.ts';
import { REPOSITORY } from './version.ts';

/** A text of the documentation as a terminal shows it: without backticks, its links into the documentation as URLs. */
export function asPlainText(markdown: string): string {
  return withOwnCommands(markdown)
    .replaceAll(/\[([^\]]*)\]\(([\w.-]+\.md)(#[\w-]+)?\)/g, `${REPOSITORY}/blob/main/docs/$2$3`)
    .replaceAll('`', '');
}

/** A text with `llm-proxy check` and the like as they work where it is read. */
export function withOwnCommands(text: string): string {
  return text.replaceAll(/`llm-proxy ([^`]+)`/g, (_, words: string) => `\`${commandLine(...words.split(' '))}\``);
}

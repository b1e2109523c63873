/** Gives a text in the page's language; in English as it is. */
export type Localize = (text: string) => string;

/** A table of Markdown: the heads are localized, the cells are ready. */
export function table(localize: Localize, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(heads.map(localize)),
    line(heads.map(() => '---')),
    ...rows.map((cells) => line(cells.map(inCell))),
  ].join('\n');
}

/** `name`, as code. */
export function code(name: string): string {
  return `\`${name}\``;
}

/** Names as a list of code. */
export function codes(names: readonly string[]): string {
  return names.map(code).join(', ');
}

function inCell(text: string): string {
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|');
}

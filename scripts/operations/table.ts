/** Says a text in the page's language; English texts as they are. */
export type Told = (text: string) => string;

/** A table of Markdown: the heads are told in the page's language, the cells are ready. */
export function table(told: Told, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads.map(told)), line(heads.map(() => '---')), ...rows.map((cells) => line(cells.map(inCell)))].join(
    '\n',
  );
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

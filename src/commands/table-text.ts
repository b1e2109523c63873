/** How a column stands. */
export interface Column {
  readonly head: string;
  /** Numbers stand at the right, so that their digits do below one another. */
  readonly align?: 'left' | 'right';
}

/** Rows below their heads, in columns as wide as what stands in them; nothing stands behind the last. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const lines = [columns.map(({ head }) => head), ...rows];
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)));
  return lines.map((cells) =>
    columns
      .map(({ align }, at) => {
        const [cell, width] = [cells[at] ?? '', widths[at] ?? 0];
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

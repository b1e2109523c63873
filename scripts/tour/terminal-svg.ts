/** How a piece of text looks: the SGR state of a terminal, as far as the console uses it. */
interface Look {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly color: string | undefined;
}

/** Text of one look. */
interface Run extends Look {
  readonly text: string;
}

const FONT_PX = 13;
/** The advance of a character in nearly every monospaced font, in parts of the font's size. */
const ADVANCE = 0.6;
const LINE_PX = 19;
const PADDING_PX = 16;
const BAR_PX = 30;

const COLORS: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#f2cc60',
  36: '#79c0ff',
  90: '#8b949e',
};
// eslint-disable-next-line no-control-regex -- escapes are what is looked for
const SGR = /\x1b\[([\d;]*)m/;
const PLAIN: Look = { bold: false, dim: false, color: undefined };

/** Draws what a terminal showed (text with SGR escapes) as an SVG image of a window; `label` is read to those who cannot see it. */
export function terminalSvg(shown: string, { title, label }: { title: string; label: string }): string {
  const lines = shown.replace(/\n+$/, '').split('\n');
  const columns = Math.max(...lines.map((line) => Bun.stringWidth(line)));
  const width = Math.ceil(columns * FONT_PX * ADVANCE) + 2 * PADDING_PX;
  const height = BAR_PX + lines.length * LINE_PX + 2 * PADDING_PX;
  const drawn = lines.map((line, at) => lineOf(line, BAR_PX + PADDING_PX + (at + 0.75) * LINE_PX));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(label)}">
<rect width="${width}" height="${height}" rx="10" fill="#0d1117" stroke="#30363d"/>
<g fill="#30363d"><circle cx="20" cy="${BAR_PX / 2 + 3}" r="5"/><circle cx="38" cy="${BAR_PX / 2 + 3}" r="5"/><circle cx="56" cy="${BAR_PX / 2 + 3}" r="5"/></g>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace" font-size="${FONT_PX}" fill="#e6edf3" style="white-space:pre">
<text x="${width / 2}" y="${BAR_PX / 2 + 7}" text-anchor="middle" fill="#8b949e">${escape(title)}</text>
${drawn.filter((text) => text !== '').join('\n')}
</g>
</svg>
`;
}

/** One line; each run is placed by its column, so that neither a font nor joined spaces can move it. */
function lineOf(line: string, y: number): string {
  let column = 0;
  const spans = runsOf(line)
    .flatMap((run) => run.text.split(/(?<=\S)(?= {2})|(?<= )(?=\S)/).map((text) => ({ ...run, text })))
    .flatMap((run) => {
      const x = round(PADDING_PX + column * FONT_PX * ADVANCE);
      const columns = Bun.stringWidth(run.text);
      column += columns;
      if (run.text.trim() === '') return [];
      const length = round(columns * FONT_PX * ADVANCE);
      return [`<tspan x="${x}" textLength="${length}"${attributesOf(run)}>${escape(run.text)}</tspan>`];
    });
  return spans.length === 0 ? '' : `<text y="${round(y)}">${spans.join('')}</text>`;
}

function attributesOf({ bold, dim, color }: Look): string {
  const fill = color ?? (dim ? COLORS[90] : bold ? '#ffffff' : undefined);
  return `${bold ? ' font-weight="bold"' : ''}${fill === undefined ? '' : ` fill="${fill}"`}`;
}

function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let look = PLAIN;
  for (const [at, part] of line.split(SGR).entries()) {
    if (at % 2 === 0) runs.push({ text: part, ...look });
    else for (const code of part.split(';')) look = changed(look, Number(code));
  }
  return runs.filter(({ text }) => text !== '');
}

function changed(look: Look, code: number): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  return { ...look, color: COLORS[code] };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

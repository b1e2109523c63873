import { printable } from '../../../lib/printable.ts';
import type { Level } from '../request-line.ts';

/** How lines for people look: `markdown` has emphasis (ANSI where `color`), `plain` has neither. */
export interface ConsoleStyle {
  readonly format: 'markdown' | 'plain';
  readonly color: boolean;
}

/** How a line of some style writes its parts. */
export interface Markup {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly level: (level: Level) => string;
  /** What somebody else chose: no link, image or emphasis of theirs. */
  readonly text: (text: string) => string;
}

/** The markup of a style. */
export function markup(style: ConsoleStyle): Markup {
  if (style.format === 'plain') return PLAIN;
  return style.color ? ANSI : MARKDOWN;
}

const NAMES: Readonly<Record<Level, string>> = { debug: 'DEBUG', info: 'INFO ', warn: 'WARN ', error: 'ERROR' };
const COLORS: Readonly<Record<Level, number>> = { debug: 90, info: 32, warn: 33, error: 31 };
const asIs = (text: string): string => text;

const PLAIN: Markup = { bold: asIs, dim: asIs, level: (level) => NAMES[level], text: printable };
const MARKDOWN: Markup = {
  ...PLAIN,
  bold: (text) => `**${text}**`,
  text: (text) => printable(text).replaceAll(/[*`[\]<]/g, '\\$&'),
};
const ANSI: Markup = {
  bold: (text) => `\x1b[1m${text}\x1b[22m`,
  dim: (text) => `\x1b[2m${text}\x1b[22m`,
  level: (level) => `\x1b[${COLORS[level]}m${NAMES[level]}\x1b[39m`,
  text: printable,
};

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { anchorOf, blocksOf } from './blocks.ts';
import type { Block } from './blocks.ts';

/** A page of documentation. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** From one heading to the next. */
interface Section {
  readonly heading: string;
  /** What stands below it, in order: paragraphs, lists, tables, comments, and the fences of blocks without what is in them. */
  readonly parts: readonly string[];
}

/** Reads a page and the one in `language`, which lies beside it: `clients.md`, `clients.zh-CN.md`. */
export function pageAndTranslation(path: string, language: string): [original: Page, translated: Page] {
  const [original, translated] = [path, translationOf(path, language)].map((each) => ({
    path: each,
    text: readFileSync(each, 'utf8'),
  }));
  if (original === undefined || translated === undefined) throw new Error(`${path} cannot be read`);
  return [original, translated];
}

/**
 * Where a translated page is not the original in other words, a line for each place: its headings, the parts of a section,
 * the blocks (but for their comments), where links lead, names in code, and numbers. What the prose says no program can tell.
 */
export function differences(original: Page, translated: Page, language: string): string[] {
  const [ours, theirs] = [sectionsOf(original.text), sectionsOf(translated.text)];
  const outline = (sections: readonly Section[]): string[] => sections.map(({ heading }) => levelOf(heading));
  const headings = compared('headings', outline(ours), outline(theirs));
  // Without the same headings nothing can be said of what stands below them.
  if (headings.length > 0) {
    const both = ours.map(({ heading }, index) => `${heading} = ${theirs[index]?.heading ?? 'nothing'}`);
    return [...headings, ...both];
  }
  return [
    ...ours.flatMap((section, index) => {
      const other = theirs[index];
      if (other === undefined) return [];
      const at = section.heading === '' ? 'the beginning' : `“${section.heading}”`;
      const leads = linksOf(section).map((link) => linkInTranslation(link, original, translated, language));
      return [
        ...compared(`${at}: parts`, section.parts.map(shapeOf), other.parts.map(shapeOf)),
        ...compared(`${at}: links`, leads.toSorted(), linksOf(other).toSorted()),
        ...compared(`${at}: names in code`, namesOf(section).toSorted(), namesOf(other).toSorted()),
        ...missing(`${at}: numbers`, numbersOf(section), numbersOf(other)),
      ];
    }),
    ...differentBlocks(blocksOf(original.text), blocksOf(translated.text)),
  ];
}

function sectionsOf(page: string): Section[] {
  const sections: { heading: string; parts: string[] }[] = [{ heading: '', parts: [] }];
  const withoutCode = page.replace(/^( *)(```.+)\n[^]*?^ *```$/gm, '\n\n$1$2\n\n');
  for (const part of withoutCode.split(/\n\s*\n/).map((text) => text.trim())) {
    if (part.startsWith('#')) sections.push({ heading: part, parts: [] });
    else if (part !== '') sections.at(-1)?.parts.push(part);
  }
  return sections;
}

function levelOf(heading: string): string {
  return /^#*/.exec(heading)?.[0] ?? '';
}

function shapeOf(part: string): string {
  const lines = part.split('\n');
  if (part.startsWith('|')) return `a table of ${lines.length - 2} rows and ${part.split(/(?<!\\)\|/).length} bars`;
  if (/^(- |\d+\. )/.test(part)) return `a list of ${lines.filter((line) => /^(- |\d+\. )/.test(line)).length}`;
  if (part.startsWith('<!--')) return part;
  return part.startsWith('```') ? part : 'a paragraph';
}

function linksOf({ parts }: Section): string[] {
  return [...parts.join('\n').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
}

function namesOf({ parts }: Section): string[] {
  const names = parts.filter((part) => !part.startsWith('```')).flatMap((part) => part.match(/`[^`]+`/g) ?? []);
  return names.map((name) => name.replace(/\s+/g, ' '));
}

/** Those of prose and tables; names in code and links are compared as a whole. */
function numbersOf({ parts }: Section): string[] {
  const prose = parts.filter((part) => !part.startsWith('```')).map((part) => part.replace(/`[^`]+`/g, ' '));
  return (
    prose
      .join('\n')
      .replace(/\]\([^)\s]+\)/g, ' ')
      .match(/\d+/g) ?? []
  );
}

/** Where a link of the original has to lead from the translated page: to a translation, where there is one. */
function linkInTranslation(link: string, original: Page, translated: Page, language: string): string {
  const [path = '', anchor] = link.split('#');
  if (path.includes(':')) return link;
  const folder = dirname(original.path);
  const target = path === '' ? original.path : join(folder, path);
  // The languages link to each other.
  if (target === translated.path) return relative(folder, original.path);
  const other = translationOf(target, language);
  if (!target.endsWith('.md') || !existsSync(other)) return link;
  const to = path === '' ? '' : join(dirname(path), relative(dirname(target), other));
  return anchor === undefined ? to : `${to}#${anchorInTranslation(anchor, target, other)}`;
}

/** The anchor of the heading that stands where the original's does. */
function anchorInTranslation(anchor: string, original: string, translated: string): string {
  const [ours, theirs] = [original, translated].map((path) => sectionsOf(readFileSync(path, 'utf8')));
  const index = ours?.findIndex(({ heading }) => anchorOf(heading) === anchor) ?? -1;
  const heading = theirs?.[index]?.heading;
  return heading === undefined ? `no heading for ${anchor}` : anchorOf(heading);
}

function translationOf(path: string, language: string): string {
  return path.replace(/\.md$/, `.${language}.md`);
}

function differentBlocks(ours: readonly Block[], theirs: readonly Block[]): string[] {
  return ours.flatMap(({ section, language, title, text }, index) => {
    const other = theirs[index];
    const same =
      other?.language === language && other.title === title && withoutComments(other.text) === withoutComments(text);
    return same ? [] : [`“${section}”: the block ${JSON.stringify(text.slice(0, 60))} is another`];
  });
}

/** Comments can be translated, but what an example prints (`# → …`) and that there is a comment cannot change. */
function withoutComments(text: string): string {
  return text.replace(/(^|\s)(#|\/\/) (?!→).*$/gm, '$1$2');
}

function compared(what: string, ours: readonly string[], theirs: readonly string[]): string[] {
  if (ours.join('\n') === theirs.join('\n')) return [];
  const [lacks, adds] = [without(ours, theirs), without(theirs, ours)];
  if (lacks.length + adds.length === 0) return [`${what}: in another order`];
  return [`${what}: lacks ${JSON.stringify(lacks)}, adds ${JSON.stringify(adds)}`];
}

function missing(what: string, ours: readonly string[], theirs: readonly string[]): string[] {
  const lacks = without(ours, theirs);
  return lacks.length === 0 ? [] : [`${what}: lacks ${JSON.stringify(lacks)}`];
}

/** The first list less the second, each item as often as it is there. */
function without(list: readonly string[], taken: readonly string[]): string[] {
  const rest = [...taken];
  return list.filter((item) => {
    const index = rest.indexOf(item);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

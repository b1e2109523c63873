// The pages in Chinese hold what the English ones do: the same sections, tables, blocks, links, names and numbers.
import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { brokenLinks } from './blocks.ts';
import { differences, pageAndTranslation } from './translation.ts';

const DOCS = join(import.meta.dir, '../../docs');
const LANGUAGE = 'zh-CN';

describe.each(['operations.md', 'clients.md'])('%s and its translation', (name) => {
  const [original, translated] = pageAndTranslation(join(DOCS, name), LANGUAGE);

  test('differ in language alone', () => expect(differences(original, translated, LANGUAGE)).toEqual([]));

  test('has no broken link', () => expect(brokenLinks(translated.text, DOCS)).toEqual([]));

  test('lead to each other from the top', () => {
    const topOf = (text: string): string => text.slice(0, text.indexOf('\n## '));
    expect(topOf(original.text)).toContain(`[中文](${name.replace('.md', `.${LANGUAGE}.md`)})`);
    expect(topOf(translated.text)).toContain(`[English](${name})`);
  });

  // Each of these is a correction of the English page that a translator could miss.
  test.each([
    ['a heading', (text: string) => text.replace('\n## ', '\n### '), 'headings'],
    ['a row of a table', (text: string) => text.replace(/^\| .*`.*\n(?=\|)/m, ''), 'parts'],
    ['an item of a list', (text: string) => text.replace(/^- .*\n(?=- )/m, ''), 'parts'],
    ['a link', (text: string) => text.replace('](errors.md)', '](config.md)'), 'links'],
    ['a name', (text: string) => text.replace(/`([a-z]+)_/, '`$1-'), 'names in code'],
    ['a number', (text: string) => text.replace(/\b(15|30) (s|min)\b/, '47 $2'), 'numbers'],
    ['a command', (text: string) => text.replace(/\n( *)curl -s/, '\n$1curl -v'), 'the block'],
  ])('%s that changes is seen', (_what, change, said) => {
    const changed = { ...original, text: change(original.text) };
    expect(changed.text).not.toBe(original.text);
    expect(differences(changed, translated, LANGUAGE).join('\n')).toContain(said);
  });
});

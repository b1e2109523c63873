// docs/comparison.md can be checked: whatever it states of another gateway has a link, and each link leads somewhere.
import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anchorsOf } from './docs/blocks.ts';

const DOCS = join(import.meta.dir, '../docs');
const page = readFileSync(join(DOCS, 'comparison.md'), 'utf8');
const definitions = new Map(
  [...page.matchAll(/^\[([a-z0-9-]+)\]: (\S+)$/gm)].map(([, name = '', target = '']): [string, string] => [
    name,
    target,
  ]),
);
const text = page.replace(/^\[[a-z0-9-]+\]: \S+$/gm, '');
const used = new Set([...text.matchAll(/\]\[([a-z0-9-]+)\]/g)].map(([, name = '']) => name));
/** One link or more, and nothing said beside them. */
const LINKS_ALONE = /^\[[^\]]+\]\[[^\]]+\](?:[,;] \[[^\]]+\]\[[^\]]+\])*$/;
/** What the tables with a column for each gateway say. */
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('|') && !line.startsWith('| -'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  .filter((cells) => cells.length === 7 && cells[1] !== 'llm-proxy');

test('says when it was read', () => expect(page).toMatch(/\*\*As of \d{1,2} [A-Z][a-z]+ 20\d\d\.\*\*/));

describe('a cell that states something has a link', () => {
  test.each(rows)('%s', (_row, own, ...peers) => {
    if (!['nothing', 'not yet', '–'].includes(own)) expect(own).toMatch(LINKS_ALONE);
    for (const cell of peers) if (cell !== 'not established') expect(cell).toMatch(LINKS_ALONE);
  });

  test('and there are such cells', () => expect(rows.length).toBeGreaterThan(30));
});

test('each link has a target, and each target a link', () => {
  expect([...used].filter((name) => !definitions.has(name))).toEqual([]);
  expect([...definitions.keys()].filter((name) => !used.has(name))).toEqual([]);
});

test('what it links to in this repository exists, down to the heading', () => {
  const targets = [...definitions.values(), ...[...text.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)];
  const own = targets.filter((target) => !target.startsWith('https://'));
  expect(own.length).toBeGreaterThan(10);
  for (const target of own) {
    const [file = '', heading] = target.split('#');
    expect([target, existsSync(join(DOCS, file))]).toEqual([target, true]);
    if (heading !== undefined) expect(anchorsOf(readFileSync(join(DOCS, file), 'utf8'))).toContain(heading);
  }
});

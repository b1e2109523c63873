import { expect } from 'bun:test';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of a Markdown page. */
export interface Block {
  /** The nearest heading above it, without the hashes. */
  readonly section: string;
  /** What follows the fence: `sh`, `js`, `python`, `yaml`, … */
  readonly language: string;
  /** The file that it is the content of, where the fence says so: `toml title="~/.codex/config.toml"`. */
  readonly title: string | undefined;
  readonly text: string;
  /** Of the fence, from 1 on. */
  readonly line: number;
}

/** All fenced blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let section = '';
  let open: { head: string; indent: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    if (open === undefined) {
      section = /^#+ (.+)$/.exec(line)?.[1] ?? section;
      const [, indent = '', head] = /^( *)```(.*)$/.exec(line) ?? [];
      if (head !== undefined) open = { head, indent, line: index + 1, lines: [] };
    } else if (line === `${open.indent}\`\`\``) {
      const language = /^\S*/.exec(open.head)?.[0] ?? '';
      const title = /title="([^"]+)"/.exec(open.head)?.[1];
      blocks.push({ section, language, title, text: `${open.lines.join('\n')}\n`, line: open.line });
      open = undefined;
    } else {
      open.lines.push(line.slice(open.indent.length));
    }
  }
  if (open !== undefined) throw new Error(`the block of line ${open.line} has no end`);
  return blocks;
}

/** What a block says that it prints: the comments that begin with an arrow, in order. */
export function promisedOutput(text: string): string[] {
  return [...text.matchAll(/^ *(?:#|\/\/) → (.+)$/gm)].map(([, promise = '']) => promise);
}

/** Expects an output to have the promises in their order; a stream's words come without a break between. */
export function expectInOrder(printed: string, promises: readonly string[]): void {
  let rest = printed;
  for (const promise of promises) {
    const at = rest.indexOf(promise);
    if (at < 0) expect(rest).toContain(promise);
    rest = rest.slice(at + promise.length);
  }
}

/** The links of a page in `folder` that lead to no file, or to no heading of one. Links to other hosts are not followed. */
export function brokenLinks(page: string, folder: string): string[] {
  const broken: string[] = [];
  for (const [link, path = '', anchor] of page.matchAll(/\]\(([^)#:\s]*)(?:#([^)\s]*))?\)/g)) {
    const file = join(folder, path);
    const target = path === '' ? page : existsSync(file) ? readText(file) : undefined;
    if (target === undefined || (anchor !== undefined && !anchorsOf(target).has(anchor))) broken.push(link);
  }
  return broken;
}

/** The anchors that GitHub gives to a page's headings. */
export function anchorsOf(page: string): Set<string> {
  return new Set((page.replace(/^```[^]*?^```$/gm, '').match(/^#+ .+$/gm) ?? []).map(anchorOf));
}

/** The anchor of one heading, `## What to do` or `What to do`. */
export function anchorOf(heading: string): string {
  const words = heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '');
  return words.replaceAll(' ', '-');
}

/** A folder can be linked to as well. */
function readText(path: string): string {
  return statSync(path).isDirectory() ? '' : readFileSync(path, 'utf8');
}

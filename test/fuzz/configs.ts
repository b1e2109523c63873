// Config files: good ones in which something was changed, as an editor, a template or a merge may leave them.
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/problem.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILES = ['config.example.yaml', 'test/fixtures/seed-config.yaml', 'deploy/kubernetes/config.yaml'];
const TEXTS = FILES.map((path) => readFileSync(join(ROOT, path), 'utf8'));
/** A secret of the environment that a config may refer to and no message may show. */
const SECRET = 'fuzz-config-secret-8dK3mT6yR1';
const ENVIRONMENT = { SECRET, OPENAI_API_KEY: SECRET, ANTHROPIC_API_KEY: SECRET };

const snippet = fc.constantFrom(
  '',
  ' ',
  '\t',
  '- ',
  ': ',
  '*',
  '&a [*a, *a]',
  '<<: *a',
  '!!js/function x',
  '{',
  '}',
  '[',
  '"',
  "'",
  '|',
  '>-',
  '#',
  '%',
  '@',

  '${SECRET}',
  '${NOPE}',
  '${SECRET:-x}',
  'file:/etc/hostname',
  'file:/nowhere',
  '1e999',
  '-1',
  '0',
  'null',
  '~',
  'yes',
  '.inf',

  '__proto__: {a: 1}',
  'constructor: 1',
  '99999999999999999999',
  '30s',
  '-5m',
  '1h30',
  'demo:',
  'http://x',
  'unix:/tmp/x',
  '\u{0}',
);

/** A change at a line: it is left out, doubled, indented, or something is put into it. */
const change = fc.record({
  line: fc.nat(400),
  at: fc.nat(60),
  kind: fc.constantFrom('drop', 'double', 'indent', 'insert', 'replace'),
  snippet,
});

export const configs = fc.record({
  file: fc.nat(FILES.length - 1),
  changes: fc.array(change, { minLength: 1, maxLength: 6 }),
});

type Case = typeof configs extends fc.Arbitrary<infer One> ? One : never;

/** A config is in order, or everything that is wrong with it has a place and a text; nothing else comes of it. */
export function judgeConfig({ file, changes }: Case): string | undefined {
  const text = changed(TEXTS[file] ?? '', changes);
  try {
    parseConfig(text, { file: 'config.yaml', env: ENVIRONMENT });
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) return `is no error of a config: ${String(error)}`;
    const told = error.problems;
    if (told.length === 0) return 'an error without a problem';
    const unplaced = told.find(({ line, column, message }) => line < 1 || column < 1 || message === '');
    if (unplaced !== undefined) return `a problem without a place: ${JSON.stringify(unplaced)}`;
    return JSON.stringify(told).includes(SECRET) ? 'a message shows a secret' : undefined;
  }
}

function changed(text: string, changes: Case['changes']): string {
  const lines = text.split('\n');
  for (const { line, at, kind, snippet: put } of changes) {
    const place = line % lines.length;
    const old = lines[place] ?? '';
    const column = at % (old.length + 1);
    if (kind === 'drop') lines.splice(place, 1);
    else if (kind === 'double') lines.splice(place, 0, old);
    else if (kind === 'indent') lines[place] = `  ${old}`;
    else if (kind === 'insert') lines[place] = old.slice(0, column) + put + old.slice(column);
    else lines[place] = old.slice(0, column) + put;
  }
  return lines.join('\n');
}

// The structure that ARCHITECTURE.md describes, as tests: who may import whom, names, sizes, dependencies.
import { describe, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { dependencies } from '../package.json';
import { LiveBackends } from '../src/upstream/backends.ts';
import { configOf } from '../src/config/schema.ts';
import { buildSnapshot } from '../src/build-snapshot.ts';

const ROOT = join(import.meta.dir, '..');

/** Areas of src from the inside out; a file imports only from areas of a lower rank or its own. */
const RANKS: readonly (readonly string[])[] = [
  ['lib'],
  ['core'],
  ['vendors', 'storage'],
  ['pricing'],
  ['protocols'],
  ['prompts', 'records', 'translation'],
  ['routing'],
  ['upstream'],
  ['admission'],
  ['serving', 'delivery'],
  ['handlers'],
  ['gateway'],
  ['admin', 'console', 'demo'],
  ['settings', 'observers', 'read-prompts'],
  ['features', 'feature-set'],
  ['app'],
  ['server', 'commands', 'main'],
];

/** Tables in which a dialect has a row. */
const NAMES_DIALECTS = [
  'src/protocols/registry.ts',
  'src/protocols/contract/',
  'src/vendors/',
  'src/commands/import/litellm/providers.ts',
];

/** The outermost layer is the program itself: `main` picks a command, and `serve` opens the listener. */
const OUTERMOST: Record<string, readonly string[]> = { main: ['commands'], commands: ['server'] };

/** What a request works with: the derived config, that together with what outlives it, and what a feature is. */
const BESIDE = new Set(['snapshot', 'context', 'feature']);

/** Areas whose code may run the config's code. Its types may be imported anywhere. */
const READS_CONFIG = [
  'config',
  'build-snapshot',
  'settings',
  'read-prompts',
  'app',
  'admin',
  'server',
  'commands',
  'main',
];

/** Areas outside a request's way: they read the config, and make of it what requests go by. */
const OUTSIDE_REQUESTS = new Set([
  ...READS_CONFIG.filter((area) => area !== 'server'),
  'config',
  'feature',
  'features',
  'feature-set',
]);

/** In the room of a feature, this file alone knows the config, whose code it may run. */
const FEATURE_FILE = /\/feature\.ts$/;

/** Files in areas of a request's way that may know the config's types all the same, each with the reason. */
const KNOWS_CONFIG_TYPES: Record<string, string> = {
  'src/upstream/resolve.ts': 'makes a backend of its config, once for each snapshot',
  'src/upstream/quirks.ts': 'part of that',
  'src/upstream/backends.ts': 'compares the configs before and after a reload',
  'src/server/host.ts': 'listens where the config says',
  'src/server/listen.ts': 'listens at an address',
};

const FORBIDDEN_NAMES = ['util', 'utils', 'helper', 'helpers', 'manager', 'service', 'base'];

const MAX_LINES = 300;

/** Files over 300 lines, each with the reason why it is better whole. */
const LONG_FILES: Record<string, string> = {
  'src/core/refusal.ts': 'a table of all error codes, from which the documentation is made',
  'src/upstream/stream-inspector.ts': 'one state machine: every verdict on an event of a stream in one place',
};

/** The files that every dialect's folder has, and what each exports at least. */
const DIALECT_FILES: Readonly<Record<string, readonly string[]>> = {
  'name.ts': ['NAME'],
  'protocol.ts': [],
  'front.ts': ['front'],
  'wire.ts': ['wire'],
  'errors.ts': ['errors'],
  'stream.ts': ['stream'],
  'note-blocks.ts': ['noteBlocks'],
  'replay.ts': ['asStream'],
  'usage.ts': ['readUsage', 'writeUsage'],
  'facts.ts': ['readFacts'],
  'system.ts': ['injectSystem'],
  'conversation.ts': ['conversationStart'],
  'foreign-signatures.ts': ['removeForeignSignatures'],
  'codec.ts': ['codec'],
  'decode-request.ts': ['decodeRequest'],
  'decode-turns.ts': ['decodeTurns'],
  'decode-parts.ts': ['decodeParts'],
  'decode-tools.ts': ['decodeTools', 'decodeToolChoice', 'unsupportedInTools'],
  'unsupported-members.ts': ['unsupportedMembers'],
  'encode-request.ts': ['encodeRequest'],
  'encode-turns.ts': ['encodeTurns'],
  'encode-tools.ts': ['encodeTools'],
  'settings.ts': ['FIELD_NAMES', 'decodeSettings', 'encodeSettings'],
  'reasoning.ts': ['decodeReasoning', 'encodeReasoning'],
  'output.ts': ['decodeOutput', 'encodeOutput'],
  'decode-answer.ts': ['decodeAnswer'],
  'decode-stream.ts': ['*StreamDecoder'],
  'encode-answer.ts': ['encodeAnswer'],
  'encode-stream.ts': ['*StreamEncoder'],
  'finish.ts': ['decodeFinish', 'encodeFinish', 'brokenEnd'],
  'citations.ts': ['decodeCitation*', 'encodeCitation*'],
};

/** Those that a folder has where the dialect has such a thing, or shares with nobody. */
const DIALECT_FILES_OF_SOME: Readonly<Record<string, readonly string[]>> = {
  'limits.ts': ['readLimits', 'limitHeaders'],
  'models.ts': ['models'],
  'counting.ts': ['counting'],
  'embedding.ts': ['embedding'],
  'logprobs.ts': ['decodeLogprobs', 'encodeLogprobs'],
  'call-input.ts': ['inputOf'],
};

interface Import {
  specifier: string;
  /** An `import type` or `export type`: nothing of it is left at run time. */
  typeOnly: boolean;
}

interface Source {
  /** From the root of the repository, with forward slashes. */
  path: string;
  lines: number;
  imports: Import[];
}

const sources = [...new Bun.Glob('src/**/*.{ts,tsx}').scanSync({ cwd: ROOT })]
  .map((path) => read(path.replaceAll('\\', '/')))
  .sort((a, b) => a.path.localeCompare(b.path));
const code = sources.filter((source) => !source.path.includes('.test.'));

describe('architecture', () => {
  test('the scan finds the sources and what they import', () => {
    expect(code.length).toBeGreaterThan(5);
    expect(code.some((source) => source.imports.length > 0)).toBe(true);
  });

  test('an exchange has few fields, and few files write them', () => {
    const own = readFileSync(join(ROOT, 'src/core/exchange.ts'), 'utf8');
    const body = own.slice(own.indexOf('export class Exchange'));
    const fields = [...body.matchAll(/^ {2,4}(?:readonly )?(#?\w+)(?:\?)?(?:: [^;{]+;| = [^;]+;|[?:][^;()]*,$)/gm)].map(
      ([, name = '']) => name,
    );
    expect(fields).toContain('asked');
    expect(fields.length).toBeLessThan(30);
    const write = new RegExp(
      `\\bexchange\\.(?:${fields.filter((name) => !name.startsWith('#')).join('|')}) (?:\\?\\?|[-+])?= `,
    );
    const writers = code
      .map(({ path }) => path)
      .filter((path) => write.test(readFileSync(join(ROOT, path), 'utf8')))
      .toSorted();
    expect(writers).toContain('src/admission/accept.ts');
    expect(writers.length).toBeLessThan(8);
  });

  test('imports point inwards', () => {
    const problems = code.flatMap((source) =>
      relativeImports(source).flatMap(({ target, typeOnly }) => {
        if (isFeatureFile(source.path) && areaOf(target) === 'config') return [];
        const why = objection(areaOf(source.path), areaOf(target), typeOnly);
        return why === undefined ? [] : [`${source.path} imports ${target}: ${why}`];
      }),
    );
    expect(problems).toEqual([]);
  });

  test('the rules of the import direction hold', () => {
    expect(objection('upstream', 'core', false)).toBeUndefined();
    expect(objection('core', 'upstream', false)).toContain('outwards');
    expect(objection('core', 'upstream', true)).toContain('outwards');
    expect(objection('prompts', 'records', false)).toContain('siblings');
    expect(objection('routing', 'admission', true)).toContain('outwards');
    expect(objection('main', 'commands', false)).toBeUndefined();
    expect(objection('server', 'commands', false)).toContain('siblings');
    expect(objection('lib', 'config', true)).toBeUndefined();
    expect(objection('upstream', 'config', false)).toContain('import type');
    expect(objection('config', 'core', false)).toBeUndefined();
    expect(objection('config', 'vendors', false)).toBeUndefined();
    expect(objection('config', 'admission', false)).toContain('lib, core, vendors and pricing');
    expect(objection('snapshot', 'admission', true)).toBeUndefined();
    expect(objection('snapshot', 'admission', false)).toContain('types only');
    expect(objection('snapshot', 'app', true)).toContain('below the gateway');
    expect(objection('snapshot', 'config', true)).toContain('config');
    expect(objection('feature', 'config', true)).toBeUndefined();
    expect(objection('feature', 'config', false)).toContain('types only');
    expect(objection('app', 'features', false)).toBeUndefined();
    expect(objection('gateway', 'features', true)).toContain('outwards');
    expect(objection('upstream', 'snapshot', true)).toBeUndefined();
    expect(objection('upstream', 'snapshot', false)).toContain('import type');
    expect(objection('core', 'snapshot', true)).toContain('protocols');
    expect(objection('app', 'snapshot', false)).toBeUndefined();
    expect(objection('build-snapshot', 'admission', false)).toBeUndefined();
    expect(objection('build-snapshot', 'app', false)).toContain('below the gateway');
    expect(objection('gateway', 'build-snapshot', true)).toContain('app');
    expect(objection('app', 'build-snapshot', false)).toBeUndefined();
    expect(objection('extras', 'core', false)).toContain('RANKS');
  });

  test('no sink knows another', () => {
    const rooms = ['src/records/log', 'src/records/metrics'];
    const problems = rooms.flatMap((room) =>
      sourcesIn(room).flatMap((source) =>
        relativeImports(source)
          .filter(({ target }) => rooms.some((other) => other !== room && target.startsWith(`${other}/`)))
          .map(({ target }) => `${source.path} imports ${target}`),
      ),
    );
    for (const room of rooms) expect(sourcesIn(room).length).toBeGreaterThan(5);
    expect(problems).toEqual([]);
  });

  test("no file of a request's way knows the config, not even its types", () => {
    const knowing = code
      .filter(({ path }) => !OUTSIDE_REQUESTS.has(areaOf(path)) && !isFeatureFile(path))
      .filter((source) => relativeImports(source).some(({ target }) => areaOf(target) === 'config'))
      .map(({ path }) => path);
    expect(knowing).toEqual(Object.keys(KNOWS_CONFIG_TYPES).sort());
    const reading = code
      .filter(({ path }) => !OUTSIDE_REQUESTS.has(areaOf(path)))
      .filter(({ path }) => /\b(?:app|snapshot)\??\.config\b/.test(readFileSync(join(ROOT, path), 'utf8')))
      .map(({ path }) => path);
    expect(reading).toEqual([]);
  });

  test('a snapshot holds resolved settings, and no key of the config', () => {
    const live = new LiveBackends(() => undefined);
    const snapshot = buildSnapshot(configOf({}, '127.0.0.1:0'), { live, env: {}, prompts: undefined, policies: [] });
    const keys = Object.entries(snapshot).flatMap(([name, value]) => [name, ...keysOf(value)]);
    expect(keys).toContain('maxRetries');
    expect(keys.filter((key) => key === 'config' || key.includes('_'))).toEqual([]);
  });

  test('main alone reads the environment of the process, and hands it on', () => {
    const reading = code
      .filter(({ path }) =>
        /\b(?:process|Bun)\??\.env\b|\benv\b.*\} = process;/.test(readFileSync(join(ROOT, path), 'utf8')),
      )
      .map(({ path }) => path);
    // How the program was called is a fact of the process, which every message with a command in it needs.
    expect(reading).toEqual(['src/lib/called-as.ts', 'src/main.ts']);
  });

  test('every import statement is seen', () => {
    const found = importsOf(`
import a, { b } from './a.ts';
import type { C } from './c.ts';
import {
  d,
} from "./d.ts";
import './e.ts';
export * from './f.ts';
export type { G } from './g.ts';
const h = await import('./h.ts');
export const notFrom = 1;
`);
    expect(found.map(({ specifier, typeOnly }) => specifier + (typeOnly ? ' type' : ''))).toEqual([
      './a.ts',
      './c.ts type',
      './d.ts',
      './f.ts',
      './g.ts type',
      './e.ts',
      './h.ts',
    ]);
  });

  test('src imports only from declared dependencies', () => {
    const problems = code.flatMap((source) =>
      source.imports
        .map(({ specifier }) => specifier)
        .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
        .filter((specifier) => !(packageOf(specifier) in dependencies))
        .map((specifier) => `${source.path} imports "${specifier}", which is not in "dependencies" of package.json`),
    );
    expect(problems).toEqual([]);
  });

  test('names say what a file is', () => {
    const problems = sources
      .filter(({ path }) => path.split(/[/._-]/).some((word) => FORBIDDEN_NAMES.includes(word.toLowerCase())))
      .map(({ path }) => `${path}: name it after the noun or verb it holds (none of ${FORBIDDEN_NAMES.join(', ')})`);
    expect(problems).toEqual([]);
  });

  describe.each(dialectFolders())('the dialect in %s', (folder) => {
    test('has the files of all dialects, which export the same', () => {
      const paths = new Set(code.map(({ path }) => path));
      const problems = Object.entries({ ...DIALECT_FILES, ...DIALECT_FILES_OF_SOME }).flatMap(([file, names]) => {
        const path = `${folder}/${file}`;
        if (!paths.has(path)) return file in DIALECT_FILES ? [`${path} is missing`] : [];
        const exported = exportsOf(readFileSync(join(ROOT, path), 'utf8'));
        return names
          .filter((name) => !exported.some((each) => new Bun.Glob(name).match(each)))
          .map((name) => `${path} does not export ${name}`);
      });
      expect(problems).toEqual([]);
    });

    test('knows no other', () => {
      const others = dialectFolders().filter((other) => other !== folder);
      const problems = sourcesIn(folder).flatMap((source) =>
        relativeImports(source)
          .filter(({ target }) => others.some((other) => target.startsWith(`${other}/`)))
          .map(({ target }) => `${source.path} imports ${target}`),
      );
      expect(problems).toEqual([]);
    });

    test('is named nowhere but in its folder and in tables', () => {
      const name = posix.basename(folder);
      const problems = code
        .filter(({ path }) => !path.startsWith(`${folder}/`) && !NAMES_DIALECTS.some((table) => path.startsWith(table)))
        .filter(({ path }) => new RegExp(`['"\`]${name}['"\`]`).test(readFileSync(join(ROOT, path), 'utf8')))
        .map(({ path }) => `${path} names ${name}`);
      expect(problems).toEqual([]);
    });
  });

  test('what dialects share knows none of them', () => {
    const problems = sourcesIn('src/protocols/shared').flatMap((source) =>
      relativeImports(source)
        .filter(({ target }) => /^src\/protocols\/[^/]+\//.test(target) && !target.startsWith('src/protocols/shared/'))
        .map(({ target }) => `${source.path} imports ${target}`),
    );
    expect(sourcesIn('src/protocols/shared').length).toBeGreaterThan(20);
    expect(problems).toEqual([]);
  });

  test(`files over ${MAX_LINES} lines are listed with a reason`, () => {
    const long = code.filter(({ lines }) => lines > MAX_LINES);
    const unlisted = long
      .filter(({ path }) => !(path in LONG_FILES))
      .map(({ path, lines }) => `${path} has ${lines} lines: split it, or add it to LONG_FILES with the reason`);
    const stale = Object.keys(LONG_FILES)
      .filter((listed) => !long.some(({ path }) => path === listed))
      .map((listed) => `${listed} is in LONG_FILES but no longer over ${MAX_LINES} lines: remove it from the list`);
    expect([...unlisted, ...stale]).toEqual([]);
  });
});

describe('the console', () => {
  const own = [...new Bun.Glob('console/**/*.{ts,tsx}').scanSync({ cwd: ROOT })].map((path) =>
    read(path.replaceAll('\\', '/')),
  );
  const targets = ({ path, imports }: Source) =>
    imports
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier, typeOnly }) => ({ target: posix.join(dirname(path), specifier), typeOnly }));
  const problemsOf = (objectionTo: (from: string, to: string, typeOnly: boolean) => boolean): string[] =>
    own.flatMap((source) =>
      targets(source)
        .filter(({ target, typeOnly }) => objectionTo(source.path, target, typeOnly))
        .map(({ target }) => `${source.path} imports ${target}`),
    );

  test('takes types of the gateway, and none of its code', () => {
    expect(own.length).toBeGreaterThan(40);
    expect(problemsOf((_from, to, typeOnly) => !to.startsWith('console/') && !typeOnly)).toEqual([]);
  });

  test('has pages that know parts and lib, and none another page', () => {
    const roomOf = (path: string): string => /^console\/(?:pages\/)?([^/]+)\//.exec(path)?.[1] ?? '';
    const isPage = (path: string): boolean => path.startsWith('console/pages/');
    expect(
      problemsOf((from, to) => {
        if (isPage(from)) return isPage(to) && roomOf(from) !== roomOf(to);
        if (isPage(to)) return !['console/pages.ts', 'console/app.tsx'].includes(from);
        return roomOf(from) === 'lib' && roomOf(to) === 'parts';
      }),
    ).toEqual([]);
  });

  test('has a class of one name in one style sheet: all of them are loaded into one page', () => {
    const sheets = new Map<string, Set<string>>();
    for (const path of new Bun.Glob('console/**/*.css').scanSync({ cwd: ROOT })) {
      const css = readFileSync(join(ROOT, path), 'utf8').replaceAll(/\/\*[^]*?\*\//g, '');
      for (const [, name = ''] of css.matchAll(/(?:^|[},])\s*\.([a-z][\w-]*)(?=\s*[,{])/g))
        sheets.set(name, (sheets.get(name) ?? new Set()).add(path));
    }
    expect(sheets.size).toBeGreaterThan(100);
    expect([...sheets].filter(([, paths]) => paths.size > 1).map(([name, paths]) => [name, ...paths])).toEqual([]);
  });

  test('imports only from declared dependencies', () => {
    const foreign = own.flatMap(({ imports }) => imports.map(({ specifier }) => specifier));
    const packages = new Set(foreign.filter((specifier) => !specifier.startsWith('.')).map(packageOf));
    expect([...packages].filter((name) => !(name in dependencies))).toEqual([]);
  });

  test(`has no file over ${MAX_LINES} lines, and none with a name that says nothing`, () => {
    expect(own.filter(({ lines }) => lines > MAX_LINES).map(({ path }) => path)).toEqual([]);
    const names = own
      .map(({ path }) => path)
      .filter((path) => /\b(?:utils?|helpers?|manager|service|base)\b/.test(path));
    expect(names).toEqual([]);
  });
});

/** The keys of a plain object; none of anything else. */
function keysOf(value: unknown): string[] {
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.keys(value) : [];
}

/** A folder is a dialect's if it has a `protocol.ts`. */
function dialectFolders(): string[] {
  const paths = code.map(({ path }) => /^(src\/protocols\/[^/]+)\/protocol\.ts$/.exec(path)?.[1]);
  return paths.filter((folder) => folder !== undefined);
}

function sourcesIn(folder: string): Source[] {
  return code.filter(({ path }) => path.startsWith(`${folder}/`));
}

function exportsOf(text: string): string[] {
  const declared = /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm;
  return [...text.matchAll(declared)].map((match) => match[1] ?? '');
}

/** Why a file of area `from` may not import from area `to`; undefined if it may. */
function objection(from: string, to: string, typeOnly: boolean): string | undefined {
  if (from === to) return undefined;
  if (BESIDE.has(from)) {
    if (typeOnly && (BESIDE.has(to) || rankOf(to) < rankOf('gateway'))) return undefined;
    if (typeOnly && from === 'feature' && to === 'config') return undefined;
    return `the ${from} may import types only, of what is below the gateway, and none of the config`;
  }
  if (to === 'config') {
    if (typeOnly || READS_CONFIG.includes(from)) return undefined;
    return `only ${READS_CONFIG.join(', ')} may use the config's values; elsewhere write \`import type\``;
  }
  if (from === 'config') {
    return rankOf(to) <= rankOf('pricing') ? undefined : 'config may import from lib, core, vendors and pricing only';
  }
  if (from === 'build-snapshot') {
    const isBelow = to === 'snapshot' || rankOf(to) < rankOf('gateway');
    return isBelow ? undefined : 'a snapshot is built of what is below the gateway';
  }
  if (to === 'build-snapshot') {
    const isBeyond = rankOf(from) >= rankOf('app') && rankOf(from) !== Infinity;
    return isBeyond ? undefined : 'only app and what lies further out may build a snapshot';
  }
  if (BESIDE.has(to)) return objectionToBeside(from, to, typeOnly);
  const unknown = [from, to].find((area) => rankOf(area) === Infinity);
  if (unknown !== undefined) return `src/${unknown} has no place in the import direction: give it one in RANKS`;
  if (OUTERMOST[from]?.includes(to)) return undefined;
  if (rankOf(from) === rankOf(to)) return `${from} and ${to} are siblings: what both need belongs further in`;
  return rankOf(from) > rankOf(to) ? undefined : `${from} lies further in than ${to}; imports must not point outwards`;
}

/** What a request works with is put together beside the gateway: the rooms know its type, app and beyond build it. */
function objectionToBeside(from: string, to: string, typeOnly: boolean): string | undefined {
  if (rankOf(from) > rankOf('gateway') && rankOf(from) !== Infinity) return undefined;
  if (rankOf(from) <= rankOf('protocols')) return `only what lies further out than protocols may see the ${to}`;
  return typeOnly ? undefined : `${from} may import the ${to} as a type only: write \`import type\``;
}

function isFeatureFile(path: string): boolean {
  return FEATURE_FILE.test(path) && path !== 'src/feature.ts';
}

function rankOf(area: string): number {
  const rank = RANKS.findIndex((areas) => areas.includes(area));
  return rank === -1 ? Infinity : rank;
}

/** `src/core/route.ts` → `core`, `src/gateway.ts` → `gateway`. */
function areaOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.tsx?$/, '');
}

function read(path: string): Source {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return { path, lines: text.split('\n').length - 1, imports: importsOf(text) };
}

/**
 * The import and re-export statements of a source text. `import { type T }` counts as a value import: under
 * `verbatimModuleSyntax` it leaves an import of the module behind.
 */
function importsOf(text: string): Import[] {
  const from = /^(?:import|export)\s+(type\s+)?[\w\s{},*$]*?\s*from\s*['"]([^'"]+)['"]/gm;
  const bare = /^import\s*['"]([^'"]+)['"]/gm;
  const dynamic = /(?<!typeof\s)\bimport\(\s*['"]([^'"]+)['"]/g;
  return [
    ...[...text.matchAll(from)].map((match) => ({ specifier: match[2]!, typeOnly: match[1] !== undefined })),
    ...[bare, dynamic].flatMap((pattern) =>
      [...text.matchAll(pattern)].map((match) => ({ specifier: match[1]!, typeOnly: false })),
    ),
  ];
}

/** The imports of a file inside src, resolved to paths from the root of the repository. */
function relativeImports(source: Source): { target: string; typeOnly: boolean }[] {
  return source.imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, typeOnly }) => ({ target: posix.join(dirname(source.path), specifier), typeOnly }))
    .filter(({ target }) => target.startsWith('src/'));
}

function isBuiltin(specifier: string): boolean {
  return specifier === 'bun' || /^(?:bun|node):/.test(specifier) || builtinModules.includes(specifier);
}

/** `zod/v4` → `zod`, `@scope/name/deep` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

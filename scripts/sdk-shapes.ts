// Writes `test/shapes/*.json`: what requests, answers and stream events of each dialect look like, field by field, from
// the types of the official SDKs that package.json pins. Tests make documents of every kind from them.
import { readFile } from 'node:fs/promises';
import ts from 'typescript';
import { formatted } from './formatted.ts';
import { ShapeWalker } from './shape-walker.ts';
import { writeGenerated } from './write-generated.ts';

process.chdir(`${import.meta.dir}/..`);

const ROOTS = 'scripts/sdk-roots.ts';
const FOLDER = 'test/shapes';
const SDKS: Readonly<Record<string, string>> = {
  'openai-chat': 'openai',
  'openai-responses': 'openai',
  'anthropic-messages': '@anthropic-ai/sdk',
  gemini: '@google/genai',
};

const program = ts.createProgram([ROOTS], {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
});
const checker = program.getTypeChecker();

for (const [dialect, bodies] of membersOf(typeOfDialects())) {
  const walker = new ShapeWalker(checker);
  const shapes = Object.fromEntries(membersOf(bodies).map(([name, type]) => [name, walker.shapeOf(type)]));
  const types = Object.fromEntries([...walker.types].sort(([a], [b]) => (a < b ? -1 : 1)));
  const file = { from: await sdkOf(dialect), ...shapes, types };
  const path = `${FOLDER}/${dialect}.json`;
  await writeGenerated(path, await formatted(path, JSON.stringify(file)));
}

function typeOfDialects(): ts.Type {
  const source = program.getSourceFile(ROOTS);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  const symbol = module?.exports?.get(ts.escapeLeadingUnderscores('Dialects'));
  if (symbol === undefined) throw new Error(`${ROOTS} exports no Dialects`);
  return checker.getDeclaredTypeOfSymbol(symbol);
}

function membersOf(type: ts.Type): [name: string, type: ts.Type][] {
  return type.getProperties().map((member) => [member.name, checker.getTypeOfSymbol(member)]);
}

async function sdkOf(dialect: string): Promise<string> {
  const name = SDKS[dialect] ?? '';
  const { version } = JSON.parse(await readFile(`node_modules/${name}/package.json`, 'utf8')) as { version: string };
  return `${name} ${version}`;
}

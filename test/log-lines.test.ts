// Every general line that the source writes, and its fields by the type checker's word, against the table of them.
import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import ts from 'typescript';
import type { LogField } from '../src/records/log/log-field.ts';
import type { LogLine } from '../src/records/log/log-line.ts';
import { LOG_LINES } from '../src/records/log/log-lines.ts';

const ROOT = join(import.meta.dir, '..');
const LEVELS = new Set(['debug', 'info', 'warn', 'error']);
const TABLE: readonly LogLine[] = Object.values(LOG_LINES).flat();

/** What one place of the source writes. */
interface Written {
  readonly at: string;
  /** Undefined where the watchdog's thread writes, which has one level. */
  readonly level: string;
  /** Ends in `…` where it goes on with something else. */
  readonly msg: string;
  readonly fields: readonly {
    readonly name: string;
    readonly isOptional: boolean;
    readonly types: readonly string[];
  }[];
}

const written = linesOfSource();

describe('the table of general log lines', () => {
  test('has each line that the source writes, at its level', () => {
    expect(written.length).toBeGreaterThan(30);
    const known = new Set(TABLE.map(({ level, msg }) => `${level} ${msg}`));
    expect(written.filter(({ level, msg }) => !known.has(`${level} ${msg}`))).toEqual([]);
  });

  test('has none that the source does not write, and none twice', () => {
    const messages = new Set(written.map(({ msg }) => msg));
    expect(TABLE.filter(({ msg }) => !messages.has(msg))).toEqual([]);
    expect(new Set(TABLE.map(({ msg }) => msg)).size).toBe(TABLE.length);
  });

  test('has the fields of each, of their types, and says which may be missing or null', () => {
    for (const { at, msg, fields } of written) {
      const line = TABLE.find((one) => one.msg === msg);
      const told = new Map(line?.fields.map((field) => [field.name, field]));
      expect([at, fields.map(({ name }) => name).sort()]).toEqual([at, [...told.keys()].sort()]);
      for (const { name, isOptional, types } of fields) {
        const field = told.get(name);
        if (field === undefined) continue;
        const isMissing = isOptional || types.includes('undefined');
        expect([at, name, isMissing]).toEqual([at, name, field.absentWhen !== undefined]);
        expect([at, name, types.includes('null')]).toEqual([at, name, field.nullWhen !== undefined]);
        const real = types.filter((type) => type !== 'undefined' && type !== 'null');
        expect([at, name, real]).toEqual([at, name, [typeOf(field)]]);
      }
    }
  });

  test('has meanings that are sentences', () => {
    for (const { msg, meaning, fields } of TABLE) {
      for (const text of [meaning, ...fields.map((field) => field.meaning)])
        expect([msg, text]).toEqual([msg, expect.stringMatching(/^[`A-Z][^]*\.$/)]);
    }
  });
});

/** As the type checker calls it; an error that was caught may be anything. */
function typeOf({ name, type }: LogField): string {
  if (type === 'object') return name === 'err' ? 'unknown' : 'object';
  if (type === 'time') return 'Date';
  return type === 'integer' ? 'number' : type;
}

function linesOfSource(): Written[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const entries = ['src/main.ts', 'src/commands/run.ts', 'src/server/watchdog-worker.ts'];
  const program = ts.createProgram({ rootNames: entries.map((path) => join(ROOT, path)), options });
  const checker = program.getTypeChecker();
  const found: Written[] = [];
  const sources = join(ROOT, 'src').replaceAll('\\', '/');
  for (const file of program.getSourceFiles()) {
    if (!file.fileName.startsWith(sources)) continue;
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const line = lineOf(node, checker);
        if (line !== undefined)
          found.push({ at: `${file.fileName.slice(ROOT.length + 1)}: ${node.getText().slice(0, 80)}`, ...line });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

/** What a call writes; undefined for any other call. */
function lineOf(call: ts.CallExpression, checker: ts.TypeChecker): Omit<Written, 'at'> | undefined {
  const [first] = call.arguments;
  const { expression: callee } = call;
  if (first === undefined) return undefined;
  if (ts.isPropertyAccessExpression(callee) && LEVELS.has(callee.name.text)) {
    const owner = checker.getTypeAtLocation(callee.expression).symbol as ts.Symbol | undefined;
    if (owner?.name !== 'Log') return undefined;
    return { level: callee.name.text, ...partsOf(call.arguments, checker) };
  }
  // Within the log itself, and in the watchdog's thread, whose lines have the same fields.
  if (ts.isStringLiteral(first) && /(?:^generalEntry|#write)$/.test(callee.getText())) {
    const rest = call.arguments.slice(1).filter((one) => !ts.isIdentifier(one) || one.text !== 'nowMs');
    return { level: first.text, ...partsOf(rest, checker) };
  }
  if (!call.getSourceFile().fileName.endsWith('/watchdog-worker.ts') || callee.getText() !== 'end') return undefined;
  const fields = [
    { name: 'limit_ms', isOptional: false, types: ['number'] },
    { name: 'main_thread', isOptional: false, types: ['string'] },
  ];
  return { level: 'error', msg: partsOf(call.arguments, checker).msg, fields };
}

function partsOf(
  [message, fields]: readonly ts.Expression[],
  checker: ts.TypeChecker,
): Pick<Written, 'msg' | 'fields'> {
  if (message === undefined) throw new Error('a line without a message');
  return { msg: textOf(message, checker), fields: fields === undefined ? [] : fieldsOf(fields, checker) };
}

function textOf(message: ts.Expression, checker: ts.TypeChecker): string {
  if (ts.isTemplateExpression(message)) return `${message.head.text}…`;
  const type = checker.getTypeAtLocation(message);
  return type.isStringLiteral() ? type.value : `(${message.getText()})`;
}

function fieldsOf(node: ts.Expression, checker: ts.TypeChecker): Written['fields'] {
  return checker
    .getTypeAtLocation(node)
    .getProperties()
    .map((property) => {
      const type = checker.getTypeOfSymbolAtLocation(property, node);
      const parts = type.isUnion() ? type.types : [type];
      const types = [...new Set(parts.map((part) => checker.typeToString(checker.getBaseTypeOfLiteralType(part))))];
      const isOptional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      return { name: property.name, isOptional, types };
    });
}

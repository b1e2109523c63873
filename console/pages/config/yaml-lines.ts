/** One line of a config as YAML. */
export interface YamlLine {
  readonly indent: number;
  /** `url:` or `- `; empty for a plain entry of a list. */
  readonly head: string;
  /** Undefined for what has lines of its own below. */
  readonly value: string | undefined;
  /** As the gateway writes paths: `backends[0].url`. */
  readonly path: string;
}

/** A value as YAML, line by line, each with its path. What is not set at all (null) is left out. */
export function yamlLines(value: object, path = '', indent = 0): YamlLine[] {
  return Object.entries(value as Record<string, unknown>).flatMap(([name, each]) =>
    each === null ? [] : linesOf(each, { head: `${keyText(name)}:`, path: childPath(path, name), indent }),
  );
}

interface Place {
  readonly head: string;
  readonly path: string;
  readonly indent: number;
}

function linesOf(value: unknown, { head, path, indent }: Place): YamlLine[] {
  if (typeof value !== 'object' || value === null) return [{ indent, head, path, value: scalarText(value) }];
  const isList = Array.isArray(value);
  const below = isList
    ? value.flatMap((each: unknown, at) => itemLines(each, `${path}[${at}]`, indent + 1))
    : yamlLines(value, path, indent + 1);
  if (below.length === 0) return [{ indent, head, path, value: isList ? '[]' : '{}' }];
  return [{ indent, head, path, value: undefined }, ...below];
}

/** The first line of an entry has the dash. */
function itemLines(value: unknown, path: string, indent: number): YamlLine[] {
  if (typeof value !== 'object' || value === null) return [{ indent, head: '-', path, value: scalarText(value) }];
  const [first, ...rest] = yamlLines(value, path, indent + 1);
  if (first === undefined) return [{ indent, head: '-', path, value: '{}' }];
  return [{ ...first, indent, head: `- ${first.head}` }, ...rest];
}

function childPath(path: string, name: string): string {
  if (!/^[\w/*:@-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

function keyText(name: string): string {
  return isPlain(name) ? name : JSON.stringify(name);
}

function scalarText(value: unknown): string {
  return typeof value === 'string' && isPlain(value) ? value : JSON.stringify(value);
}

/** Whether YAML reads a text without quotes as that text. */
function isPlain(text: string): boolean {
  if (/^\d+(?:\.\d+)?(?:ms|[smhd%]|m\d+s|h\d+m)$/.test(text)) return true;
  return (
    /^[A-Za-z/(][\w./()+@-]*(?::\/\/[\w./:@-]+)?$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
  );
}

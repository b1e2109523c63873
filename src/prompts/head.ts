import { isMap, isScalar, parseDocument, visit, type Document, type YAMLMap } from 'yaml';
import { z } from 'zod';
import { yamlExcess } from '../lib/yaml-bounds.ts';

/** What the head of a prompt file says, with the defaults filled in. */
export interface Head {
  readonly position: 'before' | 'after';
  /** The characters themselves, not their name. */
  readonly separator: string;
  readonly models: readonly string[];
  readonly enabled: boolean;
  readonly priority: number;
}

/** What is wrong with a head, and where in the source. */
export interface HeadProblem {
  readonly level: 'error' | 'warning';
  readonly offset: number;
  readonly message: string;
}

/** A source taken apart; after an error `head` is the default one. */
export interface HeadedText {
  readonly head: Head;
  readonly text: string;
  readonly problems: readonly HeadProblem[];
}

const SEPARATORS = { newline: '\n', 'double-newline': '\n\n', none: '', custom: undefined } as const;

const MODELS_RULE = 'must be a list of alias names, in which * stands for anything';

/** What a head may say; the docs are made from it. */
export const headSchema = z.strictObject({
  position: z
    .enum(['before', 'after'], { error: 'must be before or after' })
    .default('before')
    .describe("Whether the text stands before or after the request's own system message."),
  separator: z
    .enum(['newline', 'double-newline', 'none', 'custom'], { error: 'must be newline, double-newline, none or custom' })
    .default('double-newline')
    .describe('What stands between the two: one line break, two, nothing, or `custom_separator`.'),
  custom_separator: z
    .string({ error: 'must be a string' })
    .optional()
    .describe('The separator itself, with `separator: custom`.'),
  models: z
    .array(z.string({ error: MODELS_RULE }).min(1, { error: MODELS_RULE }), { error: MODELS_RULE })
    .min(1, { error: MODELS_RULE })
    .default(['*'])
    .describe('The aliases that the prompt is for; `*` stands for anything. Names that begin with `*` need quotes.'),
  enabled: z.boolean({ error: 'must be true or false' }).default(true).describe('Whether the file takes effect.'),
  priority: z
    .number({ error: 'must be a number' })
    .default(100)
    .describe('Lower stands first in the text; of equals the name decides.'),
});

const KEYS = Object.keys(headSchema.shape);
const KEYS_LIST = KEYS.join(', ');

/** The head of a file that has none. */
export const DEFAULT_HEAD: Head = resolve(headSchema.parse({}));

/** A line of three hyphens, which ends a head and may open it. */
const RULE = /^---[ \t]*(?:\n|$)/m;

/**
 * Takes `source`, whose line breaks are LF, apart into head and text. A line `---` is a horizontal rule of Markdown as
 * well, so a file has a head if it opens with such a line (blank lines aside), or if what stands before the first one is
 * a YAML map with a key that heads know. Any other file is all text.
 */
export function splitHead(source: string): HeadedText {
  const rule = RULE.exec(source);
  if (rule === null) return { head: DEFAULT_HEAD, text: source, problems: [] };
  const ruleEnd = rule.index + rule[0].length;
  if (source.slice(0, rule.index).trim() !== '') return splitUnopened(source, rule.index, ruleEnd);
  const rest = source.slice(ruleEnd);
  const closing = RULE.exec(rest);
  if (closing === null) {
    const message = 'the head that this line opens is not closed by another line ---';
    return { head: DEFAULT_HEAD, text: rest, problems: [{ level: 'error', offset: rule.index, message }] };
  }
  const text = rest.slice(closing.index + closing[0].length);
  return { ...readHead(rest.slice(0, closing.index), ruleEnd), text };
}

/** A longer one is none that anybody wrote. */
const MAX_HEAD_CHARS = 16 * 1024;

function splitUnopened(source: string, headEnd: number, textStart: number): HeadedText {
  if (headEnd > MAX_HEAD_CHARS || yamlExcess(source.slice(0, headEnd)) !== undefined) {
    return { head: DEFAULT_HEAD, text: source, problems: [] };
  }
  const { contents, errors } = parseDocument(source.slice(0, headEnd), { prettyErrors: false });
  const keys = isMap(contents) ? keysOf(contents) : [];
  if (keys.some((key) => KEYS.includes(key))) {
    return { ...readHead(source.slice(0, headEnd), 0), text: source.slice(textStart) };
  }
  const problems: HeadProblem[] = [];
  if (keys.length > 0 && errors.length === 0) {
    const message = `what stands before the line --- is taken as text: a head has only ${KEYS_LIST} (if it is meant as text, put an empty head, two lines ---, in front)`;
    problems.push({ level: 'warning', offset: 0, message });
  }
  return { head: DEFAULT_HEAD, text: source, problems };
}

/** Reads the YAML of a head that stands at `start` of its source. */
function readHead(yaml: string, start: number): Omit<HeadedText, 'text'> {
  const excess = yaml.length > MAX_HEAD_CHARS ? { offset: 0, message: 'is longer than 16 KiB' } : yamlExcess(yaml);
  if (excess !== undefined) {
    const { offset, message } = excess;
    return {
      head: DEFAULT_HEAD,
      problems: [{ level: 'error', offset: start + offset, message: `the head ${message}` }],
    };
  }
  const document = parseDocument(yaml, { prettyErrors: false });
  const { contents } = document;
  const failed = (problems: readonly Flaw[]): Omit<HeadedText, 'text'> => ({
    head: DEFAULT_HEAD,
    problems: problems.map(({ offset, message }) => ({ level: 'error', offset: start + offset, message })),
  });
  const flaws = syntaxFlaws(document);
  if (flaws.length > 0) return failed(flaws);
  if (contents === null) return { head: DEFAULT_HEAD, problems: [] };
  if (!isMap(contents)) return failed([{ offset: 0, message: `the head must be a YAML map (keys: ${KEYS_LIST})` }]);
  const parsed = headSchema.safeParse(document.toJS());
  if (!parsed.success) return failed(parsed.error.issues.flatMap((issue) => schemaFlaws(issue, contents)));
  const { separator, custom_separator } = parsed.data;
  if (separator === 'custom' && custom_separator === undefined) {
    return failed([{ offset: keyOffset(contents, 'separator'), message: 'separator: custom needs custom_separator' }]);
  }
  const problems: HeadProblem[] = [];
  if (separator !== 'custom' && custom_separator !== undefined) {
    const message = 'custom_separator: has no effect without separator: custom';
    problems.push({ level: 'warning', offset: start + keyOffset(contents, 'custom_separator'), message });
  }
  return { head: resolve(parsed.data), problems };
}

type Flaw = Pick<HeadProblem, 'offset' | 'message'>;

/** YAML takes a bare `*-mini` for an alias of its own; heads have no use for these, and `toJS` throws or loops on some. */
function syntaxFlaws(document: Document.Parsed): Flaw[] {
  const flaws: Flaw[] = [];
  visit(document, {
    Alias: (_, { range }) => {
      flaws.push({ offset: range?.[0] ?? 0, message: 'a name that begins with * must be in quotes' });
    },
  });
  if (flaws.length > 0) return flaws;
  return document.errors.map(({ pos, message }) => ({
    offset: pos[0],
    message: `the head is not valid YAML: ${message}`,
  }));
}

function schemaFlaws(issue: z.core.$ZodIssue, map: YAMLMap): Flaw[] {
  if (issue.code === 'unrecognized_keys') {
    const message = `unknown key (allowed: ${KEYS_LIST})`;
    return issue.keys.map((key) => ({ offset: keyOffset(map, key), message: `${key}: ${message}` }));
  }
  return [{ offset: keyOffset(map, String(issue.path[0])), message: `${pathText(issue.path)}: ${issue.message}` }];
}

function resolve({ custom_separator, separator, ...rest }: z.infer<typeof headSchema>): Head {
  return { ...rest, separator: SEPARATORS[separator] ?? custom_separator ?? '' };
}

function keysOf(map: YAMLMap): string[] {
  return map.items.map(({ key }) => String(isScalar(key) ? key.value : key));
}

function keyOffset(map: YAMLMap, name: string): number {
  const key = map.items[keysOf(map).indexOf(name)]?.key;
  return isScalar(key) ? (key.range?.[0] ?? 0) : 0;
}

/** `models[0]`; heads go no deeper. */
function pathText([key, index]: readonly PropertyKey[]): string {
  return index === undefined ? String(key) : `${String(key)}[${String(index)}]`;
}

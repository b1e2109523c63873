import { describe, expect, test } from 'bun:test';
import { DEFAULT_HEAD, splitHead } from './head.ts';

test('the defaults', () => {
  expect(DEFAULT_HEAD).toEqual({
    position: 'before',
    separator: '\n\n',
    models: ['*'],
    enabled: true,
    priority: 100,
  });
});

describe('a head is read', () => {
  const head = 'position: after\nseparator: custom\ncustom_separator: "\\n--\\n"\nmodels: ["gpt-4*"]\npriority: 5\n';
  const expected = { position: 'after', separator: '\n--\n', models: ['gpt-4*'], enabled: true, priority: 5 };
  test.each([
    ['without an opening line', `${head}---\nText\n---\nMore\n`, 'Text\n---\nMore\n'],
    ['with one', `---\n${head}---\nText\n`, 'Text\n'],
    ['behind blank lines', `\n\n---  \n${head}---\t\nText`, 'Text'],
    ['without a text', `${head}---`, ''],
  ])('%s', (_, source, text) => {
    expect(splitHead(source)).toMatchObject({ head: expected, text, problems: [] });
  });

  test.each([
    ['newline', '\n'],
    ['double-newline', '\n\n'],
    ['none', ''],
  ])('separator %s', (name, separator) => {
    expect(splitHead(`separator: ${name}\n---\nx`).head.separator).toBe(separator);
  });

  test('that is empty', () => {
    expect(splitHead('---\n---\nText')).toEqual({ head: DEFAULT_HEAD, text: 'Text', problems: [] });
    expect(splitHead('---\n# nothing\n---\nText')).toEqual({ head: DEFAULT_HEAD, text: 'Text', problems: [] });
  });
});

describe('all is text', () => {
  test.each([
    ['without a line of hyphens', 'position: after\n'],
    ['with a rule between paragraphs', 'You are terse.\n\n---\n\nAlways.\n'],
    ['with a heading over a rule', '# Tone\n---\nText\n'],
    ['with a known word in a sentence', 'You are terse.\nposition: before everything\n---\nx'],
    ['with a list over a rule', '- one\n- two\n---\nText'],
    ['with more or other hyphens', 'position: after\n----\n --- \n--- x\n'],
  ])('%s', (_, source) => {
    expect(splitHead(source)).toEqual({ head: DEFAULT_HEAD, text: source, problems: [] });
  });

  test('with a warning where it looks like a head', () => {
    const source = 'postion: after\n---\nText';
    expect(splitHead(source)).toMatchObject({ head: DEFAULT_HEAD, text: source, problems: [{ level: 'warning' }] });
  });
});

describe('problems', () => {
  const keys = 'position, separator, custom_separator, models, enabled, priority';
  test.each([
    ['position: after\ncolour: red\n---\nx', 16, `colour: unknown key (allowed: ${keys})`],
    ['---\npostion: after\n---\nx', 4, `postion: unknown key (allowed: ${keys})`],
    ['position: middle\n---\nx', 0, 'position: must be before or after'],
    [
      'priority: 1\nmodels: gpt-4*\n---\nx',
      12,
      'models: must be a list of alias names, in which * stands for anything',
    ],
    ['models: [a, 1]\n---\nx', 0, 'models[1]: must be a list of alias names, in which * stands for anything'],
    ['enabled: 1\n---\nx', 0, 'enabled: must be true or false'],
    ['separator: custom\n---\nx', 0, 'separator: custom needs custom_separator'],
    ['models: [a, *-mini]\n---\nx', 12, 'a name that begins with * must be in quotes'],
    ['models: *\n---\nx', 8, 'a name that begins with * must be in quotes'],
    ['---\na: &x [*x]\n---\nx', 11, 'a name that begins with * must be in quotes'],
    ['---\nJust text.\n---\nx', 4, `the head must be a YAML map (keys: ${keys})`],
    ['---\nposition: after\nText', 0, 'the head that this line opens is not closed by another line ---'],
  ])('%j', (source, offset, message) => {
    expect(splitHead(source).problems).toEqual([{ level: 'error', offset, message }]);
  });

  test('of YAML', () => {
    const [problem] = splitHead('priority: 1\nmodels: ["a"\n---\nx').problems;
    expect(problem).toMatchObject({ level: 'error' });
    expect(problem?.message).toStartWith('the head is not valid YAML: ');
    expect(problem?.offset).toBeGreaterThanOrEqual(12);
  });

  test('several are all told', () => {
    expect(splitHead('position: x\nenabled: x\n---\n').problems).toHaveLength(2);
  });

  test('a custom separator that is not used is a warning', () => {
    const { head, problems } = splitHead('position: after\ncustom_separator: x\n---\n');
    expect(problems).toMatchObject([{ level: 'warning', offset: 16 }]);
    expect(head).toMatchObject({ position: 'after', separator: '\n\n' });
  });
});

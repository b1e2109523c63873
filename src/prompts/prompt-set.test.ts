import { describe, expect, test } from 'bun:test';
import { PromptSet, type Prompt } from './prompt-set.ts';
import { compileTemplate } from './template.ts';

function prompt(text: string, rest: Partial<Prompt> = {}): Prompt {
  const { template } = compileTemplate(text, { env: {}, allowed: new Set() });
  return {
    name: text,
    file: `/${text}`,
    models: ['*'],
    position: 'before',
    separator: '\n\n',
    priority: 100,
    template,
    ...rest,
  };
}

const after = { position: 'after' } as const;

describe('texts are joined with their separators', () => {
  test.each([
    ['one before', [prompt('a')], ['a\n\n', '', 'a']],
    ['two before', [prompt('b', { separator: '' }), prompt('a', { separator: '\n' })], ['a\nb', '', 'a\nb']],
    ['one after', [prompt('a', after)], ['', '\n\na', 'a']],
    ['two after', [prompt('b', { ...after, separator: '--' }), prompt('a', after)], ['', '\n\na--b', 'a--b']],
    ['both', [prompt('a', { separator: '|' }), prompt('z', after)], ['a|', '\n\nz', 'a|z']],
  ])('%s', (_, prompts, expected) => {
    const injection = new PromptSet(prompts).injectionFor('m', 0);
    expect([injection?.before, injection?.after, injection?.alone]).toEqual(expected);
  });
});

test('lower priority stands first, then the name decides', () => {
  const prompts = [prompt('c'), prompt('b'), prompt('a', { priority: 200 }), prompt('d', { priority: -1 })];
  expect(new PromptSet(prompts).injectionFor('m', 0)?.alone).toBe('d\n\nb\n\nc\n\na');
});

test('prompts go to the aliases that they name', () => {
  const set = new PromptSet([prompt('g', { models: ['gpt-4*', 'o1'] }), prompt('s', { models: ['a/b'] })]);
  expect(set.injectionFor('gpt-4o', 0)?.alone).toBe('g');
  expect(set.injectionFor('o1', 0)?.alone).toBe('g');
  expect(set.injectionFor('a/b', 0)?.alone).toBe('s');
  expect(set.injectionFor('A/b', 0)).toBeUndefined();
  expect(new PromptSet([]).injectionFor('gpt-4o', 0)).toBeUndefined();
});

test('the escaped texts parse to the plain ones', () => {
  const {
    before,
    after: behind,
    alone,
    escaped,
  } = new PromptSet([prompt('"\\\n字\ud800'), prompt('z\u2028"', after)]).injectionFor('m', 0)!;
  for (const [plain, json] of [
    [before, escaped.before],
    [behind, escaped.after],
    [alone, escaped.alone],
  ] as const) {
    expect(JSON.parse(`"${json}"`)).toBe(plain);
  }
});

test('a static text is put together once for all aliases that it goes to', () => {
  const set = new PromptSet([prompt('a')]);
  expect(set.injectionFor('x', 0)).toBe(set.injectionFor('y', 99_000));
});

test('date and time are those of the request', () => {
  const set = new PromptSet([prompt('${_DATETIME}')]);
  const at = new Date(2026, 10, 22, 23, 59, 59, 500).getTime();
  expect(set.injectionFor('m', at)?.alone).toBe('2026-11-22 23:59:59');
  expect(set.injectionFor('m', at + 499)).toBe(set.injectionFor('m', at));
  expect(set.injectionFor('m', at + 500)?.alone).toBe('2026-11-23 00:00:00');
});

test('any number of names is answered rightly', () => {
  const set = new PromptSet([prompt('even', { models: ['*0', '*2', '*4', '*6', '*8'] })]);
  for (let index = 0; index < 5000; index++) {
    expect(set.injectionFor(`m${index}`, 0)?.alone).toBe(index % 2 === 0 ? 'even' : undefined);
  }
  expect(set.injectionFor('m'.repeat(10_000) + '2', 0)?.alone).toBe('even');
});

import { expect, test } from 'bun:test';
import { hostname } from 'node:os';
import { compileTemplate, renderTemplate } from './template.ts';

const now = new Date(2026, 10, 2, 3, 4, 5);

const ALL = new Set(['TEAM', 'EMPTY', 'NOPE', 'NESTED', 'A', 'B', 'C', 'X']);

function render(text: string, env: Record<string, string> = {}): string {
  return renderTemplate(compileTemplate(text, { env, allowed: ALL }).template, now);
}

test.each([
  ['no variable, $HOME and ${ x }', 'no variable, $HOME and ${ x }'],
  ['${TEAM}!', 'core!'],
  ['${EMPTY}|${EMPTY:-none}', '|none'],
  ['${NOPE:-a default}', 'a default'],
  ['${NOPE:-}|', '|'],
  ['${TEAM:-other}', 'core'],
  ['${NOPE:-${TEAM}}, ${NOPE:-${A:-$${x}} and ${NOPE:-${_DATE}}', 'core, ${x and 2026-11-02'],
  ['${NOPE:-${TEAM}', '${NOPE:-core'],
  ['${TEAM', '${TEAM'],
  ['${NOPE} and ${NOPE}', '${NOPE} and ${NOPE}'],
  ['${NESTED}', '${TEAM}'],
  ['$${TEAM} and $$${TEAM}', '${TEAM} and $${TEAM}'],
  ['${_DATE}', '2026-11-02'],
  ['It is ${_TIME}.', 'It is 03:04:05.'],
  ['${_DATETIME}${_DATE}', '2026-11-02 03:04:052026-11-02'],
  ['${_USER} ${_HOME} ${_SHELL} ${_LANG}', 'ada /home/ada /bin/zsh de_DE.UTF-8'],
  ['${_HOSTNAME}', hostname()],
])('%s', (text, expected) => {
  const env = {
    TEAM: 'core',
    EMPTY: '',
    NESTED: '${TEAM}',
    USER: 'ada',
    HOME: '/home/ada',
    SHELL: '/bin/zsh',
    LANG: 'de_DE.UTF-8',
  };
  expect(render(text, env)).toBe(expected);
});

test('machine facts are known without an environment, and a shell that is not has its default', () => {
  expect(render('${_OS}|${_ARCH}|${_LANG}|${_USER}|${_HOME}')).not.toContain('${');
  expect(render('${_SHELL:-sh}')).toBe('sh');
});

test('unset variables are named once', () => {
  expect(compileTemplate('${A} ${B} ${A} ${C:-c} ${_SHELL}', { env: {}, allowed: ALL }).unset).toEqual([
    'A',
    'B',
    '_SHELL',
  ]);
});

test('what prompts may not hold is refused in a default as well, whether that is needed or not', () => {
  const { refused, template } = compileTemplate('${A:-${SECRET}} ${B}', {
    env: { A: 'a', B: 'b', SECRET: 's' },
    allowed: new Set(['A']),
  });
  expect(refused).toMatchObject([
    { name: 'SECRET', offset: 5 },
    { name: 'B', offset: 16 },
  ]);
  expect(template).toEqual(['a ']);
});

test('constants are merged, so a text without date and time is one piece', () => {
  expect(compileTemplate('a ${X:-b} c', { env: {}, allowed: ALL }).template).toEqual(['a b c']);
  expect(compileTemplate('', { env: {}, allowed: ALL }).template).toEqual([]);
  expect(compileTemplate('a${_DATE}b', { env: {}, allowed: ALL }).template).toHaveLength(3);
});

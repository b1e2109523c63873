import { expect, test } from 'bun:test';
import { AnswerWork } from '../../core/answer-work.ts';
import { PartialArgs } from './partial-args.ts';

test('texts come in pieces, and whole values beside them', () => {
  const args = new PartialArgs(new AnswerWork());
  args.merge({ a: { x: 1 } });
  args.push([{ jsonPath: '$.a.b', stringValue: 'one ' }]);
  args.push([{ jsonPath: '$.a.b', stringValue: 'two' }]);
  args.push([{ jsonPath: '$.list[0]', numberValue: 3 }]);
  expect(JSON.parse(args.text)).toEqual({ a: { x: 1, b: 'one two' }, list: [3] });
});

test.each([
  '$.__proto__.polluted',
  "$['__proto__']['polluted']",
  '$.a.__proto__.polluted',
  '$.list.__proto__[0]',
  '$.list.__proto__.polluted',
  '$.a.constructor.prototype.polluted',
  '$.a.b.__proto__.polluted',
])('%s changes nothing that other objects inherit', (jsonPath) => {
  const args = new PartialArgs(new AnswerWork());
  args.merge({ a: {}, list: [] });
  args.push([{ jsonPath, stringValue: 'POLLUTED' }]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(([] as unknown[])[0]).toBeUndefined();
  expect(({} as { polluted?: string }).polluted).toBeUndefined();
  args.push([{ jsonPath: '$.fine', stringValue: 'yes' }]);
  expect(args.text).toContain('"fine":"yes"');
});

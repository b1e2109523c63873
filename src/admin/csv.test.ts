import { expect, test } from 'bun:test';
import { csvOf } from './csv.ts';

async function csv(rows: readonly Record<string, unknown>[], columns?: readonly string[]): Promise<string> {
  let text = '';
  for await (const piece of csvOf(rows, 'x.csv', columns).pieces) text += piece;
  return text;
}

test('fields with commas, quotes and line ends are quoted', async () => {
  expect(await csv([{ a: 'x,y', b: 'say "hi"', c: 'two\nlines' }])).toBe(
    'a,b,c\r\n"x,y","say ""hi""","two\nlines"\r\n',
  );
});

test('what a spreadsheet would run is text, and numbers stay numbers', async () => {
  const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＋1', '－1', '＠SUM(A1)'];
  const lines = (await csv(formulas.map((a) => ({ a, n: -5 })))).split('\r\n').slice(1, -1);
  for (const line of lines) expect(line).toMatch(/^"?'/);
  expect(lines[0]).toEndWith(',-5');
});

test('without rows there is the head alone', async () => {
  expect(await csv([], ['id', 'cost_usd'])).toBe('id,cost_usd\r\n');
});

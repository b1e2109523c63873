import { readFileSync } from 'node:fs';
import { table } from './table.ts';
import type { Localize } from './table.ts';

/** What one process takes, as `make bench` measured it. */
export function sizingBlock(localize: Localize): string {
  const page = readFileSync('docs/benchmarks.md', 'utf8');
  const figure = (heading: string, row: string, column = 1): string => figureIn(page, heading, row, column);
  return table(
    localize,
    ['what', 'takes'],
    [
      [localize('a request of 1 KB'), `${figure('CPU time per 1 KB request', 'llm-proxy')} µs CPU`],
      [localize('a request of 1 MB'), `${figure('CPU time per 1 MB request', 'llm-proxy')} µs CPU`],
      [localize('an event of a stream'), `${figure('CPU time per streamed chunk', 'llm-proxy')} µs CPU`],
      [
        localize('an event of a stream, translated'),
        `${figure('CPU time per translated chunk', 'chat client, Anthropic backend')} µs CPU`,
      ],
      [localize('a refused request'), `${figure('CPU time per refused request', 'llm-proxy, 429')} µs CPU`],
      [localize('an open stream'), `${figure('Resident memory per open stream', 'llm-proxy')} KB`],
      [localize('an open stream, of 9,500'), `${figure('Resident memory per stream, very many', 'llm-proxy')} KB`],
      [localize('the process, idle'), `${figure('Resident memory per open stream', 'llm-proxy', 6)} MB`],
      [localize('from start to ready'), `${figure('Start to ready', 'llm-proxy')} ms`],
    ],
  );
}

/** A cell of the table below a heading of docs/benchmarks.md. */
export function figureIn(page: string, heading: string, row: string, column = 1): string {
  const section = page.split('\n## ').find((part) => part.startsWith(`${heading}\n`));
  const cells = section
    ?.split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .find(([, name]) => name === row);
  const value = cells?.[column + 1];
  if (value === undefined || value === '') throw new Error(`docs/benchmarks.md has no figure for “${heading}”, ${row}`);
  return value;
}

// docs/prices.md: its config passes the check and does what it says, and its sources are those of the table.
import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/load.ts';
import { bookOf } from '../../src/pricing/book-of.ts';
import { builtInTable } from '../../src/pricing/price-table.ts';
import { consumption } from '../../src/pricing/pricing.fixture.ts';

const page = readFileSync(join(import.meta.dir, '../../docs/prices.md'), 'utf8');

test('the prices of the example are those that it says', () => {
  const yaml = /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '';
  const { config, warnings } = parseConfig(`listen: 127.0.0.1:1\n${yaml}`, { file: 'prices.md', env: {} });
  expect(warnings).toEqual([]);
  const book = bookOf(config, builtInTable);
  const nano = (backend: string, model: string, used: Parameters<typeof consumption>[0], day = '2026-12-01') =>
    book.priceAttempt({ backend, model }, consumption(used), Date.parse(day))?.nanoUsd;
  expect(nano('vllm', 'llama-4', { input: 1000, output: 1000 })).toBe(0);
  expect(nano('azure-eu', 'our-gpt', { input: 1_000_000 })).toBe(1_375_000_000);
  expect(nano('openai', 'gpt-5.6', { input: 1000, output: 10 })).toBe(4_200_000);
  expect(nano('openai', 'gpt-5.6', { input: 272_001 })).toBe(2_176_008_000);
  expect(nano('openai', 'gpt-5.6', { input: 1000, tier: 'batch' })).toBe(2_000_000);
  expect(nano('openai', 'gpt-5.6', { input: 1000 }, '2027-01-01')).toBe(3_000_000);
  expect(nano('openai', 'gpt-5', { input: 1_000_000 })).toBe(1_125_000_000);
});

test('the sources are those of the table', () => {
  const spelled = (day: string) =>
    new Date(day).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });
  for (const { version, date } of builtInTable().sources) {
    const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(version));
    expect(row ?? `no row of ${version}`).toContain(spelled(date));
  }
  expect(page).toContain(
    `about ${(Math.floor(builtInTable().size / 100) * 100).toLocaleString('en')} models of ${builtInTable().vendors.length} vendors`,
  );
});

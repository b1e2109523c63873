import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renameToNumber } from './rotation.ts';

const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-rotation-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('names sort by age beyond the thousandth, and go on from the numbers of earlier versions', async () => {
  const place = { base: dir, dir, stem: 'general' };
  writeFileSync(join(dir, 'general.997.log'), '');
  for (let n = 0; n < 3; n++) {
    writeFileSync(join(dir, 'general.log'), '');
    expect(await renameToNumber(place, '2026-11-22')).toBe(true);
  }
  const made = readdirSync(dir).filter((name) => name !== 'general.997.log');
  expect(made.toSorted()).toEqual(['general.000998.log', 'general.000999.log', 'general.001000.log']);
});

// docs/tour.md and the picture of the README are what the program prints today, but for times and counts.
import { expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from './kit/program.ts';

const ROOT = join(import.meta.dir, '..');
const prometheus = await program('prometheus', { apt: 'prometheus', path: 'usr/bin/prometheus' });

test.skipIf(prometheus === undefined)(
  'the page of the night tells what happens when the program lives through it',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'llm-proxy-tour-test-'));
    try {
      const child = Bun.spawn([process.execPath, join(ROOT, 'scripts/tour/run.ts'), dir], {
        stdin: 'ignore',
        stdout: 'ignore',
        stderr: 'pipe',
      });
      const [stderr, code] = await Promise.all([child.stderr.text(), child.exited]);
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
      for (const file of ['tour.md', 'failover.svg']) {
        const [now, committed] = [join(dir, file), join(ROOT, 'docs', file)].map((path) =>
          timeless(readFileSync(path, 'utf8')),
        );
        expect(now, `run \`make tour\`: docs/${file} is not what the program prints`).toBe(committed ?? '');
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
  300_000,
);

/** Text without what differs from run to run: times, durations, counts, and the room that they take. */
function timeless(text: string): string {
  return text
    .replaceAll(/\b\d+(?:\.\d+)?(?:ms|s)\b|\b\d+m\d\ds\b/g, 'TIME')
    .replaceAll(/(?<==")\d+(?:\.\d+)?(?=")/g, '#')
    .replaceAll(/\d+(?:\.\d+)?/g, '#')
    .replaceAll(/[ \u00a0-]{2,}/g, ' ')
    .replaceAll('viewBox="# # # #"', '');
}

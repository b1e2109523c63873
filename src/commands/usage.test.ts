// `llm-proxy usage` over a database of its own.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../test/kit/json.ts';
import { runCommand } from '../../test/kit/run-command.ts';
import type { TokenClasses } from '../core/token-classes.ts';
import { tempDir } from '../records/ledger/ledger.fixture.ts';
import { rowOf } from '../records/ledger/row-of.ts';
import { attempt, record } from '../records/record.fixture.ts';
import { openStore } from '../storage/open-store.ts';
import { UsageError } from './command.ts';
import { barText } from './usage/bar-text.ts';
import { roundedUsd, usdDecimals } from './usage/rounded-usd.ts';
import { usage } from './usage.ts';

const folder = tempDir();
const config = join(folder.dir, 'config.yaml');
const DAY = 86_400_000;
const at = Date.UTC(2026, 10, 22, 12);

const TOKENS: TokenClasses = {
  input: 900,
  cacheRead: 100,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 200,
  reasoning: 34,
  audioIn: 0,
  audioOut: 0,
  imageIn: 0,
  imageOut: 0,
};
const USED = { ...TOKENS, serverTools: {}, tier: undefined, statedNanoUsd: undefined, estimated: false };

/** Team, caller, how many nano-USD (null: unpriced), on which day. */
const ROWS: readonly [team: string | undefined, caller: string, nanoUsd: number | null, day: number][] = [
  ['platform', 'ci', 2_000_000_000, 0],
  ['platform', 'ann', 1_000_000_000, 1],
  ['research', 'bob', 1_500_000_004, 1],
  [undefined, 'proxy', 4_000, 2],
  [undefined, '\u001b[31mred', null, 2],
];

beforeAll(async () => {
  writeFileSync(config, `data_dir: ${folder.dir}\nlisten: 127.0.0.1:1\n`);
  const store = await openStore({ kind: 'sqlite', file: join(folder.dir, 'llm-proxy.db') });
  await store.ledger.append(
    ROWS.map(([team, caller, nanoUsd, day], index) => {
      const cost = nanoUsd === null ? null : { nanoUsd, source: 'table' as const, rates: {} };
      const tries = [attempt({ usage: USED, cost })];
      const of = record({ team, caller, startedAt: at + day * DAY, traceId: `t-${index}`, tries });
      return rowOf(of, { id: `019ad2f0-0000-7000-8000-00000000000${index}`, node: 'n', mask: (text) => text });
    }),
  );
  await store.close();
});
afterAll(() => folder[Symbol.dispose]());

const TIME = ['-c', config, '--since', '2026-11-20', '--until', '2026-11-30'];

describe('usage', () => {
  test('by team: the dearest first, a bar to scale, the total, and what has no price', async () => {
    const { code, out, err } = await runCommand(usage, ['--by', 'team', ...TIME]);
    expect([code, err]).toEqual([0, []]);
    expect(out).toEqual([
      '2026-11-20 00:00 to 2026-11-30 00:00 UTC',
      '',
      'TEAM      REQUESTS  TOKENS      USD',
      'platform         2   2,468   3.0000  ████████████████████████',
      'research         1   1,234   1.5000  ████████████',
      '-                2   2,468  <0.0001  ▏',
      'total            5   6,170   4.5000',
      '',
      '1 of 5 requests have no price: what they cost is not in these sums',
    ]);
    for (const line of out) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('by day: in the order of the days, those without requests left out', async () => {
    const { out } = await runCommand(usage, ['--by', 'day', ...TIME]);
    expect(out.slice(3, 6).map((line) => line.split(/ +/).slice(0, 4))).toEqual([
      ['2026-11-22', '1', '1,234', '2.0000'],
      ['2026-11-23', '2', '2,468', '2.5000'],
      ['2026-11-24', '2', '2,468', '<0.0001'],
    ]);
  });

  test('by several: what is beyond the rows asked for is one row, and the total is that of all', async () => {
    const { out } = await runCommand(usage, ['--by', 'team,caller', '--rows', '2', ...TIME]);
    expect(out.slice(3, 7).map((line) => line.split(/ {2,}/).slice(0, 5))).toEqual([
      ['platform', 'ci', '1', '1,234', '2.0000'],
      ['research', 'bob', '1', '1,234', '1.5000'],
      ['3 others', '3', '3,702', '1.0000', '████████████'],
      ['total', '5', '6,170', '4.5000'],
    ]);
    expect((await runCommand(usage, TIME)).out.join('\n')).not.toContain('\u001b');
  });

  test('as JSON: exact, in the shape of the admin API', async () => {
    const { out } = await runCommand(usage, ['--by', 'team', '--json', ...TIME]);
    const { data, total, from }: Json = JSON.parse(out[0] ?? '');
    expect(from).toBe('2026-11-20T00:00:00.000Z');
    expect(data[1]).toMatchObject({ team: 'research', requests: 1, cost_usd: '1.500000004', cache_read_tokens: 100 });
    expect(data[2]).toMatchObject({ team: null, requests: 2, unpriced_requests: 1 });
    expect(total).toMatchObject({ requests: 5, total_tokens: 6170, cost_usd: '4.500004004' });
  });

  test('says that there was nothing', async () => {
    const { code, out } = await runCommand(usage, ['-c', config, '--since', '2020-01-01', '--until', '2020-01-02']);
    expect([code, out]).toEqual([0, ['no requests from 2020-01-01 00:00 to 2020-01-02 00:00 UTC']]);
  });

  test.each<string[]>([
    ['--by', 'color'],
    ['--by', 'day,hour'],
    ['--since', 'yesterday'],
    ['--since', '2026-12-01', '--until', '2026-11-01'],
    ['--zone', 'Mars/Olympus'],
    ['--rows', '0'],
    ['--by', 'hour', '--since', '2000-01-01'],
  ])('%s %s is no command line', async (...words) => {
    await expect(runCommand(usage, [...words, '-c', config])).rejects.toThrow(UsageError);
  });

  test('fails without a database', async () => {
    const plain = join(folder.dir, 'plain.yaml');
    writeFileSync(plain, 'listen: 127.0.0.1:1\n');
    expect(await runCommand(usage, ['-c', plain])).toMatchObject({
      code: 1,
      err: [expect.stringContaining('no database')],
    });
  });
});

test.each<[nano: bigint, total: bigint, text: string]>([
  [1_234_567_000_000n, 9_999_000_000_000n, '1,234.57'],
  [4_999_999n, 9_999_000_000_000n, '<0.01'],
  [5_000_000n, 9_999_000_000_000n, '0.01'],
  [0n, 9_999_000_000_000n, '0.00'],
  [1_234_500n, 1_234_500n, '0.001235'],
  [999_999_999n, 999_999_999n, '1.000000'],
])('%d nano-USD of %d are %s', (nano, total, text) => expect(roundedUsd(nano, usdDecimals(total))).toBe(text));

test.each<[part: bigint, most: bigint, text: string]>([
  [0n, 10n, ''],
  [1n, 1_000_000n, '▏'],
  [5n, 10n, '██'],
  [10n, 10n, '████'],
  [3n, 8n, '█▌'],
])('a bar for %d of %d is %s', (part, most, text) => expect(barText(part, most, 4)).toBe(text));

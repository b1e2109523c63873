import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { featureTools } from '../../../test/kit/feature-tools.ts';
import { configOf } from '../../config/schema.ts';
import { createLedger } from './feature.ts';
import { tempDir } from './ledger.fixture.ts';

test('the journal is in `data_dir` as seen from the config file, beside the database', async () => {
  using folder = tempDir();
  const tools = { ...featureTools(), file: join(folder.dir, 'config.yaml') };
  const { ledger } = createLedger(tools);
  const config = configOf({ data_dir: './data', backends: [{ name: 'a', url: 'demo:' }], models: {} }, '127.0.0.1:0');
  await ledger.start?.(config);
  expect(existsSync(join(folder.dir, 'data', 'journal', 'lock'))).toBe(true);
  await ledger.close?.();
});

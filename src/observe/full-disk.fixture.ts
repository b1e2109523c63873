// A log on a disk that is full: run with a limit on the size of files, on a folder of its own.
import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../lib/clock.ts';
import { createLog } from './log.ts';

const [dir = ''] = process.argv.slice(2);
const shown: string[] = [];
const log = createLog(
  {
    level: 'info',
    consoleLevel: 'error',
    baseDir: dir,
    separateFiles: false,
    maskSensitive: true,
    maxFileBytes: 0,
    maxAgeDays: 0,
    maxTotalBytes: 0,
    format: 'json',
    consoleFormat: 'plain',
    secrets: [],
    color: false,
  },
  { clock: systemClock, console: (text) => void shown.push(text) },
);
for (let n = 0; n < 20; n++) {
  log.info('a line', { n, pad: 'x'.repeat(200) });
  await log.flush();
}
const lost = log.droppedLines;
unlinkSync(join(dir, 'general.log'));
log.info('there is room');
await log.flush();
await log.close();
process.stdout.write(JSON.stringify({ lost, shown }));
process.exit(0);

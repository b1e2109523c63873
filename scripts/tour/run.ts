// `make tour`: lives through the night (scripts/tour/night.ts) and writes docs/tour.md and the picture of the README.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { liveThrough } from './night.ts';
import { tourPage } from './page.ts';
import { failoverPicture } from './picture.ts';

const [to = 'docs'] = process.argv.slice(2);
const night = await liveThrough();
await mkdir(to, { recursive: true });
await writeFile(join(to, 'tour.md'), tourPage(night));
await writeFile(join(to, 'failover.svg'), failoverPicture(night));
console.log(`${join(to, 'tour.md')} and ${join(to, 'failover.svg')} written`);
process.exit(0);

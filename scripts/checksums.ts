import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** Writes `file.gz` beside a file, and returns its path. The same file always gives the same bytes. */
export async function compress(file: string, level = 9): Promise<string> {
  const compressed = `${file}.gz`;
  await pipeline(createReadStream(file), createGzip({ level }), createWriteStream(compressed));
  return compressed;
}

/** Writes SHA256SUMS into a folder, in the format of `sha256sum --check`, and returns its path. */
export async function writeChecksums(files: readonly string[], folder: string): Promise<string> {
  const lines: string[] = [];
  for (const file of files) lines.push(`${await sha256(file)}  ${basename(file)}\n`);
  const path = join(folder, 'SHA256SUMS');
  await writeFile(path, lines.join(''));
  return path;
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

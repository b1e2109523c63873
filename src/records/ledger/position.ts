import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecords } from './read-records.ts';
import { RecordBatch } from './record-batch.ts';
import type { Position } from './segment.ts';

const NAME = 'position';

/** The place up to which all rows are in the store; undefined where none is known: then all rows are shipped again. */
export async function readPosition(dir: string): Promise<Position | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(dir, NAME));
  } catch {
    return undefined;
  }
  const { texts, damage } = readRecords(bytes, { most: 1, isLast: true });
  const [text] = texts;
  return text === undefined || damage.length > 0 ? undefined : (JSON.parse(text) as Position);
}

/** Keeps a position: whoever reads it, whenever this process ends, finds the old one or the new one. */
export async function writePosition(dir: string, position: Position): Promise<void> {
  const path = join(dir, NAME);
  const handle = await open(`${path}.new`, 'w', 0o600);
  try {
    await handle.writeFile(new RecordBatch().add(JSON.stringify(position)).bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.new`, path);
}

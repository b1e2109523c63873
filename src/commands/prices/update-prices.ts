import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBounded, UnreadableFile } from '../../lib/bounded-file.ts';
import { printable } from '../../lib/printable.ts';
import { builtInTable, PriceTable } from '../../pricing/price-table.ts';
import { checkTable, readTable, TableError } from '../../pricing/table-format.ts';
import type { TableFile } from '../../pricing/table-format.ts';
import { MAX_TABLE_BYTES, PREVIOUS_TABLE_FILE, TABLE_FILE, tableIn } from '../../pricing/table-in.ts';
import type { CommandLine } from '../command.ts';
import { UsageError } from '../command.ts';
import { tableFolder } from './loaded-prices.ts';

/** `llm-proxy prices update`: takes a newer table into a folder, if it is one. */
export async function updatePrices(line: CommandLine): Promise<number> {
  const { secondArgument: source, out, err } = line;
  if (source === undefined) throw new UsageError('prices update needs the file or URL of a table');
  const folder = await tableFolder(line);
  if (folder === undefined) return 1;
  try {
    const text = await textOf(source);
    const file = readTable(text);
    checkTable(file);
    const before = tableIn(folder).table;
    if (file.date < before.date)
      throw new TableError(`it is of ${file.date}, and the one in use of ${before.date} (nothing was changed)`);
    await put(folder, text);
    out(`${join(folder, TABLE_FILE)}: price table of ${file.date}, ${new PriceTable(file).size} models`);
    out(
      `${changes(file, before)}; the one before is of ${before.date}${before === builtInTable() ? ' (built in)' : ''}`,
    );
    return 0;
  } catch (error) {
    err(`${printable(source)}: ${reason(error)}`);
    return 1;
  }
}

/** Far more than a table takes. */
const FETCH_MS = 60_000;

async function textOf(source: string): Promise<string> {
  if (!/^https?:\/\//i.test(source)) return (await readBounded(source, MAX_TABLE_BYTES)).toString('utf8');
  const response = await fetch(source, { signal: AbortSignal.timeout(FETCH_MS) });
  if (!response.ok) throw new TableError(`the server answers with ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const body: AsyncIterable<Uint8Array> | undefined = response.body ?? undefined;
  if (body === undefined) return '';
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_TABLE_BYTES) throw new TableError(`it is longer than ${MAX_TABLE_BYTES / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Puts the table in place at once; whoever reads meanwhile gets one or the other. */
async function put(folder: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, TABLE_FILE);
  const written = `${path}.${process.pid}`;
  try {
    await writeFile(written, text);
    const before = await readBounded(path, MAX_TABLE_BYTES).catch(() => undefined);
    if (before !== undefined && !before.equals(Buffer.from(text))) {
      await writeFile(`${written}.previous`, before);
      await rename(`${written}.previous`, join(folder, PREVIOUS_TABLE_FILE));
    }
    await rename(written, path);
  } finally {
    await rm(written, { force: true });
    await rm(`${written}.previous`, { force: true });
  }
}

/** `12 models new, 3 gone, 5 changed` */
function changes(file: TableFile, before: PriceTable): string {
  const after = new PriceTable(file);
  const [now, then] = [after.models(), before.models()];
  const known = new Map(then.map(({ name, text }) => [name, text]));
  const fresh = now.filter(({ name }) => !known.has(name)).length;
  const changed = now.filter(({ name, text }) => known.has(name) && known.get(name) !== text).length;
  return `${fresh} models new, ${then.length + fresh - now.length} gone, ${changed} changed`;
}

function reason(error: unknown): string {
  if (error instanceof TableError || error instanceof UnreadableFile) return error.message;
  const { code, name, message } = error as NodeJS.ErrnoException;
  return name === 'TimeoutError' ? 'the server does not answer' : `failed (${code ?? message})`;
}

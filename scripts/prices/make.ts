// `make prices`: makes the built-in price table anew from published sources, and the report of where they differ. Needs
// pip and npm, and unzip and tar. Only facts are taken: names of models and numbers.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VENDORS } from '../../src/vendors/vendors.ts';
import { checkTable, readTable } from '../../src/pricing/table-format.ts';
import type { TableSource } from '../../src/pricing/table-format.ts';
import { namesOf } from '../../src/pricing/names.ts';
import type { Catalogue } from './entry.ts';
import { dropRepeated, unitsOf, written } from './entry.ts';
import { readLiteLlm } from './litellm.ts';
import { merge } from './merge.ts';
import type { Decision } from './merge.ts';
import { FILES, HISTORIES, readHistory, readModelsDev } from './models-dev.ts';
import pages from './pages.json';
import type { Compared } from './report.ts';
import { reportOf } from './report.ts';

const ROOT = join(import.meta.dir, '../..');
const MODELS = 'package/dist/providers/data';

const folder = await mkdtemp(join(tmpdir(), 'llm-proxy-prices-'));
try {
  await make();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function make(): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const litellm = await wheel('litellm', 'litellm/model_prices_and_context_window_backup.json');
  const history = await wheel('model-prices', 'model_prices/snapshot.json');
  const packed = await run('npm', ['pack', '--silent', '@earendil-works/pi-ai@latest']);
  const tar = packed.trim().split('\n').at(-1) ?? '';
  const modelsDev = (file: string) => run('tar', ['-xzOf', tar, `${MODELS}/${file}`]);
  const sources: TableSource[] = [
    { name: "LiteLLM's table, from PyPI", version: `litellm ${litellm.version}`, date: today },
    {
      name: 'models.dev, from npm',
      version: `@earendil-works/pi-ai ${/(\d[\w.-]*)\.tgz$/.exec(tar)?.[1] ?? ''}`,
      date: dayIn(await modelsDev('.manifest.json'), 'generatedAt'),
    },
    {
      name: 'models.dev with corrections from pages of vendors, from PyPI',
      version: `model-prices ${history.version}`,
      date: dayIn(history.text, 'updated_at'),
    },
    { name: 'pages of vendors', version: 'scripts/prices/pages.json', date: today },
  ];
  const others = new Map<string, Catalogue>();
  for (const [file, vendor] of Object.entries(FILES))
    others.set(vendor, readModelsDev(await modelsDev(`${file}.json`)));
  for (const [provider, vendor] of Object.entries(HISTORIES))
    others.set(vendor, readHistory(history.text, provider, Date.now()));
  await write(sources, today, { own: readLiteLlm(litellm.text), others });
}

async function write(
  sources: TableSource[],
  date: string,
  { own, others }: { own: Map<string, Catalogue>; others: Map<string, Catalogue> },
): Promise<void> {
  const compared: Compared[] = [];
  const vendors: [string, string][] = [];
  for (const { name: vendor } of VENDORS) {
    const [litellm, modelsDev] = [own.get(vendor), others.get(vendor)];
    if (litellm === undefined && modelsDev === undefined) continue;
    const merged = merge(vendor, litellm ?? new Map(), modelsDev ?? new Map(), pages.decisions as Decision[]);
    if (Object.hasOwn(pages.batchHalvesCaches, vendor)) halveCaches(merged.catalogue);
    for (const entry of merged.catalogue.values()) dropRepeated(entry);
    const { text, models } = vendorText(vendor, merged.catalogue);
    compared.push({ vendor, models, agreed: merged.agreed, differences: merged.differences });
    vendors.push([vendor, text]);
  }
  const body = vendors.map(([vendor, text]) => `"${vendor}":${text}`).join(',\n');
  const table = `{"format":1,"date":"${date}",\n"sources":${JSON.stringify(sources)},\n"vendors":{\n${body}}}\n`;
  checkTable(readTable(table));
  await writeFile(join(ROOT, 'src/pricing/table.json'), table);
  await writeFile(join(ROOT, 'scripts/prices/differences.md'), reportOf(sources, compared));
  const count = compared.reduce((sum, each) => sum + each.models, 0);
  console.log(`${count} models of ${compared.length} vendors, ${Math.round(table.length / 1024)} KB`);
  await run(process.execPath, ['fmt', 'scripts/prices/differences.md'], ROOT);
  console.log('Name the new versions and dates of the sources in docs/prices.md, too.');
}

/** One vendor's part, a line for each model, so that a diff shows what has changed. */
function vendorText(vendor: string, catalogue: Catalogue): { text: string; models: number } {
  const tools = toolsOf(vendor, catalogue);
  const texts = new Map([...catalogue].map(([name, entry]) => [name, JSON.stringify(written(entry, tools))]));
  const lines = [...texts]
    .filter(
      ([name, text]) =>
        !namesOf(name)
          .slice(1)
          .some((shorter) => texts.get(shorter) === text),
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return { text: `{"tools":${JSON.stringify(tools)},"models":{\n${lines.join(',\n')}}}`, models: lines.length };
}

/** In a batch, caches cost less by the same share as input does, where a vendor's page says so. */
function halveCaches(catalogue: Catalogue): void {
  for (const { rates, tiers } of catalogue.values()) {
    const { batch } = tiers;
    if (batch === undefined) continue;
    for (const name of ['cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const) {
      const rate = rates[name];
      if (rate !== undefined && rate % 2 === 0) batch.rates[name] ??= rate / 2;
    }
  }
}

/** What a vendor's page says of its tools, and what most of its models say of one. */
function toolsOf(vendor: string, catalogue: Catalogue): Record<string, number> {
  const tools: Record<string, number> = {};
  for (const name of ['web_search', 'google_maps']) {
    const costs = [...catalogue.values()].map((entry) => entry.tools[name]).filter((cost) => cost !== undefined);
    const common = mostCommon(costs);
    if (common !== undefined) tools[name] = common;
  }
  const told: Record<string, { usdPerCall: Record<string, number> }> = pages.tools;
  for (const [name, usd] of Object.entries(told[vendor]?.usdPerCall ?? {})) {
    const cost = unitsOf(usd, 9);
    if (cost !== undefined) tools[name] = cost;
  }
  return tools;
}

function mostCommon(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}

/** The day of a time that a JSON file has under a name. */
function dayIn(text: string, name: string): string {
  return String((JSON.parse(text) as Record<string, unknown>)[name]).slice(0, 10);
}

/** A file of the newest wheel of a package on PyPI. */
async function wheel(name: string, path: string): Promise<{ text: string; version: string }> {
  const work = join(folder, name);
  await run('pip', ['download', name, '--no-deps', '--quiet', '--only-binary', ':all:', '--dest', work]);
  const [file = ''] = [...new Bun.Glob('*.whl').scanSync(work)];
  return { text: await run('unzip', ['-p', join(work, file), path]), version: file.split('-')[1] ?? '' };
}

async function run(program: string, args: readonly string[], cwd = folder): Promise<string> {
  const child = Bun.spawn([program, ...args], { cwd, stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' });
  const text = await new Response(child.stdout).text();
  if ((await child.exited) !== 0) throw new Error(`${program} ${args.join(' ')} failed`);
  return text;
}

// Writes into docs/operations.md, and into its translations, what the program itself knows: between the markers
// `<!-- begin generated: NAME -->` and `<!-- end generated: NAME -->`; all else on the pages is written by hand.
//
// A translation is docs/operations.LANGUAGE.md with the same markers, and scripts/operations/LANGUAGE.json: each English
// text of the blocks → the same in that language. Where one is missing, the script says which and writes nothing.
import { readFileSync } from 'node:fs';
import { Glob } from 'bun';
import { formatted } from './formatted.ts';
import { filledPage } from './operations/page.ts';
import { writeGenerated } from './write-generated.ts';

process.chdir(`${import.meta.dir}/..`);

for (const path of [...new Glob('docs/operations*.md').scanSync()].sort()) {
  const language = /^docs\/operations\.(.+)\.md$/.exec(path)?.[1];
  const words =
    language === undefined
      ? undefined
      : (JSON.parse(readFileSync(`scripts/operations/${language}.json`, 'utf8')) as Record<string, string>);
  await writeGenerated(path, await formatted(path, filledPage(readFileSync(path, 'utf8'), words)));
}

// Writes config.schema.json and docs/config.md from the config's schema.
import { editorJsonSchema } from '../src/config/json-schema.ts';
import { referenceMarkdown } from '../src/config/reference-page.ts';
import { formatted } from './formatted.ts';
import { writeGenerated } from './write-generated.ts';

const FILES: Readonly<Record<string, string>> = {
  'config.schema.json': JSON.stringify(editorJsonSchema()),
  'docs/config.md': referenceMarkdown(),
};

for (const [path, text] of Object.entries(FILES)) await writeGenerated(path, await formatted(path, text));

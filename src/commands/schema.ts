import { editorJsonSchema } from '../config/json-schema.ts';
import type { Command } from './command.ts';

/** `llm-proxy schema`: prints the JSON Schema of a config. */
export const schema: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of a config, for editors',
  text: [
    'Editors with a YAML language server read it where the first line of a config names it: `# yaml-language-server: $schema=./config.schema.json`.',
  ],
  flags: [],
  examples: [{ words: ['schema'], does: 'prints it; `> config.schema.json` behind it keeps it in a file' }],
  run({ out }) {
    out(JSON.stringify(editorJsonSchema(), undefined, 2));
    return 0;
  },
};

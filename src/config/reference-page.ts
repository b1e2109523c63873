import type { z } from 'zod';
import { dialectOf } from '../vendors/dialects.ts';
import { VENDORS } from '../vendors/vendors.ts';
import { rawJsonSchema } from './json-schema.ts';

type Json = z.core.JSONSchema.BaseSchema;

/** The reference of all keys as Markdown, generated from the schema. */
export function referenceMarkdown(): string {
  const { keyTables, sections } = tables('', rawJsonSchema());
  return [INTRO, '## General', keyTables, ...sections, '## Vendors', VENDORS_INTRO, vendorTable()].join('\n\n') + '\n';
}

const VENDORS_INTRO = `What \`backends[].vendor\` may be. A backend whose URL begins with one of these is known without it, but for those on
\`localhost\`. Of a vendor with several URLs the first is used; \`protocol\`, or one of the others as \`url\`, chooses
another. The variable is where a key is found when there is no config file.`;

/** The vendors and their URLs. */
function vendorTable(): string {
  const head = ['| vendor | URL | protocols | variable |', '| --- | --- | --- | --- |'];
  const rows = VENDORS.flatMap(({ name, envKey, endpoints }) =>
    endpoints.map(({ url, protocols, requires }, index) => {
      const spoken = protocols.map((protocol) => `\`${dialectOf(protocol).name}\``).join(', ');
      const where = url.replace('{aiplatform}', '{location}-aiplatform.googleapis.com').replace('*', 'NAME');
      const condition = requires === undefined ? '' : ` (with \`${requires}\`)`;
      const isFirst = index === 0;
      const variable = isFirst && envKey !== undefined ? `\`${envKey}\`` : '';
      return `| ${isFirst ? `\`${name}\`` : ''} | \`${where}\`${condition} | ${spoken} | ${variable} |`;
    }),
  );
  return [...head, ...rows].join('\n');
}

const INTRO = `<!-- Generated from src/config/schema.ts by \`make generate\`. Do not edit. -->

# Configuration

One YAML file, \`config.yaml\` unless another is named with \`--config PATH\`. \`llm-proxy init\` writes a commented starter,
\`llm-proxy check\` validates a file and names everything that is wrong with it, each with line and column. All keys with
comments are in [config.example.yaml](../config.example.yaml); with \`# yaml-language-server: $schema=./config.schema.json\`
as its first line an editor completes and explains them ([config.schema.json](../config.schema.json); \`llm-proxy schema\` prints
it). The starter's first line names it by its URL. [cli.md](cli.md) has the commands and the environment variables.

- **Variables.** \`\${NAME}\` in any value is the environment variable \`NAME\`, and an error if that is not set; \`\${NAME:-default}\`
  has a default for when it is unset or empty. A value that is one variable and nothing else may also be a number or a
  boolean. \`$\${\` is a literal \`\${\`. Inside \`[ ]\` and \`{ }\` a value with a variable needs quotes.
- **Secrets.** A key may be \`file:/run/secrets/name\`: the content of that file, without the line break at its end. A
  relative path starts from the folder of the config file.
- **Durations** are \`300ms\`, \`30s\`, \`10m\`, \`1h\`, \`1.5s\` or \`1h30m\`; a bare number is seconds.
- **Unknown keys** are errors. A section may be left out or left empty; every key of it then has its default.
- Anchors, aliases and merge keys (\`<<\`) of YAML work.`;

interface Tables {
  /** The table of the keys at this level; empty if there are none. */
  keyTables: string;
  /** A section for each map and list below: heading, text and table. */
  sections: string[];
}

function tables(path: string, schema: Json): Tables {
  const required = new Set(schema.required);
  const rows: string[] = [];
  const sections: string[] = [];
  for (const [key, value] of Object.entries((schema.properties ?? {}) as Record<string, Json>)) {
    const inner = collection(path === '' ? key : `${path}.${key}`, value);
    if (inner) {
      sections.push(...sectionOf(path === '' ? '##' : '###', inner, value));
      if (path === '') continue;
    }
    rows.push(row(key, inner ? 'see below' : typeOf(value), required.has(key) ? 'required' : standard(value), value));
  }
  const head = ['| key | type | default | meaning |', '| --- | --- | --- | --- |'];
  return { keyTables: rows.length > 0 ? [...head, ...rows].join('\n') : '', sections };
}

function sectionOf(level: string, { path, schema }: Collection, { description, example }: Json): string[] {
  const { keyTables, sections } = tables(path, schema);
  const shown = typeof example === 'string' ? `\`\`\`yaml\n${example}\n\`\`\`` : '';
  const text = [`${level} \`${path}\``, description, keyTables, shown].filter(Boolean);
  return [text.join('\n\n'), ...sections];
}

interface Collection {
  readonly path: string;
  readonly schema: Json;
}

/** The map that `schema` describes, by itself or as the items of a list or map, with its path; undefined for plain values. */
function collection(path: string, schema: Json): Collection | undefined {
  if (schema.properties) return { path, schema };
  const { items, additionalProperties: values } = schema;
  if (items && typeof items === 'object' && 'properties' in items) return { path: `${path}[]`, schema: items };
  if (typeof values === 'object' && values.properties) return { path: `${path}.<name>`, schema: values };
  return undefined;
}

function row(key: string, type: string, standardValue: string, schema: Json): string {
  const cells = [`\`${key}\``, type, standardValue, schema.description ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function typeOf(schema: Json): string {
  if (typeof schema['kind'] === 'string') return schema['kind'];
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.type === 'array') return `list: ${typeOf(schema.items as Json)}`;
  if (schema.type === 'object') return `map: ${typeOf(schema.additionalProperties as Json)}`;
  if (schema.type === 'boolean') return 'true or false';
  const noun = schema.type === 'integer' ? 'whole number' : schema.type === 'number' ? 'number' : 'text';
  if (schema.exclusiveMinimum !== undefined) return `${noun} > ${schema.exclusiveMinimum}`;
  return schema.minimum === undefined ? noun : `${noun} ≥ ${schema.minimum}`;
}

function standard(schema: Json): string {
  if (schema.default === undefined) return '–';
  const value = schema.default;
  if (Array.isArray(value)) return `\`[${value.join(', ')}]\``;
  return `\`${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}\``;
}

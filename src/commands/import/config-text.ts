import { basename } from 'node:path';
import { stringify } from 'yaml';
import { SCHEMA_URL } from '../init.ts';

/** A backend as the config writes it. */
export type BackendValues = { readonly name: string; readonly [key: string]: unknown };

/** A config that is made, by its keys; what is undefined is left out. */
export interface ConfigValues {
  readonly backends: readonly BackendValues[];
  readonly models: Readonly<Record<string, unknown>>;
  readonly [section: string]: unknown;
}

/** The YAML of a config, with where it came from. */
export function configText(config: ConfigValues, source: string): string {
  const sections = Object.entries(config).filter(([, value]) => !isEmpty(value));
  const body = stringify(Object.fromEntries(sections), {
    lineWidth: 120,
    singleQuote: true,
    aliasDuplicateObjects: false,
    keepUndefined: false,
  });
  const from = basename(source).replaceAll(/[^\w. -]/g, '?');
  return `# yaml-language-server: $schema=${SCHEMA_URL}\n# Imported from ${from}.\n${body}`;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

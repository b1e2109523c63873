import { expect } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { parseConfig } from '../../src/config/load.ts';
import type { Json } from '../kit/json.ts';

export const ROOT = join(import.meta.dir, '../..');

/** The text of a file, by its path from the root of the repository. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The documents of a text in YAML 1.1, as Kubernetes and Docker Compose read it; merge keys are for the latter. */
export function documentsOf(text: string): Json[] {
  const options = { version: '1.1', merge: true } as const;
  return (parseAllDocuments(text, options) as { errors: unknown[]; toJS(): Json }[]).flatMap((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() ?? [];
  });
}

/** A config as the gateway reads it, where every secret's file is there; `files` are the paths it asked for. */
export function loadConfig(text: string): ReturnType<typeof parseConfig> & { readonly files: readonly string[] } {
  const files: string[] = [];
  const loaded = parseConfig(text, {
    file: 'config.yaml',
    env: { LLM_PROXY_KEY: 'a-key-of-its-own', CREDENTIALS_DIRECTORY: '/run/credentials/llm-proxy.service' },
    readSecret: (path) => {
      files.push(path);
      return `what stands in ${path}, which is more than 32 characters`;
    },
  });
  return { ...loaded, files };
}

/** The longest that a request may take by the config: `total_timeout`, wherever it stands. */
export function longestRequestMs({ timeout, backends, models }: ReturnType<typeof loadConfig>['config']): number {
  return Math.max(
    timeout.total_timeout,
    ...[...backends, ...Object.values(models)].map((one) => one.timeout?.total_timeout ?? 0),
  );
}

export function portOf(listen: string | undefined): number {
  return Number(listen?.split(':').at(-1));
}

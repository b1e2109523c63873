import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import { shownConfig } from '../config/shown-config.ts';
import { checkDraft, type DraftReport } from '../config/draft.ts';
import type { ValueOrigin } from '../config/origins.ts';
import type { ConfigProblem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import { VERSION } from '../lib/version.ts';
import type { PastReload } from './reload-history.ts';
import { configAnswer, draftAnswer, type finding, type origin, reloadList } from './config-schema.ts';
import { operation } from './operation.ts';

const node = z.object({
  name: z.string(),
  version: z.string(),
  config: z.string().describe('A digest: nodes with the same config have the same, whatever their secrets are.'),
  config_loaded_at: z.string(),
  status: z.enum(['ready', 'not_ready']),
  workers: z.int(),
});

const MOST_DRAFT_CHARS = 2_000_000;

/** The config in force, and the processes that run on it. */
export const configOperations = [
  operation({
    id: 'getConfig',
    method: 'GET',
    path: '/admin/config',
    role: 'viewer',
    summary:
      'The config in force with its defaults, where it comes from, and what was wrong with a later one. Without secrets.',
    answer: configAnswer,
    handle(_call, context) {
      const { file, loaded_at, valid, problems } = context.status().config;
      const config = context.config();
      const origins = Object.fromEntries(Array.from(context.origins(), ([path, each]) => [path, originJson(each)]));
      const shown = { config: shownConfig(config), digest: digestOf(config), file, loaded_at, valid, problems };
      return { body: { ...shown, origins } };
    },
  }),
  operation({
    id: 'listReloads',
    method: 'GET',
    path: '/admin/config/reloads',
    role: 'viewer',
    summary:
      'The last 20 times that the config was read again since the start: what changed, or why it was refused. The newest first.',
    answer: reloadList,
    handle: (_call, { reloads }) => ({ body: { data: reloads.all.map(reloadJson) } }),
  }),
  operation({
    id: 'validateConfig',
    method: 'POST',
    path: '/admin/config/validate',
    role: 'operator',
    changesNothing: true,
    summary:
      'Checks a config as `llm-proxy check` does, and puts nothing into force. Variables of the environment are known by name alone, and of files whether they are there.',
    body: z.strictObject({ yaml: z.string().max(MOST_DRAFT_CHARS).describe('The text of the file.') }),
    answer: draftAnswer,
    handle: ({ body: { yaml } }, context) => ({
      body: draftJson(checkDraft(yaml, context.draftPlace, context.config())),
    }),
  }),
  operation({
    id: 'getFleet',
    method: 'GET',
    path: '/admin/fleet',
    role: 'viewer',
    summary: 'The nodes that are known: this one.',
    answer: z.object({ nodes: z.array(node) }),
    handle(_call, context) {
      const config = context.config();
      const { status, config: source } = context.status();
      const self = {
        name: config.node_name ?? hostname(),
        version: VERSION,
        config: digestOf(config),
        config_loaded_at: source.loaded_at,
        status,
        workers: 1,
      };
      return { body: { nodes: [self] } };
    },
  }),
];

function originJson({ line, column, variables, secretFile }: ValueOrigin): z.input<typeof origin> {
  return { line, column, variables: [...variables], secret_file: secretFile ?? null };
}

function reloadJson(reload: PastReload) {
  const { at, why, by = null, result } = reload;
  const isDone = reload.result === 'reloaded';
  const { changes, warnings } = isDone ? reload : NOTHING;
  return { at, why, by, result, changes, warnings, problems: isDone ? [] : reload.problems };
}

const NOTHING = { changes: [], warnings: [] };

function draftJson({ problems, warnings, unchecked, changes }: DraftReport): z.input<typeof draftAnswer> {
  return {
    valid: problems.length === 0,
    problems: problems.map(findingJson),
    warnings: warnings.map(findingJson),
    unchecked: [...unchecked],
    changes: changes?.map(({ key, before = null, after = null }) => ({ key, before, after })) ?? null,
  };
}

function findingJson({ line, column, path, message }: ConfigProblem): z.input<typeof finding> {
  return { line, column, path, message };
}

function digestOf(config: Config): string {
  return createHash('sha256')
    .update(JSON.stringify(shownConfig(config)))
    .digest('hex')
    .slice(0, 16);
}

import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import { shownConfig } from '../config/shown-config.ts';
import type { Config } from '../config/schema.ts';
import { VERSION } from '../lib/version.ts';
import { operation } from './operation.ts';

const node = z.object({
  name: z.string(),
  version: z.string(),
  config: z.string().describe('A digest: nodes with the same config have the same, whatever their secrets are.'),
  config_loaded_at: z.string(),
  status: z.enum(['ready', 'not_ready']),
  workers: z.int(),
});

/** The config in force, and the processes that run on it. */
export const configOperations = [
  operation({
    id: 'getConfig',
    method: 'GET',
    path: '/admin/config',
    role: 'viewer',
    summary:
      'The config in force with its defaults, where it comes from, and what was wrong with a later one. Without secrets.',
    answer: z.object({
      config: z.looseObject({}).describe('As in the file; `(secret)` stands for a secret.'),
      digest: z.string(),
      file: z.string().nullable().describe('Null: the gateway was started without one.'),
      loaded_at: z.string(),
      valid: z.boolean().describe('False: the file is refused, and an older config is in force.'),
      problems: z.array(z.string()),
    }),
    handle(_call, context) {
      const { file, loaded_at, valid, problems } = context.status().config;
      const config = context.config();
      return { body: { config: shownConfig(config), digest: digestOf(config), file, loaded_at, valid, problems } };
    },
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

function digestOf(config: Config): string {
  return createHash('sha256')
    .update(JSON.stringify(shownConfig(config)))
    .digest('hex')
    .slice(0, 16);
}

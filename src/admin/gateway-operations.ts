import { z } from 'zod';
import { reportOf } from '../routing/report.ts';
import type { LocalAnswer } from '../core/local-answer.ts';
import { audited, entryOf } from './audited.ts';
import { operation } from './operation.ts';

const list = z.array(z.looseObject({}));
/** Load balancers and scripts may add what they like. */
const anyQuery = z.looseObject({});

/** What operators ask of the gateway itself. */
export const gatewayOperations = [
  operation({
    id: 'listBackends',
    method: 'GET',
    path: '/admin/backends',
    role: 'viewer',
    summary: 'Every backend and how it is, and how many requests run and wait.',
    query: anyQuery,
    answer: z.object({ backends: list, requests: z.object({ running: z.int(), waiting: z.int() }) }),
    handle(_call, { snapshot, clock, queue, running }) {
      const backends = Array.from(snapshot.backends.values(), ({ live }) => reportOf(live, clock));
      return { body: { backends, requests: { running: running(), waiting: queue.waiting } } };
    },
  }),
  operation({
    id: 'getStatus',
    method: 'GET',
    path: '/admin/status',
    role: 'viewer',
    summary: 'How the gateway itself is: its version, the config in force, and what came of the last reload.',
    query: anyQuery,
    answer: z.looseObject({ status: z.enum(['ready', 'not_ready']), version: z.string() }),
    handle: (_call, context) => ({ body: context.status() }),
  }),
  operation({
    id: 'reloadConfig',
    method: 'POST',
    path: '/admin/reload',
    role: 'operator',
    summary: 'Reads the config again and puts it into force; 422, and nothing changes, if it has an error.',
    // Whatever is sent is not looked at.
    body: z.unknown(),
    query: anyQuery,
    answer: z.looseObject({ result: z.literal('reloaded') }),
    failures: { 422: z.looseObject({ result: z.literal('refused'), problems: z.array(z.string()) }) },
    async handle(call, context): Promise<LocalAnswer> {
      const outcome = await context.reload(call.actor.caller);
      await audited(entryOf(call, 'config.reload', context.status().config.file ?? '', outcome), context);
      return outcome.result === 'reloaded'
        ? { body: outcome }
        : { body: outcome, status: 422, errorCode: 'invalid_config' };
    },
  }),
  operation({
    id: 'getOpenApi',
    method: 'GET',
    path: '/admin/openapi.json',
    role: 'everyone',
    summary: 'This document.',
    answer: z.looseObject({ openapi: z.string() }),
    handle: async () => ({ body: (await import('./openapi.ts')).openApi() }),
  }),
];

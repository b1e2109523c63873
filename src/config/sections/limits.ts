import { z } from 'zod';
import { duration, listenAddress, text } from '../fields.ts';

export const rateLimitSchema = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Whether these limits apply.'),
    global_rps: z.number().gt(0).optional().describe('Requests per second, all together.'),
    per_ip_rps: z.number().gt(0).optional().describe('Requests per second for each client address (IPv6: each /64).'),
    burst_factor: z
      .number()
      .gt(0)
      .default(1)
      .describe("How many seconds' worth of requests may come at once: the size of the token buckets."),
    per_model_rps: z.record(z.string(), z.number().gt(0)).default({}).describe('Requests per second, by alias.'),
    per_model_tpm: z
      .record(z.string(), z.number().gt(0))
      .default({})
      .describe(
        'Tokens per minute, input and output together, by alias. A bucket holds those of one minute; a request takes what it is expected to use, and what it has not used goes back.',
      ),
  })
  .prefault({})
  .describe(
    'Requests per second, limited by token buckets. A request that one bucket refuses (429) takes nothing from the others.',
  );

export const concurrencySchema = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Whether these limits apply.'),
    max_requests: z.number().int().gt(0).default(500).describe('The most requests at once.'),
    max_queue_size: z.number().int().min(0).default(1000).describe('The most requests in the queue.'),
    queue_timeout: duration()
      .prefault('30s')
      .describe('How long a request may wait; then it gets 503. 0: up to its `total_timeout`.'),
    per_backend_limit: z
      .number()
      .int()
      .gt(0)
      .optional()
      .describe(
        'The most requests at once for each backend. Full backends are skipped; a request waits only when all are full.',
      ),
    overflow: z
      .enum(['reject', 'drop_oldest'])
      .default('reject')
      .describe('When the queue is full: `reject` the new request, or `drop_oldest`, the one that has waited longest.'),
  })
  .prefault({})
  .describe('How many requests are served at once; the others wait in one queue, first in, first out.');

export const healthCheckSchema = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Whether backends are checked.'),
    interval: duration('above zero').prefault('30s').describe('How often a backend is checked.'),
    timeout: duration('above zero').prefault('5s').describe('How long a backend may take to answer.'),
    path: text('path')
      .startsWith('/')
      .meta({ allowed: 'a path that starts with "/"' })
      .default('/models')
      .describe("The path that is requested, after the backend's `url`. Any status below 500 counts as alive."),
    unhealthy_after: z.number().int().gt(0).default(3).describe('After so many failed checks a backend is left out.'),
    healthy_after: z.number().int().gt(0).default(1).describe('After so many good checks it is used again.'),
  })
  .prefault({})
  .describe(
    'Health checks of backends that are cooling down or idle; dead ones are left out of routing. Traffic shows the state of the others.',
  );

export const metricsSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether `/metrics` is served.'),
    public: z.boolean().default(false).describe('Whether it is served without a key.'),
    listen: listenAddress()
      .optional()
      .describe('A separate address for `/metrics`; without it, it is served at `listen`.'),
  })
  .prefault({})
  .describe('Prometheus metrics at `/metrics`.');

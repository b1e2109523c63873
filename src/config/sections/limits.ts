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
      .describe('How many seconds worth of requests may come at once: the size of the token buckets.'),
    per_model_rps: z.record(z.string(), z.number().gt(0)).default({}).describe('Requests per second, by alias.'),
  })
  .prefault({})
  .describe(
    'How many requests per second are let in, by token buckets. A request that one of them refuses (429) takes from none.',
  );

export const concurrencySchema = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Whether these limits apply.'),
    max_requests: z.number().int().gt(0).default(500).describe('The most requests at once.'),
    max_queue_size: z.number().int().min(0).default(1000).describe('The most requests that wait for their turn.'),
    queue_timeout: duration()
      .prefault('30s')
      .describe('How long a request may wait; then it gets 503. 0: as long as its `total_timeout` lets it.'),
    per_backend_limit: z
      .number()
      .int()
      .gt(0)
      .optional()
      .describe(
        'The most requests at once for each backend. A full one is passed over; only when all are full does a request wait.',
      ),
    overflow: z
      .enum(['reject', 'drop_oldest'])
      .default('reject')
      .describe('When the queue is full: `reject` the newcomer or `drop_oldest`, the one that has waited longest.'),
  })
  .prefault({})
  .describe('How many requests are served at once; the others wait in one queue, first in, first out.');

export const healthCheckSchema = z
  .strictObject({
    enabled: z.boolean().default(false).describe('Whether backends are asked.'),
    interval: duration('above zero').prefault('30s').describe('How often a backend is asked.'),
    timeout: duration('above zero').prefault('5s').describe('How long it may take to answer.'),
    path: text('path')
      .startsWith('/')
      .meta({ allowed: 'a path that starts with "/"' })
      .default('/models')
      .describe("What is asked for, after the backend's `url`. Any answer under 500 is alive."),
    unhealthy_after: z.number().int().gt(0).default(3).describe('After so many misses a backend is left out.'),
    healthy_after: z.number().int().gt(0).default(1).describe('After so many answers it is used again.'),
  })
  .prefault({})
  .describe(
    'Asking backends that are cooling down or idle whether they live; the dead are left out of routing. Of the others their traffic tells.',
  );

export const metricsSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether `/metrics` is served.'),
    public: z.boolean().default(false).describe('Serves it without a key.'),
    listen: listenAddress()
      .optional()
      .describe('An address of its own for it; otherwise it is served where everything is.'),
  })
  .prefault({})
  .describe('Prometheus metrics at `/metrics`.');

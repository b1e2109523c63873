import { z } from 'zod';
import { duration } from '../fields.ts';

const fields = {
  connect_timeout: duration().describe('How long connecting to a backend may take, DNS and TLS included.'),
  first_byte_timeout: duration().describe(
    'From sending the request to the headers of a plain answer or the first content of a stream. Where it is set nowhere: 60s, and 5m for a request that asks for thinking or a model that is known to think.',
  ),
  read_timeout: duration().describe(
    'How long a backend may be silent inside an answer that has begun. A ping ends a silence.',
  ),
  write_timeout: duration().describe('How long a client may take nothing of an answer before it is given up.'),
  total_timeout: duration().describe('The whole exchange: queue, retries, fallbacks and all.'),
};

export const timeoutSchema = z
  .strictObject({
    connect_timeout: fields.connect_timeout.prefault('10s'),
    first_byte_timeout: fields.first_byte_timeout.optional(),
    read_timeout: fields.read_timeout.prefault('60s'),
    write_timeout: fields.write_timeout.prefault('60s'),
    total_timeout: fields.total_timeout.prefault('10m'),
  })
  .prefault({})
  .describe(
    'Time limits of every exchange. 0 turns one off. Backends and aliases may have their own: those of the alias take precedence over those of the backend, and those over these.',
  );

export const timeoutOverridesSchema = z.strictObject(fields).partial().optional();

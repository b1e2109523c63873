import { z } from 'zod';
import { gatewayKey } from '../fields.ts';
import { previousKey } from './previous-key.ts';

const consoleSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe(
        'Serve it at `/` to browsers, and below `/console`. Turned off, these paths are unknown, as they are to API clients; `/admin/*` stays.',
      ),
  })
  .prefault({})
  .describe('The pages that show and change how the gateway runs.');

/** `admin`: what opens the paths of operators. */
export const adminSchema = z
  .strictObject({
    api_key: gatewayKey()
      .optional()
      .describe(
        'The key of whoever runs the gateway, as long as `proxy_api_key` and a different one. It opens `/admin/*` and `/metrics`, and nothing else: it asks for no models. With it no other key opens those. Without it, `proxy_api_key` opens `/metrics`, and `/admin/*` to requests from this machine that no proxy has passed on.',
      ),
    previous: previousKey()
      .optional()
      .describe('The key that `api_key` has replaced: until the time in `until` it opens the same.'),
    console: consoleSchema,
  })
  .prefault({})
  .describe('Who may see and change how the gateway runs.');

import { z } from 'zod';
import { duration, gatewayKey, listenAddress } from '../fields.ts';
import { oidcSchema } from './oidc.ts';
import { previousKey } from './previous-key.ts';

const sessionSchema = z
  .strictObject({
    idle: duration('above zero').prefault('1h').describe('A session ends when nothing was asked with it for so long.'),
    absolute: duration('above zero')
      .prefault('12h')
      .describe('A session ends after so long, whatever is done with it.'),
  })
  .prefault({})
  .describe('How long somebody stays signed in to the console.');

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
    listen: listenAddress()
      .optional()
      .describe(
        'An address of their own for `/admin/*` and the console, which `listen` then answers with 404: `:8766` is 127.0.0.1 alone; to be reached from elsewhere, name the interface (`0.0.0.0:8766`).',
      ),
    read_only: z
      .boolean()
      .default(false)
      .describe('Nothing can be changed by the admin API or the console, whoever asks: 403 `read_only`.'),
    session: sessionSchema,
    oidc: oidcSchema.optional(),
    console: consoleSchema,
  })
  .prefault({})
  .describe('Who may see and change how the gateway runs.');

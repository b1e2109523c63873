import { z } from 'zod';
import { gatewayKey, keyHash } from '../fields.ts';
import { KEY_FIELDS, keyName } from './key-fields.ts';
import { previousKey } from './previous-key.ts';

const keySchema = z
  .strictObject({
    name: keyName().describe(
      'What the caller is called in logs; unique in its team. What is kept for a caller is kept under it.',
    ),
    key: gatewayKey()
      .optional()
      .describe('What the caller shows, like `proxy_api_key`, and as long. Either this or `hash`.'),
    hash: keyHash()
      .optional()
      .describe(
        'In place of `key`: `sha256:` and the SHA-256 of the key, as `printf %s "$KEY" | sha256sum` prints it, so that the config holds no secret. Only for long random keys: a hash of a short one can be undone by guessing.',
      ),
    ...KEY_FIELDS,
    previous: previousKey()
      .optional()
      .describe(
        'The key that `key` or `hash` has replaced. It lets in until the time in `until`, under the same name and for the same models, so that clients can move over one by one.',
      ),
  })
  .describe('One caller.');

/** A key that is made at run time: it has the same fields, but its secret is never told. */
export const madeKeySchema = z.strictObject({ name: keyName(), ...KEY_FIELDS });

/** What a key of the config says, besides its secret. */
export type KeyConfig = z.output<typeof madeKeySchema>;

/** `keys`: the callers besides whoever has `proxy_api_key`. */
export const keysSchema = z
  .array(keySchema)
  .optional()
  .describe(
    'Keys of callers who are told apart: none sees what is kept for another. None of them opens `/admin` or `/metrics`: `admin.api_key` does, or `proxy_api_key` where there is none. `proxy_api_key` may be left out. With this list, even an empty one, whoever has no key stays out. See [keys.md](keys.md).',
  );

import { z } from 'zod';
import { gatewayKey, keyHash, REFUSED, text, time } from '../fields.ts';
import { previousKey } from './previous-key.ts';

const NAME_ALLOWED = 'up to 64 letters, digits, `.`, `_` or `-`; not `proxy` or `anonymous`';
const NAME = /^(?!(?:proxy|anonymous)$)[A-Za-z0-9._-]{1,64}$/;
const MODEL_ALLOWED = 'the name of an alias; one `*`, at its end, stands for any ending';

const keySchema = z
  .strictObject({
    name: text('name', NAME_ALLOWED)
      .refine((name) => name === '' || NAME.test(name), { params: REFUSED })
      .describe('What the caller is called in logs. What is kept for a caller is kept under it.'),
    key: gatewayKey()
      .optional()
      .describe('What the caller shows, like `proxy_api_key`, and as long. Either this or `hash`.'),
    hash: keyHash()
      .optional()
      .describe(
        'In place of `key`: `sha256:` and the SHA-256 of the key, as `printf %s "$KEY" | sha256sum` prints it, so that the config holds no secret. Only for long random keys: a hash of a short one can be undone by guessing.',
      ),
    models: z
      .array(text('name', MODEL_ALLOWED).refine((name) => !name.slice(0, -1).includes('*'), { params: REFUSED }))
      .min(1)
      .meta({ allowed: 'a list of aliases; ["*"] is all' })
      .describe(
        'The aliases that the caller may ask for; a trailing `*` stands for any ending, `["*"]` is all. A fallback (`alias_fallback`) serves whoever may use the alias that was asked for.',
      ),
    enabled: z.boolean().default(true).describe('Whether the key lets in.'),
    expires_at: time().optional().describe('Until when the key lets in.'),
    previous: previousKey()
      .optional()
      .describe(
        'The key that `key` or `hash` has replaced. It lets in until the time in `until`, under the same name and for the same models, so that clients can move over one by one.',
      ),
  })
  .describe('One caller.');

/** `keys`: the callers besides whoever has `proxy_api_key`. */
export const keysSchema = z
  .array(keySchema)
  .optional()
  .describe(
    'Keys of callers who are told apart: none sees what is kept for another. None of them opens `/admin` or `/metrics`: `admin.api_key` does, or `proxy_api_key` where there is none. `proxy_api_key` may be left out. With this list, even an empty one, whoever has no key stays out.',
  );

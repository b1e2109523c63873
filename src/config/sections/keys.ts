import { z } from 'zod';
import { gatewayKey, REFUSED, text } from '../fields.ts';

const NAME_ALLOWED = 'up to 64 letters, digits, `.`, `_` or `-`; not `proxy` or `anonymous`';
const NAME = /^(?!(?:proxy|anonymous)$)[A-Za-z0-9._-]{1,64}$/;
const HASH_ALLOWED = '`sha256:` and 64 hexadecimal digits, as `printf %s "$KEY" | sha256sum` prints them';
const HASH = /^sha256:[0-9a-fA-F]{64}$/;
const MODEL_ALLOWED = 'the name of an alias; one `*`, at its end, stands for any ending';

const keySchema = z
  .strictObject({
    name: text('name', NAME_ALLOWED)
      .refine((name) => name === '' || NAME.test(name), { params: REFUSED })
      .describe('What the caller is called in logs. What is kept for a caller is kept under it.'),
    key: gatewayKey()
      .optional()
      .describe('What the caller shows, like `proxy_api_key`, and as long. Either this or `hash`.'),
    hash: z
      .string()
      .min(1)
      .refine((value) => value === '' || HASH.test(value), { params: REFUSED })
      .meta({ kind: 'hash', hidden: true, allowed: HASH_ALLOWED })
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
    expires_at: text('time', 'a time such as 2027-01-31T12:00:00Z, or a day, which begins at midnight UTC')
      .refine((value) => value === '' || isTime(value), { params: REFUSED })
      .optional()
      .describe('Until when the key lets in.'),
  })
  .describe('One caller.');

/** `keys`: the callers besides whoever has `proxy_api_key`. */
export const keysSchema = z
  .array(keySchema)
  .optional()
  .describe(
    'Keys of callers who are told apart: none sees what is kept for another. None of them opens `/admin` or `/metrics`: `admin.api_key` does, or `proxy_api_key` where there is none. `proxy_api_key` may be left out. With this list, even an empty one, whoever has no key stays out.',
  );

function isTime(value: string): boolean {
  const isForm = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(value);
  return isForm && !Number.isNaN(Date.parse(value));
}

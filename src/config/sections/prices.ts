import { z } from 'zod';
import { decimalText, readDecimal } from '../../lib/decimal.ts';
import { REFUSED, text, time } from '../fields.ts';

/** An amount as decimal text; `places` is how many it may have after the point. */
function decimal(kind: string, places: number, allowed: string) {
  return z
    .union([z.number(), z.string()])
    .transform((value, context): string => {
      const units = readDecimal(value, places);
      if (units !== undefined && units < MOST * 10n ** BigInt(places)) return decimalText(units, places);
      context.addIssue({ code: 'custom', params: REFUSED });
      return z.NEVER;
    })
    .meta({ kind, allowed: `${allowed}, with at most ${places} decimal places and below ${MOST}` });
}

/** No price is as high, and sums of lower ones stay exact. */
const MOST = 1_000_000n;

const perMillion = () => decimal('USD', 6, 'USD per million tokens such as 1.25');
const perCall = () => decimal('USD', 9, 'USD for one such as 0.01');

/** A factor on a price. */
export const factor = () => decimal('factor', 6, 'a factor of 0 or more such as 0.5');

const rates = {
  input: perMillion().optional().describe('Text of the input that no cache was read or written for.'),
  output: perMillion().optional().describe('Text of the output.'),
  cache_read: perMillion().optional().describe("Input that was read from the provider's cache. Default: `input`."),
  cache_write: perMillion()
    .optional()
    .describe(
      "Input that was written into the provider's cache for 5 minutes, or for a time that it does not say. Default: `input`.",
    ),
  cache_write_1h: perMillion()
    .optional()
    .describe('Input that was written into it for longer. Default: `cache_write`.'),
  reasoning: perMillion().optional().describe('Output that was thought and not said. Default: `output`.'),
  audio_input: perMillion().optional().describe('Audio of the input. Default: `input`.'),
  audio_output: perMillion().optional().describe('Audio of the output. Default: `output`.'),
  image_input: perMillion().optional().describe('Images of the input. Default: `input`.'),
  image_output: perMillion().optional().describe('Images of the output. Default: `output`.'),
};

const above = z
  .array(
    z
      .strictObject({
        tokens: z
          .number()
          .int()
          .gt(0)
          .describe('The input of a request has more tokens than that, cached ones included.'),
        ...rates,
      })
      .describe(
        'Rates of the whole request. Of a class that is missing, its usual rate counts, raised as that of what includes it is.',
      ),
  )
  .optional()
  .describe('Other rates for long input.');

const period = {
  ...rates,
  above,
  batch: factor()
    .optional()
    .describe('What all rates of tokens are multiplied by in the service tier `batch`. Default: 1.'),
  flex: factor().optional().describe('The same for `flex`. Default: 1.'),
  priority: factor()
    .optional()
    .describe('The same for `priority`. Without it, what that tier serves has no price, for it costs more.'),
  fast: factor().optional().describe('The same for `fast`, as for `priority`.'),
  ultrafast: factor().optional().describe('The same for `ultrafast`, as for `priority`.'),
  per_request: perCall().optional().describe('For every request.'),
  per_search: perCall().optional().describe('For every search of a reranker.'),
  per_image: perCall().optional().describe('For every image of the answer.'),
  per_second: perCall().optional().describe('For every second of audio.'),
  per_character: perCall().optional().describe('For every character of a text that is spoken.'),
  per_page: perCall().optional().describe('For every page that is read.'),
  tools: z
    .record(z.string(), perCall())
    .optional()
    .describe('For every call of a tool that the provider runs, by its name: `{web_search: 0.01}`.'),
};

const priceSchema = z
  .strictObject({
    ...period,
    from: time().optional().describe('From when on; before, it has no price. Default: always.'),
    changes: z
      .array(
        z
          .strictObject({ from: time().describe('From when on.'), ...period })
          .describe('What it costs from a time on. Nothing of what it cost before counts any more.'),
      )
      .optional()
      .describe('What changes later, the earliest first.'),
    like: text('name', 'an entry of the price table such as azure/gpt-5')
      .optional()
      .describe('In place of everything else: it costs what this entry of the price table does (`vendor/model`).'),
  })
  .describe('What the models cost that the name means.');

/** `prices`: what models cost that the table does not know, or at other rates. */
export const pricesSchema = z
  .record(z.string(), priceSchema)
  .default({})
  .describe(
    'What models cost, in USD per million tokens, where the built-in table of prices does not know it or you pay something else. By `backend/model` or `vendor/model`, in which `*` stands for any run of characters; the most exact name counts, and two that are equally exact are an error. 0 is a price; what has none is unpriced, never free. See prices.md.',
  );

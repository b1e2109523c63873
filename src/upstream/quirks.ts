import type { Config } from '../config/schema.ts';
import { joinQuirks } from '../core/quirks.ts';
import type { Quirks } from '../core/route.ts';
import { compact } from '../lib/json.ts';
import { TEMPLATES } from '../vendors/open-models.ts';
import { THINKING_CONTROLS } from '../vendors/thinking-controls.ts';
import type { Vendor, VendorEndpoint } from '../vendors/vendor.ts';

type Settings = NonNullable<Config['backends'][number]['quirks']>;

/**
 * How a backend differs from its dialect: what is known of its vendor, and over it what the config says. Where there is
 * no vendor it is most likely a server of open models.
 */
export function quirksOf(
  vendor: Vendor | undefined,
  settings: Settings = {},
  endpoint: Pick<VendorEndpoint, 'quirks'> = {},
): Quirks {
  const known = joinQuirks(vendor === undefined ? TEMPLATES : (vendor.quirks ?? {}), endpoint.quirks ?? {});
  const said = saidIn(settings);
  const { models } = known;
  // What the config says counts for every model.
  const own =
    models === undefined ? {} : { models: models.map(([name, row]) => [name, joinQuirks(row, said)] as const) };
  return { ...joinQuirks(known, said), ...own };
}

/** What the config says, and nothing of what it leaves to the vendor's row. */
function saidIn(settings: Settings): Quirks {
  const { thinking, reasoning_back: reasoningBack } = settings;
  const said: Quirks = compact({
    systemFirst: settings.system_first,
    turnsAlternate: settings.turns_alternate,
    userLast: settings.user_last,
    noUserAfterTool: settings.no_user_after_tool,
    maxTokensField: settings.max_tokens_field,
    thinking: thinking === undefined ? undefined : THINKING_CONTROLS[thinking],
    reasoningBack: reasoningBack === 'none' ? undefined : reasoningBack,
    documents: settings.documents,
    callIdLength: settings.call_id_length,
    fields: settings.fields,
  });
  return reasoningBack === 'none' ? { ...said, reasoningBack: undefined } : said;
}

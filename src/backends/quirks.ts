import type { Config } from '../config/schema.ts';
import { joinQuirks } from '../core/quirks.ts';
import type { Quirks } from '../core/route.ts';
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
  const { reasoning_back: reasoningBack = known.reasoningBack } = settings;
  return {
    ...known,
    systemFirst: settings.system_first ?? known.systemFirst,
    turnsAlternate: settings.turns_alternate ?? known.turnsAlternate,
    userLast: settings.user_last ?? known.userLast,
    noUserAfterTool: settings.no_user_after_tool ?? known.noUserAfterTool,
    maxTokensField: settings.max_tokens_field ?? known.maxTokensField,
    thinking: settings.thinking === undefined ? known.thinking : THINKING_CONTROLS[settings.thinking],
    reasoningBack: reasoningBack === 'none' ? undefined : reasoningBack,
    documents: settings.documents ?? known.documents,
    callIdLength: settings.call_id_length ?? known.callIdLength,
    fields: { ...known.fields, ...settings.fields },
  };
}

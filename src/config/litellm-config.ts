import { pageUrl } from '../lib/page-url.ts';
import type { Finding } from './messages.ts';

/** The sections of a LiteLLM config: https://docs.litellm.ai/docs/proxy/config_settings */
const LITELLM: ReadonlySet<string> = new Set([
  'model_list',
  'litellm_params',
  'litellm_settings',
  'general_settings',
  'router_settings',
]);

/** One problem for all unknown top-level keys that are LiteLLM's; undefined if there are none. */
export function litellmKey(keys: readonly string[]): Finding | undefined {
  const key = keys.find((name) => LITELLM.has(name));
  if (key === undefined) return undefined;
  return {
    path: [key],
    message: `is a key of a LiteLLM config (how to migrate it: ${pageUrl('migrate.md#from-litellm')})`,
  };
}

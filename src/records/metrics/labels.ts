/** What the labels of metrics mean, for the docs. Their values come from the config and from tables, never from clients. */
export const LABELS: Readonly<Record<string, string>> = {
  alias: 'The alias as the config has it; a wildcard stays `openai/*`. Empty where a request has none.',
  backend: 'The backend as the config names it. Empty where none was asked.',
  model: 'The model as the config has it; behind a wildcard it is `*`. Empty where no backend was asked.',
  caller:
    'The name of the key in `keys`, `proxy` for `proxy_api_key`, `admin` for `admin.api_key`; `anonymous` where the gateway has no key.',
  status: 'The HTTP status that the client got; 499 where it left first.',
  stream: '`true` where the client asked for a stream.',
  outcome: 'What came of it: see the two tables below.',
  from: 'Where it failed: a backend (L1; `backend/model` where the backend is the same) or an alias (L2).',
  to: 'Where it went on, in the same form.',
  level: '`L1`: another route of the alias. `L2`: another alias.',
  reason: 'The code of the refusal, of [errors.md](errors.md#codes-that-the-gateway-itself-answers-with).',
  type: '`prompt`, `completion`, `cached` (of the prompt tokens) or `reasoning` (of the completion tokens).',
  team: 'The team of the key, as the config or whoever made it has named it. Empty where it has none.',
  class:
    'What is priced alike: `input` (uncached), `cache_read`, `cache_write_5m`, `cache_write_1h`, `output`, `reasoning`, `audio_input`, `audio_output`, `image_input` or `image_output`.',
  result:
    'Of a reload `success`, or `failure`: the new config is invalid and the old one stays. Of a hedge `won`, `lost` (the first attempt was faster, or the request ended) or `failed`.',
  budget:
    'The budget of the config, by whose it is and what it is called: `key:ci/usd-day`, `team:platform/main`, `model:gpt-5/usd-month`, `all/main`.',
  unit: 'What it counts: `usd`, `tokens` or `requests`.',
  mode: '`hard`, `soft` or `observe`.',
  version: 'The version of llm-proxy.',
  bun: 'The version of Bun inside.',
  platform: 'The operating system, as Node.js calls it.',
  arch: 'The processor, as Node.js calls it.',
};

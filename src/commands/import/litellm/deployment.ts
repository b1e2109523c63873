import { limitsOf } from './backend-limits.ts';
import { baseOf } from './api-address.ts';
import type { Notes } from './notes.ts';
import { placeOf, PLACE_SETTINGS } from './place-settings.ts';
import { providerOf, type Provider } from './providers.ts';
import { numberOf, sectionOf, textOf, type Section } from './read-source.ts';
import type { Reading } from './reading.ts';

/** An entry of `model_list`, as a backend and a route to it. */
export interface Deployment {
  readonly alias: string;
  /** A backend but for its name; the same one for all that may share it. */
  readonly backend: Readonly<Record<string, unknown>>;
  /** What the backend is called if nobody else is. */
  readonly wish: string;
  readonly model: string;
  readonly priority: number | undefined;
  /** How much of the load it gets, by what LiteLLM looks at, in its order. */
  readonly shares: { readonly [By in Share]: number | undefined };
  /** Where prices of it may stand. */
  readonly priced: readonly Section[];
  readonly from: string;
}

/** What `simple-shuffle` shares the load by: the first of these that is set. */
export const SHARES = ['weight', 'rpm', 'tpm'] as const;
type Share = (typeof SHARES)[number];

/** Reads an entry of `model_list`; undefined where nothing here is like it, which the notes say. */
export function deploymentOf(entry: unknown, index: number, reading: Reading): Deployment | undefined {
  const { notes, values } = reading;
  const whole = sectionOf(entry);
  const params = sectionOf(whole['litellm_params']);
  const alias = textOf(whole['model_name']);
  const named = textOf(params['model']);
  const from = `model_list[${index}]${alias === undefined ? '' : ` ${alias}`}`;
  if (alias === undefined || named === undefined) {
    notes.not(from, 'has no `model_name` or no `litellm_params.model`: nothing can be asked of it');
    return undefined;
  }
  const custom = textOf(params['custom_llm_provider']);
  const provider = providerOf(values.plain(named) ?? named, custom);
  const problem = refusalOf({ alias, named, params, provider });
  if (provider === undefined || problem !== undefined) {
    notes.not(from, problem ?? 'cannot be asked');
    return undefined;
  }
  const where = placeOf({ params, from, ...provider }, reading);
  const backend = { ...where.settings, ...limitsOf(params, { from, model: where.model }, reading) };
  notes.exactly(
    from,
    `\`models\` and a backend${provider.provider.note === undefined ? '' : `; ${provider.provider.note}`}`,
  );
  tellRest(whole, params, from, notes);
  return {
    alias,
    backend,
    wish: wishOf(provider, where.settings['url']),
    model: where.model,
    priority: numberOf(params['order']),
    shares: {
      weight: numberOf(params['weight']),
      rpm: shareOf('rpm', whole, params),
      tpm: shareOf('tpm', whole, params),
    },
    priced: [sectionOf(whole['model_info']), params],
    from,
  };
}

/** What a backend is called: its vendor, or the host of a server of its own. */
function wishOf({ prefix, provider }: NonNullable<Asked['provider']>, url: unknown): string {
  const host =
    typeof url === 'string' && provider.vendor !== 'azure' ? URL.parse(url)?.hostname.split('.')[0] : undefined;
  const isName = host !== undefined && /^[a-z][\w-]*$/.test(host) && host !== 'api';
  return isName ? host : (provider.vendor ?? prefix.replaceAll(/[^\w.-]/g, '-'));
}

interface Asked {
  readonly alias: string;
  readonly named: string;
  readonly params: Section;
  readonly provider: { readonly prefix: string; readonly model: string; readonly provider: Provider } | undefined;
}

/** Why it cannot be taken, and what to do; undefined if it can. */
function refusalOf({ alias, named, params, provider }: Asked): string | undefined {
  if (provider === undefined) {
    const prefix = named.includes('/') ? named.slice(0, named.indexOf('/')) : named;
    if (named === '*')
      return 'stands for every provider at once: make an alias for each, such as `openai/*` with `model: "*"`';
    return `the provider \`${prefix.slice(0, 40)}\` is not known here: if it speaks OpenAI's dialect, add a backend with its \`url\``;
  }
  if (provider.model === '') return 'names a provider and no model: name the deployment or model that it stands for';
  if (alias.includes('*') && alias.indexOf('*') < alias.length - 1)
    return 'has a `*` that is not at the end: make aliases that end in `*`, or one for each model';
  if (provider.model.includes('*') && !alias.endsWith('*'))
    return 'asks for many models under one name: let the alias end in `*`, or name one model';
  if (provider.model.split('*').length > 2) return 'has more than one `*` in `model`: use one at most';
  const { vendor, url } = provider.provider;
  if (vendor === undefined && url === undefined && baseOf(params) === undefined)
    return 'has no `api_base`: add a backend with the `url` of the server';
  return undefined;
}

function shareOf(name: Share, whole: Section, params: Section): number | undefined {
  return numberOf(params[name]) ?? numberOf(whole[name]);
}

const READ: ReadonlySet<string> = new Set(
  'model custom_llm_provider api_base base_url api_key organization headers extra_headers order weight rpm tpm max_parallel_requests timeout stream_timeout'
    .split(' ')
    .concat(PLACE_SETTINGS),
);

/** What to do about settings that have no counterpart. */
const INSTEAD: Readonly<Record<string, string>> = {
  max_retries: '`fallback.max_retries` counts for all backends alike',
  num_retries: '`fallback.max_retries` counts for all backends alike',
  cooldown_time: '`fallback.cooldown_seconds` counts for all backends alike',
  drop_params: 'not needed: what a dialect cannot carry is left out, and `x-llm-proxy-dropped` names it',
  additional_drop_params: 'not needed where a vendor refuses a field: its quirks are known',
  tags: 'routing by tags: make an alias for each',
  region_name: 'routing by region: make an alias for each',
  max_budget: 'a budget of a deployment: set `budgets` of the alias',
  budget_duration: 'a budget of a deployment: set `budgets` of the alias',
  mock_response: 'an answer that is made up: use the `demo:` backend',
  mock_timeout: 'an answer that is made up: use the `demo:` backend',
  use_in_pass_through: '`passthrough` says which backend has the rest of an API',
};

function tellRest(whole: Section, params: Section, from: string, notes: Notes): void {
  for (const name of Object.keys(params)) {
    if (READ.has(name) || /cost|price/.test(name)) continue;
    const other = OF_PLACE.test(name) ? 'has no counterpart: config.md has what a backend can be told' : undefined;
    notes.not(`${from} ${name}`, INSTEAD[name] ?? other ?? 'a default of the request: let the client send it');
  }
  const info = Object.keys(sectionOf(whole['model_info'])).filter((name) => !/cost|^base_model$/.test(name));
  for (const name of info) {
    const text = ACCESS.test(name)
      ? 'who may use it: name the alias in `models` of keys and teams'
      : 'informs about the model: nothing to do';
    notes.not(`${from} model_info.${name}`, text);
  }
}

/** Other ways to say where a model is, and who asks. */
const OF_PLACE = /^(?:aws|azure|vertex|s3|gcs)_|^(?:tenant|client)_|credential/;
const ACCESS = /access_group|team_/;

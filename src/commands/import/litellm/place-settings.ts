import { baseOf, urlOf } from './api-address.ts';
import type { Provider } from './providers.ts';
import { textOf, type Section } from './read-source.ts';
import type { Reading } from './reading.ts';

/** Settings that say where a model is and with what key. */
export const PLACE_SETTINGS: readonly string[] =
  'api_version azure_ad_token vertex_project vertex_location vertex_credentials aws_region_name aws_access_key_id aws_secret_access_key aws_session_token aws_bedrock_runtime_endpoint'.split(
    ' ',
  );

interface Asked {
  readonly params: Section;
  readonly from: string;
  readonly prefix: string;
  readonly model: string;
  readonly provider: Provider;
}

/** Where a model is asked, as the settings of a backend, and what it is called there. */
export interface Place {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly model: string;
}

/** Reads where a deployment is. */
export function placeOf(asked: Asked, reading: Reading): Place {
  const { provider, params, from } = asked;
  if (provider.vendor === 'bedrock') return bedrock(asked, reading);
  if (provider.vendor === 'vertex') return vertex(asked, reading);
  if (provider.vendor === 'azure') return azure(asked, reading);
  const url = urlOf(params, provider, from, reading);
  // A server of OpenAI's dialect is not OpenAI: what else it has is told by its host.
  const isElsewhere = provider.vendor === 'openai' && url !== undefined;
  const settings = {
    ...(provider.vendor === undefined || isElsewhere ? {} : { vendor: provider.vendor }),
    ...(url === undefined ? {} : { url }),
    ...keyOf(asked, reading),
  };
  return { settings, model: asked.model.replace(BRIDGE, '') };
}

/** Says to LiteLLM which API of OpenAI's to use; here that is up to the client. */
const BRIDGE = /^responses\//;

/** The key; where the config has none, LiteLLM takes it from the provider's variable. */
function keyOf({ params, from, prefix, provider }: Asked, { values }: Reading): { api_key?: string } {
  const wish = provider.envKey ?? `${prefix.toUpperCase().replaceAll(/\W/g, '_')}_API_KEY`;
  const given = params['api_key'];
  if (baseOf(params) !== undefined && values.isNoKey(given)) return {};
  const own = values.secret(given, `${from} api_key`, wish);
  if (own !== undefined) return { api_key: own };
  // A server of one's own gets no key that is meant for the provider.
  return provider.envKey === undefined || baseOf(params) !== undefined ? {} : { api_key: `\${${provider.envKey}}` };
}

function azure(asked: Asked, reading: Reading): Place {
  const { params, from, provider } = asked;
  const { notes, values } = reading;
  const version = values.plain(params['api_version']);
  const token = values.secret(params['azure_ad_token'], `${from} azure_ad_token`, 'AZURE_AD_TOKEN');
  if (token !== undefined) notes.nearly(`${from} azure_ad_token`, 'a header of the backend: the token is fixed');
  const url = urlOf(params, provider, from, reading) ?? '${AZURE_API_BASE}';
  // The v1 API, which is used without a version, has no place for deployments in its path.
  if (version === undefined)
    notes.nearly(`${from} api_version`, 'none is set: the v1 API is used, in which deployments are models');
  const settings = {
    vendor: 'azure',
    url,
    ...(version === undefined ? {} : { api_version: version }),
    ...(token === undefined ? keyOf(asked, reading) : { headers: { Authorization: `Bearer ${token}` } }),
  };
  return { settings, model: asked.model.replace(/^(?:responses|o_series|gpt5_series)\//, '') };
}

/** LiteLLM's own default: https://docs.litellm.ai/docs/providers/vertex */
const VERTEX_LOCATION = '${VERTEXAI_LOCATION:-us-central1}';

function vertex({ params, from, model }: Asked, { notes, values }: Reading): Place {
  const given = textOf(params['vertex_credentials']);
  const settings = {
    vendor: 'vertex',
    project: values.plain(params['vertex_project']) ?? '${VERTEXAI_PROJECT}',
    location: values.plain(params['vertex_location']) ?? VERTEX_LOCATION,
    credentials: credentialsOf(given, from, { notes, values }),
  };
  return { settings, model };
}

function credentialsOf(given: string | undefined, from: string, { notes, values }: Reading): string {
  if (given === undefined) {
    notes.nearly(
      `${from} vertex_credentials`,
      'none is set: the file that GOOGLE_APPLICATION_CREDENTIALS names is used; without one set `api_key` to an access token',
    );
    return 'file:${GOOGLE_APPLICATION_CREDENTIALS}';
  }
  if (given.startsWith('{')) return values.secret(given, `${from} vertex_credentials`, 'VERTEX_CREDENTIALS') ?? '';
  const text = values.plain(given) ?? '';
  if (!text.startsWith('${')) return `file:${text}`;
  notes.nearly(
    `${from} vertex_credentials`,
    'the variable holds the JSON; if it holds a path, write `file:` before it',
  );
  return text;
}

/** LiteLLM's own default: https://docs.litellm.ai/docs/providers/bedrock */
const AWS_REGION = '${AWS_REGION:-us-west-2}';
const REGION = /^[a-z]{2}(?:-gov)?-[a-z]+-\d$/;

function bedrock({ params, from, model }: Asked, { notes, values }: Reading): Place {
  const parts = model.replace(/^(?:converse|converse_like|invoke)\//, '').split('/');
  const inModel = REGION.test(parts[0] ?? '') ? parts.shift() : undefined;
  if (parts.length > 1 && /commitment/.test(parts[0] ?? '')) parts.shift();
  const key = values.secret(params['aws_access_key_id'], `${from} aws_access_key_id`, 'AWS_ACCESS_KEY_ID');
  const secret = values.secret(
    params['aws_secret_access_key'],
    `${from} aws_secret_access_key`,
    'AWS_SECRET_ACCESS_KEY',
  );
  const session = values.secret(params['aws_session_token'], `${from} aws_session_token`, 'AWS_SESSION_TOKEN');
  const bearer = values.secret(params['api_key'], `${from} api_key`, 'AWS_BEARER_TOKEN_BEDROCK');
  const endpoint = values.plain(params['aws_bedrock_runtime_endpoint']);
  if (key === undefined && bearer === undefined)
    notes.nearly(`${from} credentials`, 'none are set: those of the usual AWS variables sign the requests');
  const settings = {
    vendor: 'bedrock',
    ...(endpoint === undefined ? {} : { url: endpoint }),
    region: values.plain(params['aws_region_name']) ?? inModel ?? AWS_REGION,
    ...(bearer === undefined ? {} : { api_key: bearer }),
    ...(key === undefined || secret === undefined ? {} : { access_key_id: key, secret_access_key: secret }),
    ...(session === undefined ? {} : { session_token: session }),
  };
  return { settings, model: parts.join('/') };
}

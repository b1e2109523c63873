import type { ConfigValues } from '../config-text.ts';
import { aliasesOf } from './aliases.ts';
import { BackendList } from './backend-list.ts';
import { deploymentOf } from './deployment.ts';
import { generalOf, keepsBodies } from './general-settings.ts';
import { Notes } from './notes.ts';
import { providerOf } from './providers.ts';
import { listOf, readSource, sectionOf, textOf, UnreadableSource, type Section } from './read-source.ts';
import { routingOf } from './routing-settings.ts';
import { Values, type NeededVariable } from './values.ts';

/** What came of another gateway's config. */
export interface Converted {
  readonly config: ConfigValues;
  readonly notes: Notes;
  /** Those that have to be set, for secrets that stand in the file as text. */
  readonly variables: readonly NeededVariable[];
}

/** LiteLLM's port, unless it is told another. */
const LISTEN = ':4000';

/** What to do about other sections. */
const INSTEAD: Readonly<Record<string, string>> = {
  include: 'other files: import each, and put them together',
  environment_variables: 'set them in the environment of the gateway',
  guardrails: 'there are no guardrails: keep a service of your own in front',
  mcp_servers: 'there is no MCP gateway',
  files_settings: 'files and batches go to the backend of the alias that a request names, or `passthrough`',
  finetune_settings: '`passthrough` passes fine-tuning through to one backend',
  assistant_settings: '`passthrough` passes assistants through to one backend',
  callback_settings: 'callbacks: `/metrics` (Prometheus) and the log have what they tell',
};

const DONE = new Set(['credential_list', 'model_list', 'router_settings', 'litellm_settings', 'general_settings']);

/** Converts the text of LiteLLM's config. Throws an UnreadableSource for what is none. */
export function convertLiteLlm(text: string): Converted {
  const source = readSource(text);
  const notes = new Notes();
  const values = new Values(namesIn(text, source));
  const credentials = credentialsIn(source);
  const deployments = listOf(source['model_list']).flatMap(
    (entry, index) => deploymentOf(withCredentials(entry, credentials), index, { notes, values }) ?? [],
  );
  if (deployments.length === 0)
    throw new UnreadableSource(`nothing of its \`model_list\` can be taken:\n${notes.of('not').join('\n')}`);
  const backends = new BackendList();
  const aliases = aliasesOf(deployments, backends, notes);
  const routing = routingOf(source, aliases, notes);
  const general = generalOf(source, { notes, values });
  for (const name of Object.keys(source)) {
    const isEmpty = source[name] === null || (textOf(source[name]) === undefined && isBare(source[name]));
    if (!DONE.has(name) && !isEmpty) notes.not(name, INSTEAD[name] ?? 'has no counterpart: leave it out');
  }
  const hasKey = general.proxy_api_key !== undefined || general.admin !== undefined;
  const config: ConfigValues = {
    ...(hasKey && { listen: LISTEN }),
    ...general,
    backends: backends.all,
    models: keepsBodies(source, { notes }) ? withBodies(aliases.models) : aliases.models,
    prices: aliases.prices,
    ...routing,
  };
  return { config, notes, variables: values.variables };
}

function withBodies(models: Readonly<Record<string, object>>): Record<string, object> {
  return Object.fromEntries(Object.entries(models).map(([name, model]) => [name, { log_bodies: 'all', ...model }]));
}

/** The variables that the file names, and those that providers' keys are read from where it has none. */
function namesIn(text: string, source: Section): Set<string> {
  const named = Array.from(text.matchAll(/os\.environ\/([A-Za-z_]\w*)/g), ([, name = '']) => name);
  const implied = listOf(source['model_list']).flatMap((entry) => {
    const params = sectionOf(sectionOf(entry)['litellm_params']);
    const found = providerOf(textOf(params['model']) ?? '', textOf(params['custom_llm_provider']));
    return textOf(params['api_key']) === undefined ? (found?.provider.envKey ?? []) : [];
  });
  return new Set([...named, ...implied]);
}

/** `credential_list`: settings of deployments under a name. */
function credentialsIn(source: Section): ReadonlyMap<unknown, Section> {
  return new Map(
    listOf(source['credential_list'])
      .map(sectionOf)
      .map((each) => [each['credential_name'], sectionOf(each['credential_values'])]),
  );
}

/** An entry of `model_list` with the settings of the credential that it names; its own come first. */
function withCredentials(entry: unknown, credentials: ReadonlyMap<unknown, Section>): Section {
  const whole = sectionOf(entry);
  const { litellm_credential_name: name, ...params } = sectionOf(whole['litellm_params']);
  const found = credentials.get(name);
  return found === undefined ? whole : { ...whole, litellm_params: { ...found, ...params } };
}

function isBare(value: unknown): boolean {
  return listOf(value).length === 0 && Object.keys(sectionOf(value)).length === 0;
}

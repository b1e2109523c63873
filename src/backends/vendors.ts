/** The config that the environment amounts to, as a config file would say it. */
export interface EnvironmentConfig {
  readonly backends: readonly { readonly name: string; readonly url: string; readonly api_key?: string }[];
  readonly models: Readonly<Record<string, { readonly routes: readonly EnvironmentRoute[] }>>;
}

/** A `*` at the end of an alias stands for what it matched in the route's model. */
export interface EnvironmentRoute {
  readonly backend: string;
  readonly model: string;
  readonly priority?: number;
}

/**
 * What is served without a config file: a backend for each provider whose key is in `env`, its models as `<name>/*` and
 * under their own names, and always the embedded demo. An empty key counts as none.
 */
export function environmentConfig(env: Readonly<Record<string, string | undefined>>): EnvironmentConfig {
  const found = VENDORS.flatMap(({ name, envKey, url, modelPrefixes }) => {
    const key = env[envKey]?.trim();
    return key ? [{ backend: { name, url, api_key: key }, modelPrefixes }] : [];
  });
  const models = found.flatMap(({ backend, modelPrefixes }) => [
    alias(`${backend.name}/*`, { backend: backend.name, model: '*' }),
    ...modelPrefixes.map((prefix) => alias(`${prefix}*`, { backend: backend.name, model: `${prefix}*` })),
  ]);
  return {
    backends: [...found.map(({ backend }) => backend), DEMO_BACKEND],
    models: Object.fromEntries([...models, ...DEMO_ALIASES]),
  };
}

/** A provider that speaks OpenAI's API, and how to know it by its key and its models. */
export interface Vendor {
  readonly name: string;
  /** The environment variable that its own documentation keeps the key in. */
  readonly envKey: string;
  /** Its base URL as OpenAI SDKs mean it. */
  readonly url: string;
  /** How the names of its own models begin; empty where it serves those of others. No prefix stands in two rows. */
  readonly modelPrefixes: readonly string[];
}

/** Every provider known by its key. */
export const VENDORS: readonly Vendor[] = [
  {
    name: 'openai',
    envKey: 'OPENAI_API_KEY',
    url: 'https://api.openai.com/v1',
    modelPrefixes: [
      'gpt-',
      'chatgpt-',
      'o1',
      'o3',
      'o4',
      'codex-',
      'computer-use-',
      'davinci-',
      'babbage-',
      'text-embedding-',
      'text-moderation-',
      'omni-moderation-',
      'dall-e-',
      'whisper-',
      'tts-',
    ],
  },
  {
    name: 'anthropic',
    envKey: 'ANTHROPIC_API_KEY',
    url: 'https://api.anthropic.com/v1',
    modelPrefixes: ['claude-'],
  },
  {
    name: 'gemini',
    envKey: 'GEMINI_API_KEY',
    url: 'https://generativelanguage.googleapis.com/v1beta/openai',
    modelPrefixes: ['gemini-', 'gemma-'],
  },
  { name: 'groq', envKey: 'GROQ_API_KEY', url: 'https://api.groq.com/openai/v1', modelPrefixes: [] },
  {
    name: 'mistral',
    envKey: 'MISTRAL_API_KEY',
    url: 'https://api.mistral.ai/v1',
    modelPrefixes: [
      'mistral-',
      'open-mistral-',
      'ministral-',
      'magistral-',
      'codestral-',
      'devstral-',
      'pixtral-',
      'voxtral-',
    ],
  },
  {
    name: 'deepseek',
    envKey: 'DEEPSEEK_API_KEY',
    url: 'https://api.deepseek.com/v1',
    modelPrefixes: ['deepseek-'],
  },
  { name: 'xai', envKey: 'XAI_API_KEY', url: 'https://api.x.ai/v1', modelPrefixes: ['grok-'] },
  { name: 'openrouter', envKey: 'OPENROUTER_API_KEY', url: 'https://openrouter.ai/api/v1', modelPrefixes: [] },
  { name: 'together', envKey: 'TOGETHER_API_KEY', url: 'https://api.together.xyz/v1', modelPrefixes: [] },
  { name: 'fireworks', envKey: 'FIREWORKS_API_KEY', url: 'https://api.fireworks.ai/inference/v1', modelPrefixes: [] },
  { name: 'cerebras', envKey: 'CEREBRAS_API_KEY', url: 'https://api.cerebras.ai/v1', modelPrefixes: [] },
  { name: 'perplexity', envKey: 'PERPLEXITY_API_KEY', url: 'https://api.perplexity.ai', modelPrefixes: ['sonar'] },
  {
    name: 'moonshot',
    envKey: 'MOONSHOT_API_KEY',
    url: 'https://api.moonshot.ai/v1',
    modelPrefixes: ['kimi-', 'moonshot-'],
  },
];

const DEMO_BACKEND = { name: 'demo', url: 'demo:' };

/** `demo-failover` lets a newcomer watch a backend fail and the next one serve. */
const DEMO_ALIASES = [
  ...['demo', 'demo-flaky', 'demo-slow', 'demo-stall', 'demo-cut', 'demo-fail-503', 'demo-fail-*'].map((name) =>
    alias(name, { backend: 'demo', model: name }),
  ),
  alias(
    'demo-failover',
    { backend: 'demo', model: 'demo-fail-503', priority: 1 },
    { backend: 'demo', model: 'demo', priority: 2 },
  ),
];

function alias(name: string, ...routes: EnvironmentRoute[]): [string, { routes: EnvironmentRoute[] }] {
  return [name, { routes }];
}

/** What a provider of LiteLLM's is here. */
export interface Provider {
  /** `backends[].vendor`; undefined: it speaks OpenAI's dialect, at `url` or `api_base`. */
  readonly vendor?: string;
  readonly url?: string;
  /** The variable that LiteLLM reads its key from where the config has none. */
  readonly envKey?: string;
  /** Where it is more than one thing here. */
  readonly note?: string;
  /** What LiteLLM adds to `api_base` and the base URL here has already. */
  readonly suffix?: string;
}

const NO_CHAT = 'completions of LiteLLM are asked for at `/v1/completions` here, and nothing is rewritten';

/** By the prefix of `model`. The variables are those of LiteLLM's documentation of providers. */
export const PROVIDERS: Readonly<Record<string, Provider>> = {
  openai: { vendor: 'openai', envKey: 'OPENAI_API_KEY' },
  'text-completion-openai': { vendor: 'openai', envKey: 'OPENAI_API_KEY', note: NO_CHAT },
  azure: { vendor: 'azure', envKey: 'AZURE_API_KEY' },
  azure_text: { vendor: 'azure', envKey: 'AZURE_API_KEY', note: NO_CHAT },
  azure_ai: { vendor: 'azure', envKey: 'AZURE_AI_API_KEY', note: 'check the `url` of the backend in the Azure portal' },
  anthropic: { vendor: 'anthropic', envKey: 'ANTHROPIC_API_KEY', suffix: '/v1' },
  bedrock: { vendor: 'bedrock' },
  bedrock_converse: { vendor: 'bedrock' },
  vertex_ai: { vendor: 'vertex' },
  vertex_ai_beta: { vendor: 'vertex' },
  gemini: { vendor: 'gemini', envKey: 'GEMINI_API_KEY' },
  groq: { vendor: 'groq', envKey: 'GROQ_API_KEY' },
  mistral: { vendor: 'mistral', envKey: 'MISTRAL_API_KEY' },
  codestral: { vendor: 'mistral', url: 'https://codestral.mistral.ai/v1', envKey: 'CODESTRAL_API_KEY' },
  deepseek: { vendor: 'deepseek', envKey: 'DEEPSEEK_API_KEY' },
  xai: { vendor: 'xai', envKey: 'XAI_API_KEY' },
  together_ai: { vendor: 'together', envKey: 'TOGETHERAI_API_KEY' },
  fireworks_ai: { vendor: 'fireworks', envKey: 'FIREWORKS_AI_API_KEY' },
  perplexity: { vendor: 'perplexity', envKey: 'PERPLEXITYAI_API_KEY' },
  openrouter: { vendor: 'openrouter', envKey: 'OPENROUTER_API_KEY' },
  cerebras: { vendor: 'cerebras', envKey: 'CEREBRAS_API_KEY' },
  cohere: { vendor: 'cohere', envKey: 'COHERE_API_KEY' },
  cohere_chat: { vendor: 'cohere', envKey: 'COHERE_API_KEY' },
  moonshot: { vendor: 'moonshot', envKey: 'MOONSHOT_API_KEY' },
  minimax: { vendor: 'minimax', envKey: 'MINIMAX_API_KEY' },
  dashscope: { vendor: 'qwen', envKey: 'DASHSCOPE_API_KEY' },
  zai: { vendor: 'zhipu', envKey: 'ZAI_API_KEY' },
  siliconflow: { vendor: 'siliconflow', envKey: 'SILICONFLOW_API_KEY' },
  ollama: { vendor: 'ollama', suffix: '/v1' },
  ollama_chat: { vendor: 'ollama', suffix: '/v1' },
  lm_studio: { vendor: 'lmstudio' },
  hosted_vllm: { vendor: 'vllm' },
  vllm: { vendor: 'vllm' },
  custom_openai: {},
  openai_like: {},
  litellm_proxy: { envKey: 'LITELLM_PROXY_API_KEY' },
  llamafile: {},
  databricks: { envKey: 'DATABRICKS_API_KEY' },
  nvidia_nim: { url: 'https://integrate.api.nvidia.com/v1', envKey: 'NVIDIA_NIM_API_KEY' },
  deepinfra: { url: 'https://api.deepinfra.com/v1/openai', envKey: 'DEEPINFRA_API_KEY' },
  sambanova: { url: 'https://api.sambanova.ai/v1', envKey: 'SAMBANOVA_API_KEY' },
  novita: { url: 'https://api.novita.ai/v3/openai', envKey: 'NOVITA_API_KEY' },
  nebius: { url: 'https://api.studio.nebius.ai/v1', envKey: 'NEBIUS_API_KEY' },
};

/** Vendors that tell their models apart by name, as LiteLLM does where `model` has no prefix. */
const BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'vertex_ai'],
  [/^command-/, 'cohere'],
  [/^(?:gpt-|o\d|chatgpt-|text-embedding-|dall-e|tts-|whisper|davinci|babbage|omni-moderation|ft:)/, 'openai'],
];

/** The provider of a `model` and the model's own name; undefined: nobody that the gateway can ask. */
export function providerOf(
  model: string,
  custom: string | undefined,
): { readonly prefix: string; readonly model: string; readonly provider: Provider } | undefined {
  if (custom !== undefined)
    return found(custom, model.startsWith(`${custom}/`) ? model.slice(custom.length + 1) : model);
  const slash = model.indexOf('/');
  const prefix = slash < 0 ? (BY_NAME.find(([form]) => form.test(model))?.[1] ?? 'openai') : model.slice(0, slash);
  return found(prefix, slash < 0 ? model : model.slice(slash + 1));
}

function found(prefix: string, model: string) {
  const provider = Object.hasOwn(PROVIDERS, prefix) ? PROVIDERS[prefix] : undefined;
  return provider === undefined ? undefined : { prefix, model, provider };
}

import { setVariables, type Tool } from './tool.ts';

/** Programs that people work with, as docs/clients.md has them. */
export const CLIENT_TOOLS: readonly Tool[] = [
  {
    name: 'claude-code',
    title: 'Claude Code',
    group: 'agent',
    dialect: 'messages',
    usesVariable: false,
    note: 'claude',
    snippets: ({ origin, key, model, system }) => [
      {
        title: 'terminal',
        text: `${setVariables(system, { ANTHROPIC_BASE_URL: origin, ANTHROPIC_AUTH_TOKEN: key })}\nclaude --model ${model}`,
      },
      {
        title: '~/.claude/settings.json',
        text: json({ env: { ANTHROPIC_BASE_URL: origin, ANTHROPIC_AUTH_TOKEN: key, ANTHROPIC_MODEL: model } }),
      },
    ],
  },
  {
    name: 'codex',
    title: 'Codex',
    group: 'agent',
    dialect: 'responses',
    usesVariable: true,
    note: 'codex',
    snippets: ({ origin, model }) => [
      {
        title: '~/.codex/config.toml',
        text: `model = ${JSON.stringify(model)}
model_provider = "llm-proxy"

[model_providers.llm-proxy]
name = "llm-proxy"
base_url = "${origin}/v1"
env_key = "LLM_PROXY_KEY"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1`,
      },
      { title: 'terminal', text: 'codex' },
    ],
  },
  {
    name: 'gemini-cli',
    title: 'Gemini CLI',
    group: 'agent',
    dialect: 'gemini',
    usesVariable: false,
    snippets: ({ origin, key, model, system }) => [
      { title: '~/.gemini/settings.json', text: json({ security: { auth: { selectedType: 'gemini-api-key' } } }) },
      {
        title: 'terminal',
        text: `${setVariables(system, { GOOGLE_GEMINI_BASE_URL: origin, GEMINI_API_KEY: key })}\ngemini -m ${model}`,
      },
    ],
  },
  {
    name: 'opencode',
    title: 'opencode',
    group: 'agent',
    dialect: 'chat',
    usesVariable: true,
    snippets: ({ origin, model }) => [
      {
        title: 'opencode.json',
        text: json({
          $schema: 'https://opencode.ai/config.json',
          provider: {
            'llm-proxy': {
              npm: '@ai-sdk/openai-compatible',
              name: 'llm-proxy',
              options: { baseURL: `${origin}/v1`, apiKey: '{env:LLM_PROXY_KEY}' },
              models: { [model]: { name: model } },
            },
          },
        }),
      },
    ],
  },
  {
    name: 'cursor',
    title: 'Cursor',
    group: 'agent',
    dialect: 'chat',
    usesVariable: false,
    note: 'cursor',
    snippets: ({ origin, key, model }) => [
      { title: 'OpenAI API Key', text: key },
      { title: 'Override OpenAI Base URL', text: `${origin}/v1` },
      { title: 'Add model', text: model },
    ],
  },
  {
    name: 'cline',
    title: 'Cline, Roo Code',
    group: 'agent',
    dialect: 'chat',
    usesVariable: false,
    note: 'cline',
    snippets: ({ origin, key, model }) => [
      { title: 'API Provider', text: 'OpenAI Compatible' },
      { title: 'Base URL', text: `${origin}/v1` },
      { title: 'API Key', text: key },
      { title: 'Model ID', text: model },
    ],
  },
  {
    name: 'continue',
    title: 'Continue',
    group: 'agent',
    dialect: 'chat',
    usesVariable: false,
    snippets: ({ origin, key, model }) => [
      {
        title: '~/.continue/config.yaml',
        text: `name: llm-proxy
version: 0.0.1
schema: v1
models:
  - name: ${JSON.stringify(model)}
    provider: openai
    model: ${JSON.stringify(model)}
    apiBase: ${origin}/v1
    apiKey: \${{ secrets.LLM_PROXY_KEY }}
    roles: [chat, edit, apply]`,
      },
      { title: '~/.continue/.env', text: `LLM_PROXY_KEY=${key}` },
    ],
  },
  {
    name: 'open-webui',
    title: 'Open WebUI',
    group: 'app',
    dialect: 'chat',
    usesVariable: true,
    note: 'container',
    snippets: ({ origin, system }) => {
      const key = { unix: '$LLM_PROXY_KEY', powershell: '$env:LLM_PROXY_KEY', cmd: '%LLM_PROXY_KEY%' }[system];
      const next = { unix: ' \\\n  ', powershell: ' `\n  ', cmd: ' ^\n  ' }[system];
      const parts = [
        'docker run -p 3000:8080 --add-host=host.docker.internal:host-gateway',
        `-e OPENAI_API_BASE_URL=${fromContainer(origin)}/v1 -e OPENAI_API_KEY="${key}"`,
        'ghcr.io/open-webui/open-webui:main',
      ];
      return [{ title: 'terminal', text: parts.join(next) }];
    },
  },
  {
    name: 'librechat',
    title: 'LibreChat',
    group: 'app',
    dialect: 'chat',
    usesVariable: false,
    note: 'container',
    snippets: ({ origin, key, model }) => [
      {
        title: 'librechat.yaml',
        text: `version: 1.3.17 # that of your LibreChat's example
endpoints:
  custom:
    - name: llm-proxy
      apiKey: '\${LLM_PROXY_KEY}'
      baseURL: ${fromContainer(origin)}/v1
      models:
        default: [${JSON.stringify(model)}]
        fetch: true
      titleConvo: true
      titleModel: ${JSON.stringify(model)}`,
      },
      { title: '.env', text: `LLM_PROXY_KEY=${key}` },
    ],
  },
];

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** This machine, as a container on it calls it. */
function fromContainer(origin: string): string {
  const url = new URL(origin);
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return isLocal ? `${url.protocol}//host.docker.internal${url.port === '' ? '' : `:${url.port}`}` : origin;
}

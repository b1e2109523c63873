import type { VendorNotes } from '../notes.ts';

/** What is noted of vLLM. */
export const vllm: VendorNotes = {
  vendor: 'vllm',
  upstream: {
    text: 'Chat completions for every model, which all versions have. Clients of Responses and Messages reach those as they are.',
    sources: [
      {
        url: 'https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py',
        date: '2026-11-29',
      },
    ],
  },
  thinking: {
    text: 'By switches of chat templates, `chat_template_kwargs: {enable_thinking, thinking}`; each template takes its own. `reasoning_effort` low, medium, high as well, because older versions refuse other values. GPT-OSS takes the effort only and cannot be turned off. Mistral\'s tokenizers refuse `chat_template_kwargs` ("chat_template is not supported for Mistral tokenizers") and take none or high. `include_reasoning: false` hides.',
    sources: [
      { url: 'https://docs.vllm.ai/en/latest/features/reasoning_outputs.html', date: '2026-11-29' },
      {
        url: 'https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py',
        date: '2026-11-29',
      },
    ],
  },
  thoughtsBack: {
    text: "May come back in `reasoning` of the assistant's message, where the template shows them; newer versions ignore `reasoning_content`. They are sent.",
    sources: [
      { url: 'https://github.com/vllm-project/vllm/issues/38488', date: '2026-03-29' },
      { url: 'https://github.com/vllm-project/vllm/issues/27755', date: '2026-11-29' },
    ],
  },
  refuses: {
    text: "No documents and no custom tools. Templates such as Qwen's refuse system messages after the first, so they go first. Mistral's tokenizers want call ids of nine letters and digits, and refuse a user message right after a tool result.",
    sources: [
      {
        url: 'https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py',
        date: '2026-11-29',
      },
      { url: 'https://github.com/anomalyco/opencode/issues/16560', date: '2026-11-29' },
    ],
  },
  forcedTools: {
    text: 'By `required` or by name, enforced by a grammar; `auto` needs `--enable-auto-tool-choice`.',
    sources: [
      {
        url: 'https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py',
        date: '2026-11-29',
      },
    ],
  },
  strictSchemas: {
    text: 'A grammar enforces `json_schema`. `strict` in tools is accepted.',
    sources: [
      {
        url: 'https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py',
        date: '2026-11-29',
      },
    ],
  },
  stopWords: {
    text: 'Any number.',
    sources: [
      {
        url: 'https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py',
        date: '2026-11-29',
      },
    ],
  },
  contextTooLong: {
    text: '400, "This model\'s maximum context length is N tokens. However, you requested …", or "The decoder prompt (length K) is longer than the maximum model length of N."',
    sources: [{ url: 'https://github.com/vllm-project/vllm/blob/main/vllm/renderers/params.py', date: '2026-11-29' }],
  },
  quotaGone: { text: 'There is none.' },
  overloaded: {
    text: '503 or 429, where limits are set.',
    sources: [
      {
        url: 'https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py',
        date: '2026-11-29',
      },
    ],
  },
  usage: {
    text: 'In a last chunk of its own, with `stream_options.include_usage`; the option without `stream` is a 400.',
    sources: [
      {
        url: 'https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py',
        date: '2026-11-29',
      },
    ],
  },
  errorInSuccess: {
    text: 'A chunk `{error: {…}}`, of older versions without `error` around it, then `[DONE]`.',
    sources: [
      {
        url: 'https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/chat_completion/protocol.py',
        date: '2026-11-29',
      },
    ],
  },
};

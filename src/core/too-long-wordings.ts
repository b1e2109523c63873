import type { Wording } from './wording.ts';

/** Two projects that have collected them. */
const PI = 'https://github.com/earendil-works/pi/blob/main/packages/ai/src/utils/overflow.ts';
const LITELLM = 'https://github.com/BerriAI/litellm/blob/main/litellm/litellm_core_utils/exception_mapping_utils.py';

/**
 * The vendors' words for a conversation that is too long for the model, which most of them tell in words alone. The words
 * have to begin the message, where nothing of the prompt is quoted, and are as narrow as they can be: limits of an answer's
 * length, of bytes, of pictures and of tokens a minute are other things.
 */
export const TOO_LONG_WORDINGS: readonly Wording[] = (
  [
    // Also Azure, DeepSeek, vLLM, Together, Perplexity, OpenRouter ("This endpoint's …") and xAI ("… prompt length …").
    [
      'openai',
      /^This (?:model|endpoint)(?:'s)? maximum (?:context|prompt|input) length (?:is \d|has been exceeded)/i,
      'https://github.com/evalstate/fast-agent/issues/621',
      '2026-01',
    ],
    [
      'openai',
      /^(?:Your|The) input exceeds the (?:context window of this model|(?:model's )?(?:maximum )?context)/i,
      PI,
      '2026-03',
    ],
    ['openai', /^Input tokens exceed the configured limit of \d/i, LITELLM, '2026-06'],
    // Also Cerebras ("… Current length is 42328 while limit is 40000").
    [
      'groq',
      /^Please reduce the length of the (?:input )?(?:messages|prompt)/i,
      'https://github.com/cline/cline/issues/5140',
      '2025-07',
    ],
    // Vertex says the first words alone; Fireworks names both lengths.
    [
      'anthropic',
      /^(?:The )?prompt is too long(?:: \d+(?: tokens > \d|, model maximum context length: \d)|[.!]?$)/i,
      'https://github.com/RooCodeInc/Roo-Code/issues/5816',
      '2025-07',
    ],
    [
      'anthropic',
      /^input length and .?max_tokens.? exceed context limit: \d/i,
      'https://github.com/continuedev/continue/issues/6080',
      '2025-06',
    ],
    [
      'bedrock',
      /^Input is too long for (?:the )?requested model/i,
      'https://github.com/continuedev/continue/issues/6005',
      '2025-06',
    ],
    // Nova, and models that embed.
    [
      'bedrock',
      /^(?:Input Tokens Exceeded|Too many input tokens\. Max input tokens: \d)/i,
      'https://repost.aws/knowledge-center/bedrock-validation-exception-errors',
      '2026-03',
    ],
    [
      'bedrock',
      /^(?:#\/(?:inputText|prompt|messages|texts)[\w/]{0,40}: )?expected maxLength: \d+, actual: \d/i,
      LITELLM,
      '2026-06',
    ],
    ['google', /^The input token count(?: \(\d+\))? exceeds the maximum number of tokens allowed/i, PI, '2026-03'],
    [
      'vertex',
      /^(?:Unable to submit request because )?(?:the )?input token count is \d+ but (?:the )?model only supports up to \d/i,
      'https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/api-errors',
      '2026-03',
    ],
    [
      'mistral',
      /^Prompt contains \d+ tokens(?: and \d+ draft tokens)?,? too large for model with \d+ maximum context length/i,
      'https://docs.mistral.ai/resources/known-limitations',
      '2026-03',
    ],
    ['xai', /^\[input_too_large\]/i, 'https://github.com/UKGovernmentBEIS/inspect_ai/pull/5208', '2026-09'],
    [
      'cohere',
      /^too many tokens: (?:total number of tokens|size limit exceeded)/i,
      'https://github.com/cohere-ai/sandbox-topically/issues/4',
      '2022-11',
    ],
    [
      'together',
      /^The sum of .?inputs.? tokens and .?max_new_tokens.? must not exceed \d/i,
      'https://docs.together.ai/docs/error-codes',
      '2026-03',
    ],
    ['deepinfra', /^Requested input length \d+ exceeds maximum input length/i, PI, '2026-06'],
    [
      'sglang',
      /^The input(?: \(\d+ tokens\))? is longer than the model's context length/i,
      'https://github.com/QwenLM/Qwen3/issues/1321',
      '2025-04',
    ],
    ['sglang', /^Requested token count exceeds the model's maximum context length/i, PI, '2026-06'],
    // Also Volcengine, and Poolside by OpenRouter ("… maximum allowed input length …").
    [
      'sglang',
      /^Input length \(?\d+(?: tokens)?\)? exceeds (?:the )?(?:model's )?maximum (?:(?:allowed|context|input) )*length/i,
      'https://github.com/langgenius/dify/issues/32221',
      '2026-02',
    ],
    ['qwen', /^Range of input length should be \[/i, 'https://github.com/QwenLM/qwen-code/issues/98', '2025-07'],
    ['minimax', /^context window exceeds limit/i, 'https://github.com/MiniMax-AI/MiniMax-M2/issues/119', '2026-05'],
    ['moonshot', /^(?:Your request exceeded model token limit|Input token length too long)/i, PI, '2026-03'],
    // Also servers on MLX ("… maximum context length").
    [
      'zhipu',
      /^Prompt (?:exceeds max(?:imum)? (?:context )?length|\u8D85\u957F)/i,
      'https://github.com/zeroclaw-labs/zeroclaw/issues/4124',
      '2026-03',
    ],
    [
      'siliconflow',
      /^(?:length of prompt_tokens|max_total_tokens) \(\d+\) must be less than (?:or equal to )?max_seq_len/i,
      'https://github.com/chatboxai/chatbox/issues/2060',
      '2025-02',
    ],
    [
      'ollama',
      /^(?:the )?(?:prompt (?:is )?too long; exceeded|input length exceeds) (?:the )?(?:max(?:imum)? )?context length/i,
      PI,
      '2026-06',
    ],
    [
      'lmstudio',
      /^(?:The number of tokens to keep from the initial prompt is greater than the|Reached) context length/i,
      'https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/2205',
      '2026-07',
    ],
    [
      'lmstudio',
      /^(?:Trying to keep the first \d+ tokens when context the overflows|Cannot truncate prompt with n_keep \(\d+\) >= n_ctx)/i,
      'https://github.com/anomalyco/opencode/issues/11141',
      '2026-01',
    ],
    [
      'llama.cpp',
      /^(?:(?:the )?request(?: \(\d+ tokens\))? exceeds the available context size|Context size has been exceeded)/i,
      'https://github.com/charmbracelet/crush/issues/824',
      '2025-08',
    ],
    // Of what is embedded.
    [
      'llama.cpp',
      /^input(?: \(\d+ tokens\))? is too large to process\. increase the physical batch size/i,
      'https://github.com/ggml-org/llama.cpp/tree/master/tools/server',
      '2026-03',
    ],
    [
      'llama-cpp-python',
      /^Requested tokens \(\d+\) exceed context window of \d/i,
      'https://github.com/abetlen/llama-cpp-python/issues/416',
      '2023-06',
    ],
    // Prompt and answer together are too long, which a larger window mends.
    [
      'vllm',
      /^.?max_(?:completion_)?tokens.?(?: or .?max_completion_tokens.?)? is too large: \d+\. ?This model's maximum context length is \d/i,
      'https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/openai/serving_engine.py',
      '2025-11',
    ],
    [
      'vllm',
      /^You passed \d+ input (?:tokens|characters)[^.]{0,120}\. However, the model's context length is only \d/i,
      'https://github.com/vllm-project/vllm/blob/main/vllm/renderers/params.py',
      '2026-03',
    ],
    [
      'vllm',
      /^The (?:decoder |encoder )?prompt \((?:total )?length \d+\) is (?:longer than|too long to fit into) /i,
      'https://github.com/vllm-project/vllm/pull/12600',
      '2025-01',
    ],
    [
      'vllm',
      /^Input prompt \(\d+ tokens\) is too long and exceeds limit of \d/i,
      'https://github.com/vllm-project/vllm/issues/10440',
      '2024-11',
    ],
    // Also Together, which began with it.
    [
      'tgi',
      /^.?inputs.? (?:tokens \+ .?max_new_tokens.? must be <= \d|must have less than \d+ tokens)/i,
      'https://github.com/huggingface/huggingface_hub/issues/2763',
      '2025-01',
    ],
    [
      'copilot',
      /^prompt token count of \d+ exceeds the limit of \d/i,
      'https://github.com/jjleng/copilot-more/issues/35',
      '2025-03',
    ],
    [
      'replicate',
      /^Your input is too long\. Max input length is \d+ tokens/i,
      'https://github.com/run-llama/llama_index/issues/7974',
      '2023-10',
    ],
    ['ds4', /^Prompt has [\d,]+ tokens, but the configured context size is \d/i, PI, '2026-06'],
    [
      'tensorrt-llm',
      /^The sum of prompt length \([\d.]+\), query length \(\d+\) should not exceed max_num_tokens/i,
      'https://github.com/NVIDIA/TensorRT-LLM/issues/9277',
      '2025-11',
    ],
    [
      'tensorrt-llm',
      /^(?:Encountered an error when fetching new request: )?Prompt length \(\d+\) exceeds maximum input length \(\d/i,
      'https://github.com/triton-inference-server/tensorrtllm_backend/issues/565',
      '2024-08',
    ],
    [
      'watsonx',
      /^(?:Invalid input argument for Model '[\w./:-]{1,100}': )?the number of input tokens \d+ cannot exceed the total tokens limit \d/i,
      'https://github.com/agno-agi/agno',
      '2026-09',
    ],
    [
      'cloudflare',
      /^(?:\d{4}: )?(?:Ai(?:Error)?: )*The estimated number of input and maximum output tokens \(\d+\) exceeded this model context window limit/i,
      'https://github.com/anomalyco/opencode',
      '2026-09',
    ],
    [
      'volcengine',
      /^Total tokens of image and text exceed max message tokens/i,
      'https://github.com/bytedance/deer-flow/issues/583',
      '2025-09',
    ],
    ['baidu', /^Prompt tokens too long\b/i, 'https://cloud.baidu.com/doc/qianfan-api/s/Om9b4yj3w', '2026-03'],
    [
      'sambanova',
      /^Requested generation length \d+ is not possible! The provided prompt is \d+ tokens long/i,
      'https://github.com/cline/cline/issues/294',
      '2024-09',
    ],
    [
      'tabbyapi',
      /^(?:Prompt|Request) length \d+(?: \+ \d+)? is greater than max_seq_len \d/i,
      'https://github.com/SillyTavern/SillyTavern/issues/3543',
      '2025-02',
    ],
    // With the code of every bad parameter.
    [
      'zhipu',
      /^tokens in request more than max tokens allowed/i,
      'https://github.com/anomalyco/opencode/issues/27629',
      '2026-05',
    ],
    // Of what is embedded; Azure says the same.
    [
      'openai',
      /^Invalid '?input(?:\[\d+\])?'?: maximum input length is \d+ tokens/i,
      'https://platform.openai.com/docs/api-reference/embeddings/create',
      '2026-05',
    ],
    // A gateway that has judged it already.
    [
      'litellm',
      /^(?:litellm\.)?ContextWindowExceededError\b|^(?:maximum )?context[ _]length[ _]exceeded\b/i,
      'https://docs.litellm.ai/docs/exception_mapping',
      '2026-03',
    ],
  ] as const
).map(([vendor, begins, source, seen]) => ({ vendor, begins, source, seen, kind: 'context_length', status: 400 }));

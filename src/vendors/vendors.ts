import { anthropic } from './rows/anthropic.ts';
import { azure } from './rows/azure.ts';
import { bedrock } from './rows/bedrock.ts';
import { cerebras } from './rows/cerebras.ts';
import { cohere } from './rows/cohere.ts';
import { deepseek } from './rows/deepseek.ts';
import { fireworks } from './rows/fireworks.ts';
import { gemini } from './rows/gemini.ts';
import { groq } from './rows/groq.ts';
import { lmstudio } from './rows/lmstudio.ts';
import { minimax } from './rows/minimax.ts';
import { mistral } from './rows/mistral.ts';
import { moonshot } from './rows/moonshot.ts';
import { ollama } from './rows/ollama.ts';
import { openai } from './rows/openai.ts';
import { openrouter } from './rows/openrouter.ts';
import { perplexity } from './rows/perplexity.ts';
import { qwen } from './rows/qwen.ts';
import { siliconflow } from './rows/siliconflow.ts';
import { together } from './rows/together.ts';
import { vertex } from './rows/vertex.ts';
import { vllm } from './rows/vllm.ts';
import { xai } from './rows/xai.ts';
import { zhipu } from './rows/zhipu.ts';
import type { Vendor } from './vendor.ts';

/**
 * Every known provider, each with a file of its own in `rows/`. A provider with OpenAI's chat completions is a name, a
 * URL and the variable of its key. The provider documents what its row says (docs/vendors.md names the pages). Local
 * servers have further APIs from some version on, which the config has to ask for.
 */
export const VENDORS: readonly Vendor[] = [
  openai,
  azure,
  anthropic,
  gemini,
  vertex,
  bedrock,
  mistral,
  groq,
  deepseek,
  xai,
  cohere,
  together,
  fireworks,
  openrouter,
  cerebras,
  perplexity,
  moonshot,
  zhipu,
  qwen,
  minimax,
  siliconflow,
  ollama,
  vllm,
  lmstudio,
];

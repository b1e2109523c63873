import type { VendorNotes } from '../notes.ts';
import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import { bedrock } from './bedrock.ts';
import { cerebras } from './cerebras.ts';
import { cohere } from './cohere.ts';
import { fireworks } from './fireworks.ts';
import { gemini } from './gemini.ts';
import { groq } from './groq.ts';
import { lmstudio } from './lmstudio.ts';
import { mistral } from './mistral.ts';
import { ollama } from './ollama.ts';
import { openai } from './openai.ts';
import { openrouter } from './openrouter.ts';
import { perplexity } from './perplexity.ts';
import { together } from './together.ts';
import { vertex } from './vertex.ts';
import { vllm } from './vllm.ts';
import { xai } from './xai.ts';

/** What is noted of every vendor. */
export const NOTES: readonly VendorNotes[] = [
  anthropic,
  azure,
  bedrock,
  cerebras,
  cohere,
  fireworks,
  gemini,
  groq,
  lmstudio,
  mistral,
  ollama,
  openai,
  openrouter,
  perplexity,
  together,
  vertex,
  vllm,
  xai,
];

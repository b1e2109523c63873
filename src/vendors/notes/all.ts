import type { VendorNotes } from '../notes.ts';
import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import { bedrock } from './bedrock.ts';
import { deepseek } from './deepseek.ts';
import { gemini } from './gemini.ts';
import { minimax } from './minimax.ts';
import { moonshot } from './moonshot.ts';
import { openai } from './openai.ts';
import { perplexity } from './perplexity.ts';
import { qwen } from './qwen.ts';
import { siliconflow } from './siliconflow.ts';
import { vertex } from './vertex.ts';
import { xai } from './xai.ts';
import { zhipu } from './zhipu.ts';

/** What is noted of every vendor. */
export const NOTES: readonly VendorNotes[] = [
  anthropic,
  azure,
  bedrock,
  deepseek,
  gemini,
  minimax,
  moonshot,
  openai,
  perplexity,
  qwen,
  siliconflow,
  vertex,
  xai,
  zhipu,
];

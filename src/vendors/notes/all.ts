import type { VendorNotes } from '../notes.ts';
import { CEREBRAS } from './cerebras.ts';
import { COHERE } from './cohere.ts';
import { FIREWORKS } from './fireworks.ts';
import { GROQ } from './groq.ts';
import { LMSTUDIO } from './lmstudio.ts';
import { MISTRAL } from './mistral.ts';
import { OLLAMA } from './ollama.ts';
import { OPENROUTER } from './openrouter.ts';
import { TOGETHER } from './together.ts';
import { VLLM } from './vllm.ts';

/** What is noted of every vendor. */
export const NOTES: readonly VendorNotes[] = [
  CEREBRAS,
  COHERE,
  FIREWORKS,
  GROQ,
  LMSTUDIO,
  MISTRAL,
  OLLAMA,
  OPENROUTER,
  TOGETHER,
  VLLM,
];

import type { VendorNotes } from '../notes.ts';
import { anthropic } from './anthropic.ts';
import { azure } from './azure.ts';
import { bedrock } from './bedrock.ts';
import { gemini } from './gemini.ts';
import { openai } from './openai.ts';
import { perplexity } from './perplexity.ts';
import { vertex } from './vertex.ts';
import { xai } from './xai.ts';

/** What is noted of every vendor. */
export const NOTES: readonly VendorNotes[] = [anthropic, azure, bedrock, gemini, openai, perplexity, vertex, xai];

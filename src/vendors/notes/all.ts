import type { VendorNotes } from '../notes.ts';
import { DEEPSEEK } from './deepseek.ts';
import { MINIMAX } from './minimax.ts';
import { MOONSHOT } from './moonshot.ts';
import { QWEN } from './qwen.ts';
import { SILICONFLOW } from './siliconflow.ts';
import { ZHIPU } from './zhipu.ts';

/** What is noted of every vendor. */
export const NOTES: readonly VendorNotes[] = [DEEPSEEK, MOONSHOT, ZHIPU, QWEN, MINIMAX, SILICONFLOW];

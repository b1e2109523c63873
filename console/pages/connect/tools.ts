import type { Tool } from './tool.ts';
import { CLIENT_TOOLS } from './tools-clients.ts';
import { SDK_TOOLS } from './tools-sdks.ts';

/** All of them, in the order of the list. */
export const TOOLS: readonly Tool[] = [...SDK_TOOLS, ...CLIENT_TOOLS];

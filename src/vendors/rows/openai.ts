import { CHAT_AND_RESPONSES } from '../dialects.ts';
import { OPENAI } from '../openai-quirks.ts';
import type { Vendor } from '../vendor.ts';

export const openai: Vendor = {
  name: 'openai',
  envKey: 'OPENAI_API_KEY',
  endpoints: [
    {
      url: 'https://api.openai.com/v1',
      alsoAt: ['https://us.api.openai.com/v1', 'https://eu.api.openai.com/v1'],
      protocols: CHAT_AND_RESPONSES,
    },
  ],
  quirks: OPENAI,
  modelPrefixes: [
    'gpt-',
    'chatgpt-',
    'o1',
    'o3',
    'o4',
    'codex-',
    'computer-use-',
    'davinci-',
    'babbage-',
    'text-embedding-',
    'text-moderation-',
    'omni-moderation-',
    'dall-e-',
    'whisper-',
    'tts-',
  ],
};

import { wordsOf } from '../lib/language.ts';
import { en } from './en.ts';
import { zh } from './zh-CN.ts';

/** What every page says, in the language in use. */
export const words = wordsOf(en, zh);

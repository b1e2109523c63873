import { wordsOf } from '../../../lib/language.ts';
import { en } from './en.ts';
import { zh } from './zh-CN.ts';

export const words = wordsOf(en, zh);

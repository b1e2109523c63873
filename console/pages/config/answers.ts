import type { z } from 'zod';
import type { draftAnswer } from '../../../src/admin/config-schema.ts';

/** What there is to say of a draft. */
export type DraftAnswer = z.output<typeof draftAnswer>;

import { createHash } from 'node:crypto';
import type { Quirks } from '../../core/route.ts';
import { shortId } from '../shared/tools/generated-id.ts';
import { plainName } from '../shared/tools/names.ts';

/** A tool name in the form that OpenAI's chat completions take. */
export function toolName(name: string): string {
  return plainName(name, 64);
}

/** The id of a call in the form that the backend takes (see `Quirks.callIdLength`): nearly always the id itself. */
export function wireId(id: string, length: Quirks['callIdLength']): string {
  if (length === 9) return /^[A-Za-z0-9]{9}$/.test(id) ? id : hashOf(id).slice(0, 9);
  return length === undefined ? id : shortId(id, length);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

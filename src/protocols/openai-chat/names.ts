import { createHash } from 'node:crypto';
import type { Quirks } from '../../core/route.ts';
import { generatedId } from '../shared/tools/generated-id.ts';
import { hashedName } from '../shared/tools/names.ts';

/** OpenAI's limit: what is over it is refused. */
const MAX_NAME = 64;

/** A tool's name as chat completions take it: letters, digits, `_` and `-`. The same for the same name, always. */
export function wireName(name: string): string {
  return name.length <= MAX_NAME && /^[\w-]+$/.test(name) ? name : hashedName(name, /[^\w-]/g, MAX_NAME);
}

/** A call's id as the backend takes it (see `Quirks.callIdLength`): itself, nearly always. */
export function wireId(id: string, length: Quirks['callIdLength']): string {
  if (length === 9) return /^[A-Za-z0-9]{9}$/.test(id) ? id : hashOf(id).slice(0, 9);
  return length === undefined || id.length <= length ? id : generatedId(id);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { createHash } from 'node:crypto';
import type { Tool } from '../../core/conversation.ts';
import type { Quirks } from '../../core/route.ts';
import { madeUpId } from '../made-up-id.ts';

/** OpenAI's limits: what is over them is refused. */
const MAX_NAME = 64;
const HASH_CHARACTERS = 8;

/** A tool's name as chat completions take it: letters, digits, `_` and `-`. The same for the same name, always. */
export function wireName(name: string): string {
  if (name.length <= MAX_NAME && /^[\w-]+$/.test(name)) return name;
  const plain = name.replaceAll(/[^\w-]/g, '_').slice(0, MAX_NAME - HASH_CHARACTERS - 1);
  return `${plain}_${hashOf(name).slice(0, HASH_CHARACTERS)}`;
}

/** The tools' own names by those on the wire, where they differ. */
export function originalNames(tools: readonly Tool[]): ReadonlyMap<string, string> {
  return new Map(tools.flatMap(({ name }) => (wireName(name) === name ? [] : [[wireName(name), name]])));
}

/** A call's id as the backend takes it (see `Quirks.callIdLength`): itself, nearly always. */
export function wireId(id: string, length: Quirks['callIdLength']): string {
  if (length === 9) return /^[A-Za-z0-9]{9}$/.test(id) ? id : hashOf(id).slice(0, 9);
  return length === undefined || id.length <= length ? id : madeUpId(id);
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import type { Turn } from '../../core/conversation.ts';
import type { Part, TextPart } from '../../core/part.ts';
import { asString, asWord } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import { CallIds } from './call-ids.ts';
import { fieldsOf } from './camel-case.ts';
import { decodeParts, partsOf } from './decode-parts.ts';

/** Reads `contents`: a list, or a single content. */
export function decodeTurns(contents: unknown): Turn[] {
  const list = Array.isArray(contents) ? (contents as unknown[]) : [contents];
  const calls = new CallIds();
  const turns: { readonly role: Turn['role']; parts: Part[] }[] = [];
  for (const [at, content] of list.entries()) {
    const turn = turnFrom(content, Array.isArray(contents) ? `contents[${at}]` : 'contents', calls);
    const last = turns.at(-1);
    // Clients store a streamed answer as it came: a content, or a part, for each chunk.
    if (turn.role === 'assistant' && last?.role === 'assistant') for (const part of turn.parts) last.parts.push(part);
    else turns.push(turn);
  }
  return turns.map(({ role, parts }) => ({ role, parts: saidIn(role === 'assistant' ? joined(parts) : parts) }));
}

/** Joins texts, and thoughts, that follow each other. A signature ends the joined part. */
function joined(parts: readonly Part[]): Part[] {
  const list: Part[] = [];
  for (const part of parts) {
    const last = list.at(-1);
    if (last?.type === 'text' && part.type === 'text' && last.signature === undefined) {
      list[list.length - 1] = { ...part, text: last.text + part.text };
    } else if (last?.type === 'reasoning' && part.type === 'reasoning' && last.signature === undefined) {
      list[list.length - 1] = { ...part, text: last.text + part.text };
    } else {
      list.push(part);
    }
  }
  return list;
}

/** Leaves out empty texts, unless nothing else is left. */
function saidIn(parts: readonly Part[]): readonly Part[] {
  const said = parts.filter((part) => part.type !== 'text' || part.text !== '' || part.signature !== undefined);
  return said.length === 0 ? parts.slice(0, 1) : said;
}

/** Reads `systemInstruction`: texts in any wrapping. */
export function decodeSystem(value: unknown): TextPart[] {
  if (value === undefined || value === null) return [];
  const parts = typeof value === 'string' ? [{ text: value }] : partsOf(value, 'systemInstruction');
  return parts.map((part, at) => {
    const text = asString(fieldsOf(part)?.['text']);
    return text === undefined
      ? refuseField(`systemInstruction.parts[${at}]`, 'has to be a text')
      : { type: 'text', text };
  });
}

/** `function` is what older clients call the role that sends results. */
const ROLES: ReadonlyMap<string, Turn['role']> = new Map([
  ['user', 'user'],
  ['model', 'assistant'],
  ['function', 'user'],
]);

function turnFrom(value: unknown, path: string, calls: CallIds): { role: Turn['role']; parts: Part[] } {
  const role = ROLES.get(asWord(fieldsOf(value)?.['role']) ?? 'user');
  if (role === undefined) refuseField(`${path}.role`, 'has to be `user` or `model`');
  return { role, parts: decodeParts(value, { path, role, calls }) };
}

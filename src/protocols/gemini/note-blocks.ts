import { asIndex, asList, asObject } from '../../lib/json.ts';
import type { Blocks } from '../shared/stream/blocks.ts';
import { fieldsOf } from './camel-case.ts';
import { unwrapped } from './errors.ts';

/** Notes what a chunk says of the first candidate's blocks. Texts end where something else begins; calls mostly come whole. */
export function noteBlocks(event: unknown, _name: string | undefined, blocks: Blocks): void {
  for (const value of asList(fieldsOf(unwrapped(event))?.['candidates'])) {
    const candidate = fieldsOf(value);
    if (candidate === undefined || (asIndex(candidate['index']) ?? 0) !== 0) continue;
    const parts = asObject(candidate['content'])?.['parts'];
    for (const part of typeof parts === 'string' ? [{ text: parts }] : asList(parts)) notePart(part, blocks);
  }
}

function notePart(value: unknown, blocks: Blocks): void {
  const part = typeof value === 'string' ? { text: value } : (fieldsOf(value) ?? {});
  const call = fieldsOf(part['functionCall']);
  if (call !== undefined) noteCall(call['willContinue'] === true, blocks);
  else if (saysAnything(part)) blocks.turnsTo('text', part['thought'] === true ? 'thought' : 'text');
}

/** Where arguments are streamed, most pieces are without id and name: they go on with the call that is open. */
function noteCall(goesOn: boolean, blocks: Blocks): void {
  blocks.turnsTo('call', 'call');
  if (!goesOn) blocks.ends('call');
}

/** Whether a part holds more than an empty text, a mark for a thought or a signature. */
function saysAnything(part: Readonly<Record<string, unknown>>): boolean {
  for (const name in part) {
    if (name === 'thought' || name === 'thoughtSignature') continue;
    const value = part[name];
    if (value !== null && value !== undefined && value !== '') return true;
  }
  return false;
}

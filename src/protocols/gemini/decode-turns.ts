import type { Turn } from '../../core/conversation.ts';
import type { Part, TextPart } from '../../core/part.ts';
import { asString, asWord, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../fields.ts';
import { CallIds } from './call-ids.ts';
import { decodeMedia } from './media.ts';
import { fieldsOf } from './camel-case.ts';
import { decodeResult } from './results.ts';
import { NAME } from './name.ts';
import { signatureOf } from './signatures.ts';

/** Reads `contents`: a list, or a single one. */
export function decodeTurns(contents: unknown): Turn[] {
  const list = Array.isArray(contents) ? (contents as unknown[]) : [contents];
  const calls = new CallIds();
  const turns: { readonly role: Turn['role']; parts: Part[] }[] = [];
  for (const [at, content] of list.entries()) {
    const turn = turnFrom(content, Array.isArray(contents) ? `contents[${at}]` : 'contents', calls);
    const last = turns.at(-1);
    // Clients keep a streamed answer as they got it: in a content, or a part, for each chunk.
    if (turn.role === 'assistant' && last?.role === 'assistant') last.parts.push(...turn.parts);
    else turns.push(turn);
  }
  return turns.map(({ role, parts }) => ({ role, parts: saidIn(role === 'assistant' ? joined(parts) : parts) }));
}

/** The texts, and the thoughts, that follow each other as one; what is signed ends there. */
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

/** Without empty texts; somebody who says nothing at all says one. */
function saidIn(parts: readonly Part[]): readonly Part[] {
  const said = parts.filter((part) => part.type !== 'text' || part.text !== '' || part.signature !== undefined);
  return said.length === 0 ? parts.slice(0, 1) : said;
}

/** Reads `systemInstruction`: texts, in whatever they are wrapped. */
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

/** `function` is what older clients call the side that brings results. */
const ROLES: ReadonlyMap<string, Turn['role']> = new Map([
  ['user', 'user'],
  ['model', 'assistant'],
  ['function', 'user'],
]);

function turnFrom(value: unknown, path: string, calls: CallIds): { role: Turn['role']; parts: Part[] } {
  const role = ROLES.get(asWord(fieldsOf(value)?.['role']) ?? 'user');
  if (role === undefined) refuseField(`${path}.role`, 'has to be `user` or `model`');
  const parts = partsOf(value, path).flatMap(
    (part, at) => partFrom(part, { path: `${path}.parts[${at}]`, role, calls }) ?? [],
  );
  return { role, parts };
}

function partsOf(value: unknown, path: string): readonly unknown[] {
  const content = fieldsOf(value);
  if (content === undefined) refuseField(path, 'has to be an object with `parts`');
  const { parts } = content;
  if (parts === undefined || parts === null) return [];
  return Array.isArray(parts) ? (parts as unknown[]) : [parts];
}

interface Place {
  readonly path: string;
  readonly role: Turn['role'];
  readonly calls: CallIds;
}

/** What a part holds, by the member that says so. */
const NATIVE = new Set([
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
  'audioTranscription',
  'speechMetadata',
]);

/** The part; undefined for one that holds nothing. */
function partFrom(value: unknown, { path, role, calls }: Place): Part | undefined {
  const part = fieldsOf(value);
  if (part === undefined) refuseField(path, 'has to be an object');
  if (isThere(part['functionCall'])) return callFrom(part, path, calls);
  if (isThere(part['functionResponse'])) return decodeResult(part['functionResponse'], calls);
  const media = decodeMedia(part);
  // A picture that the model only thought of is none of its answer.
  if (media !== undefined) return part['thought'] === true ? undefined : media;
  if (isThere(part['inlineData']) || isThere(part['fileData'])) refuseField(path, 'has to say where its bytes are');
  const native = Object.keys(part).find((name) => NATIVE.has(name) && isThere(part[name]));
  if (native !== undefined) return { type: 'native', protocol: NAME, kind: native, value };
  return textFrom(part, path, role);
}

function textFrom(part: JsonObject, path: string, role: Turn['role']): Part | undefined {
  const marked = signatureOf(part['thoughtSignature']);
  const text = asString(part['text']);
  if (text === undefined && marked === undefined) {
    const unknown = Object.keys(part).find((name) => !IGNORED.has(name));
    return unknown === undefined ? undefined : refuseField(`${path}.${unknown}`, 'is no part that this gateway knows');
  }
  if (part['thought'] === true && role === 'assistant') {
    const { signature, redacted, id } = marked ?? {};
    return { type: 'reasoning', text: text ?? '', signature, redacted, id };
  }
  return { type: 'text', text: text ?? '', signature: marked?.signature };
}

const IGNORED = new Set([
  'thought',
  'thoughtSignature',
  'text',
  'partMetadata',
  'videoMetadata',
  'mediaResolution',
  'mediaProcessing',
]);

function callFrom(part: JsonObject, path: string, calls: CallIds): Part {
  const call = fieldsOf(part['functionCall']) ?? {};
  const name = asWord(call['name']);
  if (name === undefined) refuseField(`${path}.functionCall.name`, 'has to be the name of a function');
  return {
    type: 'tool_call',
    id: calls.ofCall(asWord(call['id']), name),
    name,
    arguments: JSON.stringify(call['args'] ?? {}),
    signature: signatureOf(part['thoughtSignature'])?.signature,
  };
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

import type { Turn } from '../../core/conversation.ts';
import type { Part } from '../../core/part.ts';
import { asObject, asString, asWord, type JsonObject } from '../../lib/json.ts';
import { refuseField } from '../shared/request/fields.ts';
import type { CallIds } from './call-ids.ts';
import { fieldsOf } from './camel-case.ts';
import { decodeMedia } from './media.ts';
import { NAME } from './name.ts';
import { repeated } from './repeated.ts';
import { decodeResult } from './results.ts';
import { signatureOf } from './signatures.ts';

/** Reads the parts of a content. Parts without any content are left out. */
export function decodeParts(content: unknown, { path, role, calls }: Place): Part[] {
  return partsOf(content, path).flatMap(
    (part, at) => decodePart(part, { path: `${path}.parts[${at}]`, role, calls }) ?? [],
  );
}

/** The parts as they stand: a list, or a single part. */
export function partsOf(value: unknown, path: string): readonly unknown[] {
  const content = fieldsOf(value);
  if (content === undefined) refuseField(path, 'has to be an object with `parts`');
  const other = Object.keys(content).find((name) => name !== 'parts' && name !== 'role');
  if (other !== undefined) refuseField(`${path}.${other}`, 'is no member of a content, which holds `parts`');
  return repeated(content['parts']);
}

/** Reads a part; undefined if it has no content. */
function decodePart(value: unknown, { path, role, calls }: Place): Part | undefined {
  const part = fieldsOf(value);
  if (part === undefined) refuseField(path, 'has to be an object');
  if (isThere(part['functionCall'])) return callFrom(part, path, calls);
  if (isThere(part['functionResponse']))
    return decodeResult(part['functionResponse'], calls, `${path}.functionResponse`);
  const media = decodeMedia(part);
  // An image within the thoughts is not part of the answer.
  if (media !== undefined) return part['thought'] === true ? undefined : media;
  if (isThere(part['inlineData']) || isThere(part['fileData'])) refuseField(path, 'has to say where its bytes are');
  const native = Object.keys(part).find((name) => NATIVE.has(name) && isThere(part[name]));
  if (native !== undefined) return { type: 'native', protocol: NAME, kind: native, value };
  return textFrom(part, path, role);
}

interface Place {
  readonly path: string;
  readonly role: Turn['role'];
  readonly calls: CallIds;
}

/** Members that only this dialect knows. */
const NATIVE = new Set([
  'executableCode',
  'codeExecutionResult',
  'toolCall',
  'toolResponse',
  'audioTranscription',
  'speechMetadata',
]);

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
    arguments: JSON.stringify(objectOf(call['args'], `${path}.functionCall.args`)),
    signature: signatureOf(part['thoughtSignature'])?.signature,
  };
}

/** Stays as it is: the members of arguments are not fields. */
function objectOf(value: unknown, path: string): JsonObject {
  if (value === undefined || value === null) return {};
  return asObject(value) ?? refuseField(path, 'has to be an object');
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

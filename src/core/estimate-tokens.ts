import type { JsonObject } from '../lib/json.ts';

/** Of most tokenizers and languages, a token is about four bytes of UTF-8. */
const BYTES_PER_TOKEN = 4;
/** About what providers count for a picture or a page of a document. */
const TOKENS_PER_MEDIUM = 1000;
/** A longer text without a space in its beginning is no text. */
const MEDIUM_CHARS = 1024;
const LOOKED_AT_CHARS = 96;
/** About so many characters of a text are looked at. */
const SAMPLES = 8;
/** A body that holds more is estimated by what was looked at of it. */
const MOST_VALUES = 20_000;

/** Where requests hold what a model reads; the rest are settings. */
const READ = [
  'messages',
  'system',
  'tools',
  'functions',
  'response_format',
  'input',
  'instructions',
  'text',
  'contents',
  'content',
  'systemInstruction',
  'system_instruction',
  'requests',
  'prompt',
  'suffix',
  'query',
  'documents',
];

/** A rough count of the tokens of a request, from its parsed body: for what no provider reports any more. */
export function estimateInput(fields: JsonObject): number {
  return Math.ceil(bytesWithin(READ.map((name) => fields[name])) / BYTES_PER_TOKEN);
}

/** A rough count of the tokens of a text with so many bytes of UTF-8. */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** Where answers hold what a model has said. */
const SAID = new Set([
  'content',
  'text',
  'thinking',
  'reasoning',
  'reasoning_content',
  'refusal',
  'arguments',
  'transcript',
  'input',
  'args',
]);

/** How many bytes of text a plain answer says, from its parsed body: for answers without token counts. */
export function saidBytesOf(answer: unknown): number {
  let bytes = 0;
  const waiting: unknown[] = [answer];
  for (let n = 0; waiting.length > 0 && n < MOST_VALUES; n++) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member === 'string' && SAID.has(name)) bytes += bytesOf(member);
      else if (typeof member === 'object' && (name === 'input' || name === 'args')) bytes += bytesWithin([member]);
      else waiting.push(member);
    }
  }
  return bytes;
}

/** The bytes of all texts within, and of the names of members, which schemas of tools are made of. No recursion: a body may be deep. */
function bytesWithin(values: unknown[]): number {
  let bytes = 0;
  let seen = 0;
  const waiting = values;
  while (waiting.length > 0 && seen < MOST_VALUES) {
    const value = waiting.pop();
    seen++;
    if (typeof value === 'string') bytes += bytesOf(value);
    else if (Array.isArray(value)) for (const item of value) waiting.push(item);
    else if (typeof value === 'object' && value !== null) {
      for (const name in value) {
        bytes += name.length;
        waiting.push((value as JsonObject)[name]);
      }
    }
  }
  return waiting.length === 0 ? bytes : Math.round((bytes * (seen + waiting.length)) / seen);
}

/** By some of its characters: a text is not read through for an estimate. */
function bytesOf(text: string): number {
  const { length } = text;
  if (length > MEDIUM_CHARS && isNoText(text)) return TOKENS_PER_MEDIUM * BYTES_PER_TOKEN;
  const step = Math.max(1, Math.floor(length / SAMPLES));
  let [bytes, seen] = [0, 0];
  for (let at = 0; at < length; at += step) {
    const code = text.charCodeAt(at);
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    seen++;
  }
  return seen === 0 ? 0 : Math.round((bytes / seen) * length);
}

/** Base64, with or without `data:…;` in front, has no spaces, and nothing beyond ASCII. */
function isNoText(text: string): boolean {
  for (let at = 0; at < LOOKED_AT_CHARS; at++) {
    const code = text.charCodeAt(at);
    if (code <= SPACE || code > 0x7e) return false;
  }
  return true;
}

const SPACE = 0x20;

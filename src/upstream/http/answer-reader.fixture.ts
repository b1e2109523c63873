import { AnswerReader } from './answer-reader.ts';
import { ConnectionError, MalformedAnswer } from './errors.ts';
import type { HttpHead } from './http-head.ts';

/** What a reader made of an answer. */
export interface Read {
  head: HttpHead | undefined;
  body: string;
  ended: boolean;
  /** How many bytes came behind the answer's end. */
  surplus: number;
  keepsAlive: boolean;
  error: string | undefined;
}

/** Reads an answer that comes in these pieces, and then nothing more. */
export function read(pieces: readonly (string | Uint8Array)[], method = 'POST'): Read {
  const result: Read = {
    head: undefined,
    body: '',
    ended: false,
    surplus: 0,
    keepsAlive: false,
    error: undefined,
  };
  const reader = new AnswerReader(
    {
      onHead: (head) => (result.head = head),
      onContent: (bytes) => (result.body += Buffer.from(bytes).toString('latin1')),
      onEnd: () => (result.ended = true),
    },
    method,
  );
  try {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece as string, 'latin1');
      if (reader.isOver) result.surplus += bytes.byteLength;
      else result.surplus += bytes.byteLength - reader.push(bytes);
    }
    reader.close();
  } catch (error) {
    if (!(error instanceof MalformedAnswer) && !(error instanceof ConnectionError)) throw error;
    result.error = error.code;
  }
  result.keepsAlive = reader.keepsAlive;
  return result;
}

/** A text in pieces: cut at these offsets, in any order, each modulo the text's length. */
export function cut(text: string, offsets: readonly number[]): string[] {
  const sorted = [0, ...offsets.map((at) => at % (text.length + 1)).sort((a, b) => a - b), text.length];
  return sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
}

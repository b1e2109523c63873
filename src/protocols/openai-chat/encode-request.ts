import type { Conversation } from '../../core/conversation.ts';
import { compact } from '../../lib/json.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { encodeWithNames } from '../tool-names.ts';
import { decodeAnswer } from './decode-answer.ts';
import { ChatStreamDecoder } from './decode-stream.ts';
import { encodeTools } from './encode-tools.ts';
import { encodeTurns } from './encode-turns.ts';
import { wireName } from './names.ts';
import { encodeOutput } from './output.ts';
import { encodeReasoning, isThinker } from './reasoning.ts';
import { encodeSettings, takes } from './settings.ts';

/** Writes the request for a backend. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  return encodeWithNames(conversation, wireName, (named) => encode(named, addressee));
}

function encode(conversation: Conversation, addressee: Addressee): EncodedRequest {
  const { model, quirks } = addressee;
  const tools = encodeTools(conversation, takes(quirks, 'tools.custom'));
  const output = encodeOutput(conversation, quirks);
  const settings = encodeSettings(conversation.settings, quirks, {
    hasTools: tools.fields['tools'] !== undefined,
    thinks: isThinker(model, conversation.reasoning ?? {}),
  });
  const reasoning = encodeReasoning(conversation.reasoning ?? {}, addressee);
  const { messages, dropped } = encodeTurns(conversation, addressee, output.note);
  const wantsUsage = conversation.stream && takes(quirks, 'stream_options');
  const reading = { model, wrapped: tools.wrapped };
  return {
    body: compact({
      model,
      messages,
      ...settings.fields,
      ...reasoning,
      ...output.fields,
      ...tools.fields,
      stream: conversation.stream,
      stream_options: wantsUsage ? { include_usage: true } : undefined,
    }),
    dropped: unique([
      ...settings.dropped,
      ...(reasoning === undefined ? ['reasoning'] : []),
      ...output.dropped,
      ...tools.dropped,
      ...dropped,
    ]),
    decodeAnswer: (body) => decodeAnswer(body, reading),
    decodeStream: (work) => new ChatStreamDecoder(reading, work),
  };
}

function unique(words: readonly string[]): readonly string[] {
  return words.length < 2 ? words : [...new Set(words)];
}

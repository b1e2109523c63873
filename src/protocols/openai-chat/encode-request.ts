import type { Conversation } from '../../core/conversation.ts';
import { NotCarried } from '../../core/not-carried.ts';
import { isForced } from '../../core/tool-choice.ts';
import { compact } from '../../lib/json.ts';
import { factsOf } from '../../vendors/models/facts.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { encodeWithNames } from '../tool-names.ts';
import { unsaidOf } from '../unsaid-members.ts';
import { decodeAnswer } from './decode-answer.ts';
import { ChatStreamDecoder } from './decode-stream.ts';
import { encodeTools } from './encode-tools.ts';
import { mediaLoss } from './encode-parts.ts';
import { encodeTurns } from './encode-turns.ts';
import { wireName } from './names.ts';
import { encodeOutput } from './output.ts';
import { encodeReasoning } from './encode-reasoning.ts';
import { encodeSettings, takes } from './settings.ts';

/** Writes the request for a backend. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  return encodeWithNames(conversation, wireName, (named) => encode(named, addressee));
}

function encode(conversation: Conversation, addressee: Addressee): EncodedRequest {
  const { model, quirks } = addressee;
  const tools = encodeTools(conversation, takes(quirks, 'tools.custom'));
  const output = encodeOutput(conversation, quirks);
  const hasTools = tools.fields['tools'] !== undefined;
  const forced = hasTools && isForced(conversation.toolChoice);
  if (forced && quirks.forcedTools === 'never')
    throw new NotCarried('tool_choice', 'demands a call of a tool, which this backend leaves to the model');
  const unthinking = hasTools && quirks.toolsUnthinking === true && factsOf(model).toolsUnthinking;
  const reasoning = encodeReasoning(
    conversation.reasoning,
    addressee,
    unthinking || (forced && quirks.forcedTools === 'unthinking'),
  );
  if (unthinking && reasoning.thinks)
    throw new NotCarried('tools', 'go to this model in the responses API alone, which this backend is not asked in');
  const settings = encodeSettings(conversation.settings, addressee, {
    hasTools,
    thinks: reasoning.thinks,
  });
  const { messages, dropped } = encodeTurns(conversation, addressee, output.note);
  const wantsUsage = conversation.stream && takes(quirks, 'stream_options');
  const reading = { model, wrapped: tools.wrapped };
  return {
    body: compact({
      model,
      messages,
      ...settings.fields,
      ...reasoning.fields,
      ...output.fields,
      ...tools.fields,
      stream: conversation.stream,
      stream_options: wantsUsage ? { include_usage: true } : undefined,
    }),
    dropped: unique([
      ...settings.dropped,
      ...(reasoning.isLost ? ['reasoning'] : []),
      ...output.dropped,
      ...tools.dropped,
      ...dropped,
      ...unsaidOf(conversation.turns, mediaLoss, true),
    ]),
    decodeAnswer: (body) => decodeAnswer(body, reading),
    decodeStream: (work) => new ChatStreamDecoder(reading, work),
  };
}

function unique(words: readonly string[]): readonly string[] {
  return words.length < 2 ? words : [...new Set(words)];
}

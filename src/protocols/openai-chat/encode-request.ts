import type { Conversation } from '../../core/conversation.ts';
import { distinct, leftOut, required, setting } from '../../core/unsupported-feature.ts';
import { UnsupportedFeatureError } from '../../core/unsupported-feature-error.ts';
import { joinQuirks } from '../../core/quirks.ts';
import type { Quirks } from '../../core/route.ts';
import { compact, type JsonObject } from '../../lib/json.ts';
import { factsOf } from '../../vendors/models/facts.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { forbidsThinking, refuseThinking, withToolChoiceFor } from '../shared/tools/choice.ts';
import { refuseImages } from '../shared/media/images.ts';
import { encodeWithNames } from '../shared/tools/names.ts';
import { unsupportedTurnMembers } from '../shared/request/turn-members.ts';
import { decodeAnswer } from './decode-answer.ts';
import { ChatStreamDecoder } from './decode-stream.ts';
import { encodeTools } from './encode-tools.ts';
import { unsupportedMediaMember } from './encode-parts.ts';
import { encodeTurns } from './encode-turns.ts';
import { toolName } from './names.ts';
import { encodeOutput } from './output.ts';
import { encodeReasoning } from './reasoning.ts';
import { encodeSettings, takes } from './settings.ts';

/** Writes the request for a backend. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  return encodeWithNames(withToolChoiceFor(conversation, addressee.quirks), toolName, (named) =>
    encode(named, addressee),
  );
}

function encode(conversation: Conversation, addressee: Addressee): EncodedRequest {
  const { model, quirks } = addressee;
  refuseImages(conversation, quirks);
  const tools = encodeTools(conversation, quirks);
  const hasTools = tools.fields['tools'] !== undefined;
  const forbidden = forbidsThinking(conversation, quirks);
  const unthinking = hasTools && quirks.toolsUnthinking === true && factsOf(model).toolsUnthinking;
  const reasoning = encodeReasoning(
    conversation.reasoning,
    addressee,
    unthinking || forbidden || cannotThink(conversation, quirks, hasTools),
  );
  if (unthinking && reasoning.thinks)
    throw new UnsupportedFeatureError(
      required('tools', 'go to this model in the responses API alone, which this backend is not asked in'),
    );
  if (forbidden) refuseThinking(reasoning.thinks);
  const thinking = reasoning.thinks ? whileThinking(quirks) : quirks;
  const output = encodeOutput(conversation, thinking);
  const settings = encodeSettings(conversation.settings, addressee, {
    hasTools,
    thinks: reasoning.thinks,
  });
  const { messages, unsupported } = encodeTurns(conversation, addressee, output.note);
  const wantsUsage = conversation.stream && takes(quirks, 'stream_options');
  const reading = { model, wrapped: tools.wrapped };
  return {
    body: compact({
      model,
      messages,
      ...settings.fields,
      ...reasoning.fields,
      ...output.fields,
      ...chosen(tools.fields, thinking),
      stream: conversation.stream,
      stream_options: wantsUsage ? { include_usage: true } : undefined,
    }),
    unsupported: distinct([
      ...settings.unsupported,
      ...(reasoning.isLost ? [leftOut(setting('reasoning'))] : []),
      ...output.unsupported,
      ...tools.unsupported,
      ...unsupported,
      ...unsupportedTurnMembers(conversation.turns, unsupportedMediaMember, true),
    ]),
    decodeAnswer: (body) => decodeAnswer(body, reading),
    decodeStream: (work) => new ChatStreamDecoder(reading, work),
  };
}

/** Whether something else in the request rules out thinking. */
function cannotThink({ stream }: Conversation, { unthinkingWith }: Quirks, hasTools: boolean): boolean {
  return (unthinkingWith === 'tools' && hasTools) || (unthinkingWith === 'plain' && !stream);
}

/** What the backend supports while the model thinks. */
function whileThinking(quirks: Quirks): Quirks {
  const { refusedThinking } = quirks;
  if (refusedThinking === undefined) return quirks;
  return joinQuirks(quirks, { fields: Object.fromEntries(refusedThinking.map((field) => [field, false])) });
}

/** The tools and the choice. If the backend takes no choice, `none` is written as no tools. */
function chosen(fields: JsonObject, quirks: Quirks): JsonObject {
  if (takes(quirks, 'tool_choice') || fields['tool_choice'] === undefined) return fields;
  const { tool_choice: choice, ...rest } = fields;
  return choice === 'none' ? {} : rest;
}

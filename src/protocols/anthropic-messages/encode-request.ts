import { isThoughtlessLoop } from './thoughts.ts';
import { freeformNames } from '../shared/tools/freeform.ts';
import type { Conversation } from '../../core/conversation.ts';
import type { TextPart } from '../../core/part.ts';
import { takesField } from '../../core/quirks.ts';
import type { Quirks } from '../../core/route.ts';
import { isForced } from '../../core/tool-choice.ts';
import { distinct, type UnsupportedFeature } from '../../core/unsupported-feature.ts';
import { Work } from '../../core/work.ts';
import { asString, compact, type JsonObject } from '../../lib/json.ts';
import type { Addressee, EncodedRequest } from '../codec.ts';
import { forbidsThinking, withToolChoiceFor } from '../shared/tools/choice.ts';
import { refuseImages } from '../shared/media/images.ts';
import { encodeWithNames, plainName } from '../shared/tools/names.ts';
import { asksForDetail, unsupportedTurnMembers } from '../shared/request/turn-members.ts';
import { CallIds } from './call-ids.ts';
import { decodeAnswer } from './decode-answer.ts';
import { MessageStreamDecoder, type Expected } from './decode-stream.ts';
import { textOf } from './encode-parts.ts';
import { encodeTools } from './encode-tools.ts';
import { encodeTurns, withThoughts, type WireTurns } from './encode-turns.ts';
import { begunByUser, endedFor } from './message-ends.ts';
import { claudeTraits, type ClaudeTraits } from '../../vendors/models/claude.ts';
import { encodeOutput, type Output } from './output.ts';
import { encodeReasoning } from './reasoning.ts';
import { encodeSettings } from './settings.ts';
import { StrictBudget } from './strict-budget.ts';

/** Writes a request for a message. */
export function encodeRequest(conversation: Conversation, addressee: Addressee): EncodedRequest {
  return encodeWithNames(withToolChoiceFor(conversation, addressee.quirks), toolName, (named) =>
    encode(named, addressee),
  );
}

/** A tool name in the form that Anthropic takes. */
function toolName(name: string): string {
  return plainName(name, 128);
}

function encode(conversation: Conversation, addressee: Addressee): EncodedRequest {
  const { model, quirks, work = new Work() } = addressee;
  refuseImages(conversation, quirks);
  const traits = traitsFor(model, quirks);
  const unsupported: UnsupportedFeature[] = [];
  const budget = new StrictBudget();
  const takesUnsigned = !traits.signs && quirks.reasoningBack !== undefined;
  const context = { model, takesUnsigned, ids: new CallIds(), unsupported, work, quirks };
  const turns = withNeededThoughts(encodeTurns(conversation, traits, context), takesUnsigned ? quirks : {});
  unsupported.push(
    ...unsupportedTurnMembers(conversation.turns, (media) => (asksForDetail(media) ? 'mediaDetail' : undefined)),
  );
  const forced = isForced(conversation.toolChoice);
  // An answer that must be a call has no output format.
  const output = encodeOutput(
    forced ? { ...conversation, output: undefined } : conversation,
    traits,
    budget,
    unsupported,
  );
  const named = takesField(quirks, 'tool_choice.function');
  const tools = encodeTools(conversation, { traits, budget, outputTool: output.tool, named, unsupported });
  const { thinking, effort, maxTokens } = encodeReasoning(conversation, {
    traits,
    forced: forced || output.tool !== undefined,
    unthinking: forbidsThinking(output.tool === undefined ? conversation : DEMANDING, quirks),
    thoughtless: isThoughtlessLoop(turns.messages),
    unsupported,
  });
  const outputConfig = compact({ effort, format: output.format });
  const thinks = thinking?.['type'] === 'enabled' || thinking?.['type'] === 'adaptive';
  const body = compact({
    model,
    max_tokens: maxTokens,
    system: systemOf([...conversation.system, ...turns.system, ...noteOf(output)]),
    messages: begunByUser(endedFor(turns.messages, traits.prefill && !thinks)),
    ...tools,
    ...encodeSettings(conversation.settings, traits, thinks, unsupported),
    thinking,
    output_config: Object.keys(outputConfig).length === 0 ? undefined : outputConfig,
    stream: conversation.stream ? true : undefined,
  });
  const expected: Expected = {
    model,
    freeform: freeformNames(conversation.tools),
    outputTool: output.tool?.name,
  };
  return {
    body,
    unsupported: distinct(unsupported),
    decodeAnswer: (answer, work) => decodeAnswer(answer, expected, work),
    decodeStream: (work) => new MessageStreamDecoder(expected, work),
  };
}

/** The tool that stands in for an output format is forced, too. */
const DEMANDING: Pick<Conversation, 'tools' | 'toolChoice'> = {
  tools: [{ type: 'function', name: 'answer' }],
  toolChoice: { mode: 'required' },
};

function withNeededThoughts(turns: WireTurns, { thoughtsNeeded }: Quirks): WireTurns {
  return thoughtsNeeded === undefined ? turns : { ...turns, messages: withThoughts(turns.messages, thoughtsNeeded) };
}

/** What the model supports at this backend. */
function traitsFor(model: string, quirks: Quirks): ClaudeTraits {
  const { systemTurns, structured, messages } = quirks;
  const known = claudeTraits(model);
  const traits = known.signs ? known : { ...known, ...messages };
  const isWordless = traits.off === 'between_tools' && !takesField(quirks, 'thinking.between_tools');
  if (systemTurns === undefined && structured === undefined && !isWordless) return traits;
  return {
    ...traits,
    off: isWordless ? 'never' : traits.off,
    systemTurns: systemTurns ?? traits.systemTurns,
    structured: structured ?? traits.structured,
  };
}

function noteOf({ note }: Output): TextPart[] {
  return note === undefined ? [] : [{ type: 'text', text: note }];
}

/** One text without cache marks becomes a string, everything else becomes blocks. */
function systemOf(parts: readonly TextPart[]): string | readonly JsonObject[] | undefined {
  const blocks = parts.map(textOf).filter((block) => block !== undefined);
  const [first] = blocks;
  if (first === undefined) return undefined;
  return blocks.length === 1 && first['cache_control'] === undefined ? asString(first['text']) : blocks;
}

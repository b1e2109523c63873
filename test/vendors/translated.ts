// One request of a client, as it is written for a vendor's model.
import { UnsupportedFeatureError } from '../../src/core/unsupported-feature-error.ts';
import type { ProtocolName } from '../../src/core/part.ts';
import { quirksFor } from '../../src/core/quirks.ts';
import { protocolOf } from '../../src/protocols/registry.ts';
import { VENDORS } from '../../src/vendors/vendors.ts';
import type { Json } from '../kit/json.ts';
import { namesOf } from '../../src/protocols/contract/unsupported.fixture.ts';

/** Who is asked, and in which dialect. */
export interface Asked {
  readonly vendor: string;
  readonly model: string;
  /** Default: chat completions. */
  readonly upstream?: ProtocolName;
}

/** What comes of a request; `refused` is the field for which it cannot be sent. */
export interface Translated {
  readonly body: Json;
  readonly dropped: readonly string[];
  readonly refused?: string;
}

/** Translates a body of the client's dialect by the vendor's row. */
export function translated(asked: Asked, client: ProtocolName, body: Json, stream = false): Translated {
  const { vendor, model, upstream = 'openai-chat' } = asked;
  const quirks = VENDORS.find(({ name }) => name === vendor)?.quirks ?? {};
  const conversation = protocolOf(client).codec.decodeRequest({ model: 'alias', ...body }, { stream });
  try {
    const { codec } = protocolOf(upstream);
    const written = codec.encodeRequest(conversation, { model, quirks: quirksFor(quirks, model) });
    return { body: JSON.parse(JSON.stringify(written.body)), dropped: namesOf(written.unsupported) };
  } catch (error) {
    if (!(error instanceof UnsupportedFeatureError)) throw error;
    return { body: undefined, dropped: [], refused: error.field };
  }
}

/** A question of Anthropic's dialect. */
export function question(more: Json = {}): Json {
  return { max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }], ...more };
}

const CLOSED = { type: 'object', properties: {}, required: [], additionalProperties: false };

/** One that offers two tools. */
export function toolQuestion(more: Json = {}): Json {
  const tool = (name: string, strict = false) => ({ name, input_schema: CLOSED, strict });
  return question({ tools: [tool('look', true), tool('wait')], ...more });
}

/** A question of Gemini's dialect. */
export function geminiQuestion(generationConfig: Json = {}, more: Json = {}): Json {
  return { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }], generationConfig, ...more };
}

/** A question of OpenAI responses. */
export function responsesQuestion(more: Json = {}): Json {
  return { input: [{ role: 'user', content: 'Hi' }], ...more };
}

/** How Anthropic's dialect says each wish for thinking. */
export const WISHES = {
  off: { thinking: { type: 'disabled' } },
  on: { thinking: { type: 'adaptive' } },
  low: effort('low'),
  medium: effort('medium'),
  high: effort('high'),
  xhigh: effort('xhigh'),
  max: effort('max'),
  hidden: { thinking: { type: 'adaptive', display: 'omitted' } },
} as const;

/** One of them. */
export type Wish = keyof typeof WISHES;

function effort(word: string): Json {
  return { thinking: { type: 'adaptive' }, output_config: { effort: word } };
}
